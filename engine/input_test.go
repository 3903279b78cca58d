package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestInputJSON(t *testing.T) {
	t.Parallel()
	in := &engine.Input{Schema: engine.InputSchema, Now: now, BOM: json.RawMessage(` {"b": 1.50, "a": [1e3, 12345678901234567890]} `)}
	in.Documents = []sbom.Document{{Path: "a", Content: map[string]any{"z": int64(1) << 60, "a": 0.1, "u": "\u2028<&>\x00\xff", "n": nil}}}
	content, err := in.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"bom":{"a":[1e3,12345678901234567890],"b":1.50}`, `"weights":[]`, `"facts":{}`, `"revision":""`, `"collected":{}`,
		`"content":{"a":0.1,"n":null,"u":"` + "\u2028" + `<&>\u0000` + "\ufffd" + `","z":1152921504606846976}`,
	} {
		if !bytes.Contains(content, []byte(want)) {
			t.Errorf("%s is not in %s", want, content)
		}
	}
	if bytes.Contains(content, []byte("null,\"")) && !bytes.Contains(content, []byte(`"n":null`)) {
		t.Errorf("a declared field is null: %s", content)
	}
	again, err := engine.ReadInput(content)
	if err != nil {
		t.Fatal(err)
	}
	second, err := again.JSON()
	if err != nil || !bytes.Equal(content, second) {
		t.Errorf("bytes change when they are read and written: %v\n%s\n%s", err, content, second)
	}
	var sorted map[string]any
	if err := json.Unmarshal(content, &sorted); err != nil {
		t.Fatal(err)
	}
	in.Documents[0].Content = math.NaN()
	if _, err := in.JSON(); err == nil || !strings.Contains(err.Error(), "documents: 0: content") {
		t.Errorf("NaN: %v", err)
	}
	var deep any
	for range 300 {
		deep = []any{deep}
	}
	in.Documents[0].Content = deep
	if _, err := in.JSON(); err == nil {
		t.Error("a value of 300 levels is written")
	}
}

// TestTrim leaves out what no control reads, and says so.
func TestTrim(t *testing.T) {
	t.Parallel()
	fill := func() *engine.Input {
		in := withComponent(engine.ModeCheck)
		in.Documents = []sbom.Document{{Path: "a.yaml", Content: "x"}}
		in.BOM = json.RawMessage(`{"a":1}`)
		return in
	}
	in := fill()
	if err := load(t, acme("true")).Trim(in); err != nil {
		t.Fatal(err)
	}
	if len(in.Documents) != 0 || len(in.BOM) != 0 || in.Collected["documents"].Looked || in.Collected["bom"].Looked {
		t.Errorf("documents or BOM are left: %v %s %v", in.Documents, in.BOM, in.Collected["documents"])
	}
	reader := pack("acme", map[string]string{"one.rego": strings.Replace(control("documents", `deny contains {"subject": d.path, "detail": "d", "at": {"path": d.path}} if {
	some d in input.documents
	d.content == "x"
}`), "requires: [documents]", "requires: [documents, bom]\n#   reads_raw: true", 1)})
	p := load(t, reader)
	in = fill()
	in.Documents = append(in.Documents, sbom.Document{Path: "b.yaml", Content: strings.Repeat("y", engine.MaxDocumentsBytes)})
	if err := p.Trim(in); err != nil {
		t.Fatal(err)
	}
	if in.Documents[0].Content == nil || in.Documents[1].Content != nil || string(in.BOM) == "" || len(in.Problems) != 1 {
		t.Errorf("documents over the budget: %d problems", len(in.Problems))
	}
	if r := evaluate(t, p, in)["ACME-001"]; r.Outcome != engine.Fail || len(r.Unknown) != 1 {
		t.Errorf("%s, %d unknown", r.Outcome, len(r.Unknown))
	}
	// A recorded input without documents is unknown for a policy that reads them.
	if r := evaluate(t, p, func() *engine.Input { in := fill(); _ = load(t, acme("true")).Trim(in); return in }())["ACME-001"]; r.Outcome != engine.Unknown {
		t.Errorf("unrecorded documents: %s", r.Outcome)
	}
}

func TestBaselineFile(t *testing.T) {
	t.Parallel()
	p := load(t, acme("true"))
	results := []engine.Result{}
	for _, r := range evaluate(t, p, withComponent(engine.ModeCheck)) {
		results = append(results, r)
	}
	b := engine.NewBaseline(results, nil)
	again, err := engine.ReadBaseline(b.JSON())
	if err != nil || !bytes.Equal(again.JSON(), b.JSON()) || again.Digest() != b.Digest() || b.Len() != 1 {
		t.Errorf("%v: %s", err, b.JSON())
	}
	for _, text := range []string{
		``, `{}`, `[]`, `{"schema":"mlpolicy.dev/baseline/v1","fingerprints":{"a":1}}`, `{"schema":"mlpolicy.dev/baseline/v1","more":1}`,
		fmt.Sprintf(`{"schema":"mlpolicy.dev/baseline/v1","fingerprints":{"%s":0}}`, digestA), string(b.JSON()) + "{}",
	} {
		if _, err := engine.ReadBaseline([]byte(text)); err == nil {
			t.Errorf("%q is read as a baseline", text)
		}
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add([]byte(`{"schema":"mlpolicy.dev/baseline/v1","fingerprints":{"` + digestA + `":2}}`))
	f.Add([]byte(`{"schema":"mlpolicy.dev/baseline/v1","fingerprints":null}`))
	f.Add([]byte(`[1`))
	f.Fuzz(func(t *testing.T, content []byte) {
		b, err := engine.ReadBaseline(content)
		if err != nil {
			return
		}
		again, err := engine.ReadBaseline(b.JSON())
		if err != nil || !bytes.Equal(again.JSON(), b.JSON()) {
			t.Errorf("a baseline changes when it is written and read: %v", err)
		}
	})
}

func FuzzReadInput(f *testing.F) {
	for _, text := range []string{`{"schema":"mlpolicy.dev/input/v1","documents":[{"content":{"a":1e400}}],"bom":{"a":-0}}`, `{"schema":"mlpolicy.dev/input/v1","now":5}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		in, err := engine.ReadInput(content)
		if err != nil {
			return
		}
		first, err := in.JSON()
		if err != nil {
			return // nested too deep
		}
		again, err := engine.ReadInput(first)
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, first)
		}
		if second, err := again.JSON(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("an input changes when it is read and written: %v\n%s\n%s", err, first, second)
		}
	})
}

