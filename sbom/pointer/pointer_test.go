package pointer

import (
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestLine(t *testing.T) {
	t.Parallel()
	const text = "a:\n  - x: 1\n  - y/z: 2\n    b~c: 3\n---\nonly: 4\n"
	for pointer, want := range map[string]int{
		"/a/0/x": 2, "/a/1/y~1z": 3, "/a/1/b~0c": 4, "/only": 6, "/a/2": 0, "/a/-": 0, "/a/1/none": 0, "/a/99999999999999999999": 0, "/a/0/x/deeper": 0,
	} {
		if line, _ := Line(sbom.NewFile("f.yaml", []byte(text)), pointer); line != want {
			t.Errorf("%s is on line %d, want %d", pointer, line, want)
		}
	}
	if line, _ := Line(sbom.NewFile("f.bin", []byte{0, 1}), "/a"); line != 0 {
		t.Errorf("a file without structure has line %d", line)
	}
}
