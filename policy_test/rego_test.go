package policy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/util"

	"github.com/mlpolicy/mlpolicy/policies"
)

// testTimeout bounds one Rego test; the slowest takes milliseconds on an idle machine.
const testTimeout = time.Minute

// maxLineBytes bounds the lines of the pack. Comments may hold addresses, raw strings
// patterns, and the tables of tests one case per line.
const maxLineBytes = 110

// schemaFile is the schema of the input document, which the engine generates.
const schemaFile = "../policies/input.schema.json"

// catalogueFile is the catalogue of controls; it is not part of the repository.
const catalogueFile = "../../shared/controls.json"

// folders maps a folder of the pack to the stages its controls may list.
var folders = []string{"chain", "data", "deployment", "experiment", "monitoring", "pipeline", "registry", "training"}

// control is what the annotations of one file of the pack say.
type control struct {
	Path     string
	Title    string
	ID       string              `json:"id"`
	Stages   []string            `json:"stages"`
	Severity string              `json:"severity"`
	Applies  []string            `json:"applies_to"`
	Requires []string            `json:"requires"`
	Fix      string              `json:"fix"`
	Maps     map[string][]string `json:"maps"`
	Settings map[string]struct {
		Type    string `json:"type"`
		Default any    `json:"default"`
		Doc     string `json:"doc"`
	} `json:"settings"`
}