// TestLoadRefuses lists what a pack may not say about itself.
func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	good := control("components", fmt.Sprintf(deny, "true"))
	edit := func(pairs ...string) map[string]string {
		return map[string]string{"one.rego": strings.NewReplacer(pairs...).Replace(good)}
	}
	for want, files := range map[string]map[string]string{
		`unknown stage "trainig"; did you mean "training"`: edit("[training]", "[trainig]"),
		`unknown severity "severe"`:                        edit("critical", "severe"),
		`there is no section "component"; did you mean`:    edit("requires: [components]", "requires: [component]"),
		`custom has an unknown key "setings"`:              edit("maps: {}", "maps: {}\n#   setings: {}"),
		`maps has an unknown key "owasp"`:                  edit("maps: {}", "maps: {owasp: [a]}"),
		`maps: cwe is no list`:                             edit("maps: {}", "maps: {cwe: CWE-1}"),
		`custom has no fix`:                                edit("#   fix: Do something else.\n", ""),
		`custom has no maps`:                               edit("#   maps: {}\n", ""),
		`annotations have no title`:                        edit("# title: A control of a test\n", ""),
		`id "acme-1"`:                                      edit("id: ACME-001", "id: acme-1"),
		`ids TRAIN-… belong to the embedded pack`:          edit("id: ACME-001", "id: TRAIN-900"),
		`requires is no list`:                              edit("requires: [components]", "requires: components"),
		`default of setting a is no number`:                edit("maps: {}", "maps: {}\n#   settings: {a: {type: number, default: x, doc: d}}"),
		`setting a has type "text"`:                        edit("maps: {}", "maps: {}\n#   settings: {a: {type: text, default: x, doc: d}}"),
		`setting a has no doc`:                             edit("maps: {}", "maps: {}\n#   settings: {a: {type: string, default: x}}"),
		`no annotations`:                                   {"one.rego": good[strings.Index(good, "package"):]},
		`no rule deny`:                                     edit("deny contains", "denies contains"),
		`deny must be a set of results`:                    {"one.rego": good[:strings.Index(good, "deny")] + "deny if count(input.components) > 0\n"},
		`id ACME-001 is taken by one.rego`:                 {"one.rego": good, "two.rego": strings.Replace(good, "acme.one", "acme.two", 1)},
		`outside the root "acme" of its pack`:              {"one.rego": good, "two.rego": "package other\n\na := 1\n"},
		`root "mlpolicy" belongs to pack "mlpolicy"`:       {"one.rego": "package mlpolicy.lib.more\n\na := 1\n"},
		`data.other is outside the root`:                   {"one.rego": good, "data.json": `{"other": 1}`},
		`data is no object`:                                {"one.rego": good, "acme/data.json": `[]`},
		`var x is unsafe`:                                  edit("some x in input.components", "x.name"),
		`unused`:                                           edit("some x in input.components", "some x in input.components\n\ty := 1"),
		"one.rego:13":                                      edit("import future.keywords.not", "import future.keywords.nott"),
	} {
		got := loadError(t, engine.LoadOptions{}, slices.Concat([]engine.PackSource{small()}, []engine.PackSource{pack("acme", files)})...)
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	text := strings.Replace(control("components", "import data.mlpolicy.settings\n\n"+fmt.Sprintf(deny, `x.name in settings["ACME-001"].names`)),
		"maps: {}", "maps: {}\n#   settings: {names: {type: set, default: [a], doc: names}}", 1)
	source := pack("acme", map[string]string{"one.rego": text})
	for name, c := range map[string]struct {
		settings map[string]map[string]any
		want     string // outcome, or part of the error
	}{
		"default":         {nil, "pass"},
		"override":        {map[string]map[string]any{"ACME-001": {"names": []any{"m", "m"}}}, "fail"},
		"other type":      {map[string]map[string]any{"ACME-001": {"names": "m"}}, "setting names is no set"},
		"unknown name":    {map[string]map[string]any{"ACME-001": {"nams": []any{}}}, `no setting "nams"; did you mean "names"`},
		"unknown control": {map[string]map[string]any{"ACME-002": {"names": []any{}}}, "there is no control ACME-002"},
	} {
		p, err := engine.Load(t.Context(), []engine.PackSource{source}, engine.LoadOptions{Settings: c.settings})
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if r := evaluate(t, p, withComponent(engine.ModeCheck))["ACME-001"]; string(r.Outcome) != c.want {
			t.Errorf("%s: %s, want %s", name, r.Outcome, c.want)
		}
	}
}

