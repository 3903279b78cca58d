package engine

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestValueIsTheJSON holds the direct conversion to what OPA reads from the bytes that
// are recorded: a decision must not depend on which of the two was evaluated.
func TestValueIsTheJSON(t *testing.T) {
	in := &Input{Schema: InputSchema, Now: "2026-11-24T12:00:00Z", BOM: json.RawMessage(`{"a":[1.50,1e3,12345678901234567890,null]}`)}
	in.Collected = map[sbom.Family]sbom.Collected{"weights": {Looked: true, Files: 3}}
	in.Components = []sbom.Component{{Name: "bad \xff\xfe utf8", Digests: map[string]string{"sha\xff": "x"}, At: sbom.At{Line: 100000, Offset: 1 << 60}}}
	in.Vulnerabilities = []sbom.Vulnerability{{Score: 9.8}, {Score: 1e21}, {Score: 1e-7}, {Score: 10}}
	in.Facts = map[string]any{"n": json.Number("1.0"), "i": int64(5), "u": uint8(7), "f": 0.1, "l": []any{true, nil, map[string]any{}}, "s": []string{"a"}}
	content, err := in.JSON()
	if err != nil {
		t.Fatal(err)
	}
	want, err := ast.ValueFromReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	got, err := inputValue(in)
	if err != nil {
		t.Fatal(err)
	}
	if got.Compare(want) != 0 || got.String() != want.String() {
		t.Errorf("values differ:\n%s\n%s", got, want)
	}
}
