package tree

import (
	"errors"
	"strings"
	"testing"
)

func TestPositionsAgreeAcrossFormats(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		parse func([]byte) (*Node, error)
		text  string
		line  int
	}{
		{"yaml", func(b []byte) (*Node, error) {
			d, err := YAML(b)
			if err != nil {
				return nil, err
			}
			return d[0], nil
		}, "a: 1\ndatasets:\n  - path: org/name\n", 3},
		{"json", JSON, "{\"a\": 1,\n\"datasets\": [\n\n{\"path\": \"org/name\"}]}", 4},
		{"toml", TOML, "a = 1\n[[datasets]]\npath = \"org/name\"\n", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root, err := test.parse([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			n := root.Get("datasets").Items[0].Get("path")
			if n.Str() != "org/name" || n.Line != test.line || n.Pointer != "/datasets/0/path" {
				t.Errorf("got %q line %d pointer %s, want org/name line %d pointer /datasets/0/path", n.Str(), n.Line, n.Pointer, test.line)
			}
			if got := root.Get("a").Int(0); got != 1 {
				t.Errorf("a = %d, want 1", got)
			}
		})
	}
}

func TestAliasBombIsALimit(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 10; i++ {
		prev := string(rune('0' + i - 1))
		b.WriteString("a" + string(rune('0'+i)) + ": &a" + string(rune('0'+i)) + " [" + strings.Repeat("*a"+prev+",", 9) + "*a" + prev + "]\n")
	}
	if _, err := YAML([]byte(b.String())); !errors.Is(err, ErrLimit) {
		t.Errorf("got %v, want ErrLimit", err)
	}
	if _, err := JSON([]byte(strings.Repeat("[", 10_000))); !errors.Is(err, ErrLimit) {
		t.Errorf("got %v, want ErrLimit", err)
	}
}

func TestBrokenDocumentNamesTheLine(t *testing.T) {
	t.Parallel()
	_, err := JSON([]byte("{\n\"a\": 1\n\"b\": 2}"))
	var e *Error
	if !errors.As(err, &e) || e.Line != 3 {
		t.Errorf("json: got %v, want an error at line 3", err)
	}
	docs, err := YAML([]byte("a: 1\n---\nb: [\n"))
	if err == nil || len(docs) != 1 {
		t.Errorf("yaml: got %d documents and %v, want the first document and an error", len(docs), err)
	}
	if _, err := TOML([]byte("a = 1\nb = \n")); err == nil {
		t.Error("toml: no error for a missing value")
	}
}

func FuzzTree(f *testing.F) {
	for _, s := range []string{"a: &x [1]\nb: *x\n<<: {c: 1}", `{"a":[1,"b\u00e9",null]}`, "[a.b]\nc = {d = [1, 2]}\n[[e]]\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		if docs, err := YAML(data); err == nil {
			for _, d := range docs {
				d.Any()
			}
		}
		if n, err := JSON(data); err == nil {
			n.Any()
		}
		if n, err := TOML(data); err == nil {
			n.Any()
		}
	})
}