func TestControlsAreFormattedAndAnnotated(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	for _, c := range controls(t, pack(t)) {
		if other, ok := ids[c.ID]; ok {
			t.Errorf("%s: id %s is already taken by %s", c.Path, c.ID, other)
		}
		ids[c.ID] = c.Path
		if c.Title == "" || c.Fix == "" || c.Severity == "" || len(c.Stages) == 0 || len(c.Applies) == 0 || len(c.Requires) == 0 {
			t.Errorf("%s: annotations are not complete: %+v", c.Path, c)
		}
		for name, s := range c.Settings {
			if s.Doc == "" || s.Default == nil || s.Type == "" {
				t.Errorf("%s: setting %s lacks a type, a default or a doc", c.Path, name)
			}
		}
	}
	for name, source := range sources(t) {
		formatted, err := format.SourceWithOpts(name, source, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if os.Getenv("UPDATE") != "" && !bytes.Equal(formatted, source) {
			if err := os.WriteFile(filepath.Join("..", filepath.FromSlash(name)), formatted, 0o644); err != nil {
				t.Error(err)
			}
			continue
		}
		if diff := cmp.Diff(string(source), string(formatted)); diff != "" {
			t.Errorf("%s is not formatted (-got +want):\n%s", name, diff)
		}
		if !bytes.Contains(source, []byte("import future.keywords.not\n")) {
			t.Errorf("%s lacks import future.keywords.not", name)
		}
		for i, line := range strings.Split(string(source), "\n") {
			if len(line) > maxLineBytes && !strings.HasPrefix(line, "#") && !strings.Contains(line, "`") && !strings.HasSuffix(name, "_test.rego") {
				t.Errorf("%s:%d: line has %d bytes", name, i+1, len(line))
			}
		}
	}
}

func TestControlsAgreeWithTheCatalogue(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(catalogueFile)
	if err != nil {
		t.Skipf("catalogue of controls is not here: %v", err)
	}
	type entry struct {
		ID, Title, Severity string
		OwaspML             []string `json:"owasp_ml"`
		OwaspLLM            []string `json:"owasp_llm"`
		Atlas               []struct{ ID string }
		Nist                []string `json:"nist_ai_rmf"`
		Article             []string `json:"eu_ai_act"`
		CWE                 []string
		Threats             []string
	}
	var catalogue struct{ Controls []entry }
	if err := json.Unmarshal(content, &catalogue); err != nil {
		t.Fatal(err)
	}
	want := map[string]entry{}
	for _, e := range catalogue.Controls {
		want[e.ID] = e
	}
	number := func(names []string) []string {
		out := []string{}
		for _, name := range names {
			id, _, _ := strings.Cut(name, " ")
			out = append(out, id)
		}
		return out
	}
	for _, c := range controls(t, pack(t)) {
		e, ok := want[c.ID]
		if !ok && newerThanCatalogue.MatchString(c.ID) {
			for _, name := range []string{"owasp_ml", "owasp_llm", "atlas", "nist_ai_rmf", "cwe", "eu_ai_act", "threats"} {
				if list, given := c.Maps[name]; !given || len(list) == 0 && name != "cwe" {
					t.Errorf("%s: %s is not in the catalogue and has no map %s of its own", c.Path, c.ID, name)
				}
			}
			continue
		}
		if !ok {
			t.Errorf("%s: %s is not in the catalogue", c.Path, c.ID)
			continue
		}
		atlas := []string{}
		for _, a := range e.Atlas {
			atlas = append(atlas, a.ID)
		}
		maps := map[string][]string{"owasp_ml": number(e.OwaspML), "owasp_llm": number(e.OwaspLLM), "atlas": atlas,
			"nist_ai_rmf": e.Nist, "eu_ai_act": e.Article, "cwe": e.CWE, "threats": e.Threats}
		if diff := cmp.Diff(maps, c.Maps); diff != "" {
			t.Errorf("%s: maps differ from the catalogue (-catalogue +pack):\n%s", c.Path, diff)
		}
		if c.Title != e.Title || c.Severity != e.Severity {
			t.Errorf("%s: %q, %s; the catalogue says %q, %s", c.Path, c.Title, c.Severity, e.Title, e.Severity)
		}
	}
}

// newerThanCatalogue are the ids of controls that came after the catalogue.
var newerThanCatalogue = regexp.MustCompile(`^DATA-0[2-9][0-9]$`)

// TestRego runs every Rego test over the pack with the default settings, and holds each
// control to tests that reach all of its lines.
func TestRego(t *testing.T) {
	TestPackLoads(t) // what does not load as the program loads it need not be tested
	modules := pack(t)
	all := controls(t, modules)
	tested := map[string]bool{}
	for name, source := range regoFiles(t, os.DirFS("."), "policy_test") {
		m, err := ast.ParseModuleWithOpts(name, string(source), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = m
		tested[strings.TrimSuffix(strings.TrimPrefix(name, "policy_test/"), "_test.rego")] = true
	}
	compiler := ast.NewCompiler().WithStrict(true).WithEnablePrintStatements(true)
	if schema, err := os.ReadFile(schemaFile); err == nil {
		set := ast.NewSchemaSet()
		var raw any
		if err := util.Unmarshal(schema, &raw); err != nil {
			t.Fatal(err)
		}
		set.Put(ast.SchemaRootRef, raw)
		compiler = compiler.WithSchemas(set).WithUseTypeCheckAnnotations(false)
	}
	coverage := cover.New()
	runner := tester.NewRunner().SetModules(modules).SetCompiler(compiler).
		SetStore(inmem.NewFromObject(defaults(all))).SetTimeout(testTimeout).
		CapturePrintOutput(true).RaiseBuiltinErrors(true).SetCoverageQueryTracer(coverage)
	results, err := runner.RunTests(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for r := range results {
		if r.Pass() {
			continue
		}
		t.Errorf("%s: %s: %v\n%s%s", r.Location, r.Name, r.Error, r.SubResults, r.Output)
	}
	report := coverage.Report(modules)
	for _, c := range all {
		key := strings.TrimSuffix(strings.TrimPrefix(c.Path, "policies/"), ".rego")
		if !tested[key] {
			t.Errorf("%s has no test (policy_test/%s_test.rego)", c.Path, key)
			continue
		}
		if file := report.Files[c.Path]; file == nil || file.Coverage < 100 {
			t.Errorf("%s: lines that no test reaches: %v", c.Path, notCovered(file))
		}
	}
	for name := range modules {
		if !strings.HasPrefix(name, "policies/lib/") {
			continue
		}
		if file := report.Files[name]; file != nil && file.Coverage < 100 {
			t.Errorf("%s: lines that no test reaches: %v", name, notCovered(file))
		}
	}
}

func notCovered(file *cover.FileReport) (lines []string) {
	if file == nil {
		return []string{"all"}
	}
	for _, r := range file.NotCovered {
		lines = append(lines, fmt.Sprintf("%d-%d", r.Start.Row, r.End.Row))
	}
	return lines
}

// sources returns the Rego of the pack and of its tests by path from the root of the
// repository.
func sources(t *testing.T) map[string][]byte {
	t.Helper()
	all := regoFiles(t, policies.FS, "policies")
	for name, source := range regoFiles(t, os.DirFS("."), "policy_test") {
		all[name] = source
	}
	return all
}

func regoFiles(t *testing.T, fsys fs.FS, prefix string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".rego" {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		files[path.Join(prefix, name)] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func pack(t *testing.T) map[string]*ast.Module {
	t.Helper()
	modules := map[string]*ast.Module{}
	for name, source := range regoFiles(t, policies.FS, "policies") {
		m, err := ast.ParseModuleWithOpts(name, string(source), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatalf("%v", err)
		}
		modules[name] = m
	}
	return modules
}

var idPattern = regexp.MustCompile(`^(DATA|EXP|TRAIN|REG|DEP|MON|CI|FS|X)-[0-9]{3}$`)

// controls reads the annotations of the pack, in the order of the paths.
func controls(t *testing.T, modules map[string]*ast.Module) []control {
	t.Helper()
	var out []control
	for name, m := range modules {
		folder := path.Base(path.Dir(name))
		want := "data.mlpolicy." + folder + "." + strings.TrimSuffix(path.Base(name), ".rego")
		if got := m.Package.Path.String(); got != want {
			t.Errorf("%s: package is %s, want %s", name, got, want)
		}
		if folder == "lib" || len(m.Annotations) == 0 {
			continue
		}
		if !slices.Contains(folders, folder) {
			t.Errorf("%s: no such stage", name)
		}
		a := m.Annotations[0]
		custom, err := json.Marshal(a.Custom)
		if err != nil {
			t.Fatal(err)
		}
		c := control{Path: name, Title: a.Title}
		if err := json.Unmarshal(custom, &c); err != nil {
			t.Errorf("%s: annotations: %v", name, err)
		}
		if !idPattern.MatchString(c.ID) || a.Description == "" || len(a.RelatedResources) == 0 {
			t.Errorf("%s: id %q, description or related resources are missing", name, c.ID)
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b control) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// defaults is the data document that the engine lays beside the pack.
func defaults(all []control) map[string]any {
	settings := map[string]any{}
	for _, c := range all {
		values := map[string]any{}
		for name, s := range c.Settings {
			values[name] = s.Default
		}
		settings[c.ID] = values
	}
	return map[string]any{"mlpolicy": map[string]any{"settings": settings}}
}
