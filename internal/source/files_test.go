package source

import (
	"testing"
	"testing/fstest"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	tree := Files(map[string][]byte{"a.rego": []byte("a"), "b/c.rego": []byte("bc"), "../d": nil, ".": nil})
	if err := fstest.TestFS(tree, "a.rego", "b/c.rego"); err != nil {
		t.Error(err)
	}
}
