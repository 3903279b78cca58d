package engine

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const schemaFile = "../policies/input.schema.json"

// TestSchemaIsCurrent holds the committed schema to the Go types and their comments;
// UPDATE=1 (go generate) rewrites it.
func TestSchemaIsCurrent(t *testing.T) {
	docs := map[string]string{}
	for _, dir := range []string{".", "../sbom"} {
		fieldDocs(t, dir, docs)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(inputSchema(docs, nil)); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(schemaFile)
	if os.Getenv("UPDATE") != "" {
		if !bytes.Equal(old, b.Bytes()) {
			err = os.WriteFile(schemaFile, b.Bytes(), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil || !bytes.Equal(old, b.Bytes()) {
		t.Errorf("%s is stale (run go generate ./engine): %v\n%s", schemaFile, err, cmp.Diff(string(old), b.String()))
	}
}

// fieldDocs reads the comments of struct types and their fields.
func fieldDocs(t *testing.T, dir string, docs map[string]string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			decl, ok := n.(*ast.GenDecl)
			if !ok || len(decl.Specs) != 1 {
				return true
			}
			spec, ok := decl.Specs[0].(*ast.TypeSpec)
			if !ok {
				return true
			}
			docs[spec.Name.Name] = sentence(decl.Doc)
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, name := range f.Names {
						docs[spec.Name.Name+"."+name.Name] = strings.TrimSpace(sentence(f.Doc) + " " + sentence(f.Comment))
					}
				}
			}
			return false
		})
	}
}

func sentence(c *ast.CommentGroup) string {
	return strings.Join(strings.Fields(c.Text()), " ")
}

// TestSchemaDescribesInputs validates an input in which every kind of value occurs.
func TestSchemaDescribesInputs(t *testing.T) {
	c := jsonschema.NewCompiler()
	if err := c.AddResource("input.json", any(plainJSON(t, inputSchema(nil, nil)))); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("input.json")
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{Schema: InputSchema, Now: "2026-11-24T12:00:00Z", BOM: json.RawMessage(`{"bomFormat":"CycloneDX"}`)}
	in.Collected = map[sbom.Family]sbom.Collected{"weights": {Looked: true}}
	in.Components = []sbom.Component{{Name: "m", Digests: map[string]string{"sha256": "aa"}}}
	in.Documents = []sbom.Document{{Path: "a.yaml", Content: map[string]any{"n": int64(1), "l": []any{nil, true, 0.5}}}}
	in.Weights = []sbom.Weights{{Tensors: []sbom.Tensor{{Shape: []int64{1, 2}}}}}
	content, err := in.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(content, &value); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Error(err)
	}
	value.(map[string]any)["compnents"] = []any{}
	if schema.Validate(value) == nil {
		t.Error("a section that is not declared is valid")
	}
}

func plainJSON(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
