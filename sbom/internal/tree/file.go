package tree

import (
	"bytes"
	"errors"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Documents are the parsed documents of one file. Err says why it, or its rest, could
// not be read. A Template (Helm, Jinja) is not YAML and has no documents.
type Documents struct {
	Docs     []*Node
	Err      error
	Template bool
}

// Root is the first document, nil when there is none.
func (d *Documents) Root() *Node {
	if len(d.Docs) == 0 {
		return nil
	}
	return d.Docs[0]
}

// Of parses a .yaml, .yml, .json, .ipynb, .toml or .template file once and shares the result
// among collectors.
func Of(f *sbom.File) *Documents {
	return f.Memo("tree", func() any { return parse(f) }).(*Documents)
}

func parse(f *sbom.File) *Documents {
	data, err := f.Bytes()
	if err != nil {
		return &Documents{Err: err}
	}
	switch f.Ext() {
	case ".yaml", ".yml":
		return parseYAML(data)
	case ".template": // CloudFormation in either
		if text := bytes.TrimSpace(data); len(text) == 0 || text[0] != '{' {
			return parseYAML(data)
		}
	case ".toml":
		return one(TOML(data))
	}
	return one(JSON(data))
}

func one(n *Node, err error) *Documents {
	if err != nil {
		return &Documents{Err: err}
	}
	return &Documents{Docs: []*Node{n}}
}

func parseYAML(data []byte) *Documents {
	docs, err := YAML(sbom.BlankDefinitions(data))
	d := &Documents{Docs: docs, Err: err}
	if err != nil && !errors.Is(err, ErrLimit) && isTemplate(data) {
		return &Documents{Template: true}
	}
	return d
}

// isTemplate tells Go and Jinja templates from broken YAML by their statement
// brackets; a lone {{ value }} is also how workflows write expressions.
func isTemplate(data []byte) bool {
	return bytes.Contains(data, []byte("{{")) || bytes.Contains(data, []byte("{%"))
}

// Problem turns a parse error into a problem of the family.
func (d *Documents) Problem(f *sbom.File, family sbom.Family, out *sbom.Inventory) {
	if d.Err == nil {
		return
	}
	var e *Error
	at := sbom.At{Path: f.Path, Offset: -1}
	reason := strings.TrimPrefix(d.Err.Error(), "yaml: ")
	if errors.As(d.Err, &e) {
		at.Line, reason = e.Line, strings.TrimPrefix(e.Reason, "yaml: ")
	}
	code := "malformed"
	if errors.Is(d.Err, ErrLimit) || errors.Is(d.Err, sbom.ErrTooLarge) {
		code = "too_large"
	}
	out.AddProblem(at, family, code, reason)
}
