package weights

import (
	"strings"
	"testing"
)

func TestPolyglot(t *testing.T) {
	picture := "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00", 64)
	model := string(torchZip(t, evil(), 3))
	for name, tc := range map[string]struct {
		content string
		found   bool
	}{
		"picture":                  {picture, false},
		"picture with a model":     {picture + model, true},
		"document with a model":    {"%PDF-1.7\n" + model, true},
		"film with a model":        {"\x00\x00\x00\x18ftypmp42" + picture + model, true},
		"text with a model":        {"hello" + picture + model, false},
		"picture with other files": {picture + string(zipOf(t, "a.txt", "x")), false},
	} {
		w, _ := read(t, "a/picture.png", []byte(tc.content))
		if found := strings.Contains(imports(w), "posix.system"); found != tc.found {
			t.Errorf("%s: found %v, want %v", name, found, tc.found)
		}
	}
}