// TestFactsAreTyped holds documents of --facts to the schema that comes with them; a
// policy whose facts were not given still loads.
func TestFactsAreTyped(t *testing.T) {
	t.Parallel()
	text := func(field string) engine.PackSource {
		return pack("acme", map[string]string{"one.rego": control("facts", `deny contains {"subject": t.name, "detail": "d", "at": {"path": "p"}} if {
	some t in input.facts.teams
	_on_call(t)
}

_on_call(team) if team.`+field+` == ""`)})
	}
	schema := map[string][]byte{"teams": []byte(`{"type": "array", "items": {"type": "object", "additionalProperties": false,
		"properties": {"name": {"type": "string"}, "pager": {"type": "string"}}}}`)}
	if got := loadError(t, engine.LoadOptions{FactSchemas: schema}, text("pager")); got != "" {
		t.Error(got)
	}
	if got := loadError(t, engine.LoadOptions{FactSchemas: schema}, text("pagr")); !strings.Contains(got, `"pagr"`) || !strings.Contains(got, "pager") {
		t.Errorf("a typo in a fact: %q", got)
	}
	if got := loadError(t, engine.LoadOptions{}, text("name")); got != "" {
		t.Errorf("without facts: %s", got)
	}
	if got := loadError(t, engine.LoadOptions{FactSchemas: map[string][]byte{"teams": []byte(`[`)}}, text("pager")); !strings.Contains(got, "no JSON object") {
		t.Error(got)
	}
}
