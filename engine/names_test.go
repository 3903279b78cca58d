package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/engine"
)

// typo is a field of the input that is mistyped: in which section, written how, for which.
type typo struct{ section, written, field string }

var typos = []typo{
	{"components", "nmae", "name"},
	{"components", "licences", "licenses"},
	{"references", "revison", "revision"},
	{"references", "trust_remote_cod", "trust_remote_code"},
	{"weights", "sha_256", "sha256"},
	{"weights", "import", "imports"},
	{"workloads", "identiy", "identity"},
	{"pipelines", "permission", "permissions"},
	{"datasets", "pi", "pii"},
	{"packages", "verison", "version"},
}

// positions are the ways to write a field; each is the body of a pack with SECTION and
// FIELD in it, and must not load with a name that is not there.
var positions = map[string]string{
	"plain reference": `deny contains {"subject": "s", "detail": "d", "at": {"path": "p"}} if {
	input.SECTION[_].FIELD != ""
}`,
	"variable": `deny contains {"subject": "s", "detail": "d", "at": {"path": "p"}} if {
	some x in input.SECTION
	x.FIELD != ""
}`,
	"not": `deny contains {"subject": "s", "detail": "d", "at": x.at} if {
	some x in input.SECTION
	not x.FIELD
}`,
	"every": `deny contains {"subject": "s", "detail": "d", "at": {"path": "p"}} if {
	every x in input.SECTION {
		x.FIELD != ""
	}
}`,
	"comprehension": `deny contains {"subject": "s", "detail": "d", "at": {"path": "p"}} if {
	found := {x.FIELD | some x in input.SECTION}
	count(found) > 0
}`,
	"helper set": `deny contains {"subject": "s", "detail": "d", "at": x.at} if {
	some x in _helper
	x.FIELD != ""
}

_helper contains x if some x in input.SECTION`,
	"function parameter": `deny contains {"subject": "s", "detail": "d", "at": x.at} if {
	some x in input.SECTION
	_holds(x)
}

_holds(it) if it.FIELD != ""`,
	"function parameter through a function": `deny contains {"subject": "s", "detail": "d", "at": x.at} if {
	some x in input.SECTION
	_outer({"inner": x})
}

_outer(pair) if _holds(pair.inner)

_holds(it) if it.FIELD != ""`,
	"object.get": `deny contains {"subject": "s", "detail": "d", "at": x.at} if {
	some x in input.SECTION
	object.get(x, "FIELD", "") == ""
}`,
	"list of names": `deny contains {"subject": "s", "detail": "d", "at": x.at} if {
	some x in input.SECTION
	some field in ["at", "FIELD"]
	x[field] == ""
}`,
	"object by key": `deny contains {"subject": "s", "detail": "d", "at": {"path": "p"}} if {
	some path, x in _by_path
	x.FIELD != path
}

_by_path := {x.at.path: x | some x in input.SECTION}`,
	"rule with schemas of its own": `# METADATA
# scope: rule
# schemas:
#   - input: {type: object, properties: {SECTION: {type: array, items: {type: object, properties: {FIELD: {type: string}}}}}}
deny contains {"subject": "s", "detail": "d", "at": {"path": "p"}} if {
	input.SECTION[_].FIELD != ""
}`,
	"rule with schemas, in every": `# METADATA
# scope: rule
# schemas:
#   - input: {type: object, additionalProperties: true}
deny contains {"subject": "s", "detail": "d", "at": {"path": "p"}} if {
	every x in input.SECTION {
		x.FIELD != ""
	}
}`,
}

func control(section, body string) string {
	return header("ACME-001", section) + "package acme.one\n\nimport future.keywords.not\n\n" + body + "\n"
}

func loadError(t *testing.T, opts engine.LoadOptions, packs ...engine.PackSource) string {
	t.Helper()
	_, err := engine.Load(context.Background(), packs, opts)
	var le *engine.LoadError
	if err != nil && !errors.As(err, &le) {
		t.Fatalf("error is %T: %v", err, err)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestTyposDoNotLoad loads, for each field, a pack with one control per position.
func TestTyposDoNotLoad(t *testing.T) {
	t.Parallel()
	for _, f := range typos {
		files := func(field string) map[string]string {
			out, n := map[string]string{}, 0
			for position, body := range positions {
				n++
				text := control(f.section, strings.NewReplacer("SECTION", f.section, "FIELD", field).Replace(body))
				text = strings.ReplaceAll(text, "ACME-001", fmt.Sprintf("ACME-%03d", n))
				out[position+".rego"] = strings.ReplaceAll(text, "package acme.one", fmt.Sprintf("package acme.p%d", n))
			}
			return out
		}
		if got := loadError(t, engine.LoadOptions{}, pack("acme", files(f.field))); got != "" {
			t.Errorf("does not load with the right name:\n%s", got)
		}
		got := loadError(t, engine.LoadOptions{}, pack("acme", files(f.written)))
		for position := range positions {
			found := false
			for line := range strings.Lines(got) {
				found = found || strings.HasPrefix(line, "acme: "+position+".rego:") && strings.Contains(line, fmt.Sprintf("%q", f.written)) && strings.Contains(line, f.field)
			}
			if !found {
				t.Errorf("%s: no message names %q and %q:\n%s", position, f.written, f.field, got)
			}
		}
	}
}

func TestSectionsAreNames(t *testing.T) {
	t.Parallel()
	for _, section := range []string{"compnents", "component", "refs", "weight", "workload", "pipeline", "dataset", "alert", "secret", "pakages"} {
		for _, body := range []string{"count(input.%s) > 0", "not input.%s", "some x in input.%s\n\tx.name != \"\"", "every x in input.%s { x.at }"} {
			text := control("components", "deny contains {\"subject\": \"s\", \"detail\": \"d\", \"at\": {\"path\": \"p\"}} if {\n\t"+fmt.Sprintf(body, section)+"\n}")
			got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": text}))
			if !strings.Contains(got, fmt.Sprintf("%q in input; did you mean", section)) && !strings.Contains(got, fmt.Sprintf("%q in input; there are", section)) {
				t.Errorf("%s in %q: %s", section, body, got)
			}
		}
	}
}

func TestDataPathsAreNames(t *testing.T) {
	t.Parallel()
	head := strings.Replace(header("ACME-001", "components"), "#   maps", "#   settings: {names: {type: set, default: [a], doc: names}}\n#   maps", 1)
	for name, c := range map[string]struct{ imports, body, right, wrong, neighbour string }{
		"rule of lib":        {"data.mlpolicy.lib.refs", `x.host in refs.NAME`, "hubs", "hub", `"hubs"`},
		"function of lib":    {"data.mlpolicy.lib.code", `code.NAME(x.name)`, "on", "onn", "undefined function data.mlpolicy.lib.code.onn"},
		"package of lib":     {"data.mlpolicy.lib.NAME", `x.host in NAME.hubs`, "refs", "ref", `"refs"`},
		"setting":            {"data.mlpolicy.settings", `x.name in settings["ACME-001"].NAME`, "names", "nams", `"names"`},
		"setting in not":     {"data.mlpolicy.settings", `not x.name in settings["ACME-001"].NAME`, "names", "nams", `"names"`},
		"id of settings":     {"data.mlpolicy.settings", `x.name in settings["NAME"].names`, "ACME-001", "ACME-002", "ACME-001"},
		"settings of others": {"data.mlpolicy.settings", `x.name in settings["NAME"].names`, "ACME-001", "ACME-009", "reads only its own"},
		"rule of the pack":   {"data.acme.one", `x.name in one.NAME`, "known", "knwon", `"known"`},
		"data of the pack":   {"data.acme.list", `x.name in list.NAME`, "good", "goood", `"good"`},
	} {
		text := func(word string) string {
			body := head + "package acme.one\n\nimport future.keywords.not\nimport " + c.imports + "\n\nknown := {\"a\"}\n\n" +
				"deny contains {\"subject\": \"s\", \"detail\": \"d\", \"at\": x.at} if {\n\tsome x in input.components\n\t" + c.body + "\n}\n"
			return strings.ReplaceAll(body, "NAME", word)
		}
		other := strings.NewReplacer("ACME-001", "ACME-009", "acme.one", "acme.nine").Replace(control("components", `deny contains {"subject": "s", "detail": "d", "at": x.at} if some x in input.components`))
		files := map[string]string{"one.rego": text(c.right), "nine.rego": other, "acme/data.json": `{"list": {"good": ["a"]}}`}
		if got := loadError(t, engine.LoadOptions{}, lib(), pack("acme", files)); got != "" {
			t.Errorf("%s: does not load with the right name:\n%s", name, got)
		}
		files["one.rego"] = text(c.wrong)
		if got := loadError(t, engine.LoadOptions{}, lib(), pack("acme", files)); !strings.Contains(got, c.neighbour) || !strings.Contains(got, c.wrong) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTestsAreTyped holds the literals of tests to the schema: a typo there makes a test
// pass for the wrong reason.
func TestTestsAreTyped(t *testing.T) {
	t.Parallel()
	rule := control("SECTION", `deny contains {"subject": "s", "detail": "d", "at": x.at} if {
	some x in input.SECTION
	x.FIELD
}`)
	for name, test := range map[string]string{
		"with input as":         `test_it if count(deny) == 0 with input as {"SECTION": [{"FIELD": "v"}]}`,
		"with input.section as": `test_it if count(deny) == 0 with input.SECTION as [{"FIELD": "v"}]`,
		"through a rule":        "base := {\"FIELD\": \"v\"}\n\ntest_it if count(deny) == 0 with input as {\"SECTION\": [base]}",
		"through a table": "cases := {\"a\": {\"SECTION\": [{\"FIELD\": \"v\"}]}}\n\ntest_it[name] if {\n\tsome name, given in cases\n" +
			"\tcount(deny) == 0 with input as given\n}",
		"through object.union": "base := {\"at\": {\"path\": \"p\"}}\n\ntest_it if count(deny) == 0 with input as {\"SECTION\": [object.union(base, {\"FIELD\": \"v\"})]}",
	} {
		for _, f := range typos {
			text := func(field string) map[string]string {
				fill := strings.NewReplacer("SECTION", f.section, "FIELD", field)
				return map[string]string{
					"one.rego":      strings.NewReplacer("SECTION", f.section, "FIELD", f.field).Replace(rule),
					"one_test.rego": "package acme.one_test\n\nimport future.keywords.not\n\nimport data.acme.one.deny\n\n" + fill.Replace(test) + "\n",
				}
			}
			if got := loadError(t, engine.LoadOptions{Tests: true}, pack("acme", text(f.field))); got != "" {
				t.Errorf("%s: does not load with the right name:\n%s", name, got)
			}
			got := loadError(t, engine.LoadOptions{Tests: true}, pack("acme", text(f.written)))
			if !strings.Contains(got, "one_test.rego:") || !strings.Contains(got, fmt.Sprintf("%q", f.written)) || !strings.Contains(got, f.field) {
				t.Errorf("%s: %s: %s", name, f.written, got)
			}
		}
	}
	for _, target := range []string{"input.compnents as []", "data.mlpolicy.settings[\"ACME-001\"].nmae as []", "input.components as [{\"at\": {\"pth\": \"p\"}}]"} {
		files := map[string]string{
			"one.rego":      strings.NewReplacer("SECTION", "components", "FIELD", "name").Replace(rule),
			"one_test.rego": "package acme.one_test\n\nimport data.acme.one.deny\n\ntest_it if count(deny) == 0 with " + target + "\n",
		}
		if got := loadError(t, engine.LoadOptions{Tests: true}, pack("acme", files)); !strings.Contains(got, "one_test.rego:5") {
			t.Errorf("with %s: %s", target, got)
		}
	}
}

// TestNamesOutsideTheInput holds the messages about names that the schema does not know of
// to what was meant.
func TestNamesOutsideTheInput(t *testing.T) {
	t.Parallel()
	good := control("components", fmt.Sprintf(deny, "startswith(x.name, \"a\")"))
	for name, c := range map[string]struct{ from, to, want string }{
		"built-in":          {"startswith", "startwith", `undefined function startwith; did you mean "startswith"?`},
		"removed built-in":  {"startswith(x.name, \"a\")", "http.send({})", "policies have no network"},
		"rule of a package": {"startswith", "_begin", `undefined function _begin; `},
		"field of a result": {`"detail"`, `"detial"`, `a result has no field "detial"; did you mean "detail"?`},
		"missing field":     {`"detail": "d", `, ``, "the result has no detail"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("%s: the control has no %s:\n%s", name, c.from, good)
		}
		got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": strings.ReplaceAll(good, c.from, c.to)}))
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	lib := pack("acme", map[string]string{
		"lib.rego": "package acme.lib.places\n\nskipped(path) if startswith(path, \"tests/\")\n",
		"one.rego": strings.Replace(strings.ReplaceAll(good, `startswith(x.name, "a")`, `places.skiped(x.name)`), "package acme.one\n", "package acme.one\n\nimport data.acme.lib.places\n", 1),
	})
	if got := loadError(t, engine.LoadOptions{}, lib); !strings.Contains(got, `did you mean "data.acme.lib.places.skipped"?`) {
		t.Errorf("function of a library: %s", got)
	}
	typo := strings.ReplaceAll(good, "input.components", "input.compnents")
	if got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": typo})); strings.Contains(got, "does not require it") || !strings.Contains(got, `did you mean "components"?`) {
		t.Errorf("a section that is not there: %s", got)
	}
}

func TestControlsReadWhatTheyRequire(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want, raw string }{
		"other section": {`some x in input.components
	input.weights[_].component == x.ref`, "reads input.weights and does not require it", "reads input.weights and does not require it"},
		"through a helper": {`some x in input.components
	x.ref in _used`, "reads input.weights and does not require it", "reads input.weights and does not require it"},
		"input by variable": {`some section
	some x in input[section]`, "input[section] reads a section that is not named", "input[section] reads a section that is not named"},
		"all of input": {`some x in input.components
	walk(input, [_, x.name])`, "reads all of input", "reads all of input"},
		"documents": {`some x in input.components
	input.documents[_].content.spec == x`, "no schema describes input.documents[].content", "reads input.documents and does not require it"},
	} {
		text := control("components", "_used contains w.component if some w in input.weights\n\ndeny contains {\"subject\": \"s\", \"detail\": \"d\", \"at\": x.at} if {\n\t"+c.body+"\n}")
		if got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": text})); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		raw := strings.Replace(text, "#   maps", "#   reads_raw: true\n#   maps", 1)
		if got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": raw})); !strings.Contains(got, c.raw) {
			t.Errorf("%s: with reads_raw: got %q, want %q", name, got, c.raw)
		}
		required := strings.Replace(raw, "requires: [components]", "requires: [components, documents]", 1)
		if got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": required})); name == "documents" && got != "" {
			t.Errorf("%s: with reads_raw and required: %s", name, got)
		}
	}
}
