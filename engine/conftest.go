package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// conftestRule matches the rules that conftest evaluates.
var conftestRule = regexp.MustCompile(`^(deny|violation|warn)(_[a-zA-Z0-9_]+)?$`)

// conftestException matches its way of exempting, which this engine refuses.
var conftestException = regexp.MustCompile(`^exception(_[a-zA-Z0-9_]+)?$`)

// conftestPack is a pack of plain rules over one document each. They are not typed: the
// schema of the input says nothing about a document.
type conftestPack struct {
	name     string
	controls []Control
	eval     *evaluator
}

// loadConftest compiles a conftest pack in a compiler of its own: its packages (main) are
// those of every other such pack.
func loadConftest(ctx context.Context, source PackSource, files *packFiles, ds *diagnostics) *conftestPack {
	before := len(*ds)
	l := &loader{modules: map[string]*ast.Module{}, files: map[string][2]string{}}
	found := map[string]Control{}
	for _, f := range files.rego {
		l.files[source.Name+"/"+f.path] = [2]string{source.Name, f.path}
		m := l.conftestModule(source.Name, f)
		if m == nil {
			continue
		}
		l.modules[source.Name+"/"+f.path] = m
		l.conftestRules(source, f.path, m, found)
	}
	if len(source.Stages) == 0 {
		l.ds.add(source.Name, "", 0, 0, "a conftest pack needs stages: its rules name none")
	}
	for _, s := range source.Stages {
		if !slices.Contains(Stages, s) {
			l.ds.add(source.Name, "", 0, 0, "unknown stage %q%s", s, neighbours(string(s), words(Stages)))
		}
	}
	if len(found) == 0 && len(l.ds) == 0 {
		l.ds.add(source.Name, "", 0, 0, "pack has no rule deny, violation or warn")
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).SetErrorLimit(maxTypeErrors)
	if len(l.ds) == 0 {
		if compiler.Compile(l.modules); compiler.Failed() {
			l.astErrors(source.Name, "", compiler.Errors)
		}
	}
	*ds = append(*ds, l.ds...)
	if len(*ds) > before {
		return nil
	}
	c := &conftestPack{name: source.Name}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		c.controls = append(c.controls, found[id])
	}
	store := inmem.NewFromObjectWithOpts(files.data, inmem.OptRoundTripOnWrite(false))
	eval, err := newEvaluator(ctx, c.controls, compiler, store, readConftest)
	if err != nil {
		ds.add(source.Name, "", 0, 0, "%v", err)
		return nil
	}
	c.eval = eval
	return c
}

// conftestModule parses a file, and says so when it is written in the old syntax.
func (l *loader) conftestModule(pack string, f packFile) *ast.Module {
	all := ast.CapabilitiesForThisVersion()
	m, err := ast.ParseModuleWithOpts(pack+"/"+f.path, string(f.text), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: all})
	if err == nil {
		return m
	}
	if _, old := ast.ParseModuleWithOpts(f.path, string(f.text), ast.ParserOptions{RegoVersion: ast.RegoV0, Capabilities: all}); old == nil {
		l.ds.add(pack, f.path, 1, 0, "file is written in Rego v0, which OPA 1 does not read: convert it with `opa fmt --v0-v1`")
		return nil
	}
	l.astErrors(pack, f.path, err)
	return nil
}

func (l *loader) conftestRules(source PackSource, file string, m *ast.Module, found map[string]Control) {
	for _, r := range m.Rules {
		name := r.Head.Ref()[0].Value.String()
		if conftestException.MatchString(name) {
			l.ds.add(source.Name, file, r.Location.Row, 0,
				"rule %s is refused: it exempts whole files without an end; a waiver in mlpolicy.hcl exempts one subject, for a reason, until a day", name)
			continue
		}
		if !conftestRule.MatchString(name) || len(r.Head.Args) > 0 {
			continue
		}
		severity := High
		if strings.HasPrefix(name, "warn") {
			severity = Low
		}
		c := Control{
			ID: source.Name + "/" + packageName(m) + "/" + name, Title: fmt.Sprintf("%s of package %s", name, packageName(m)),
			Stages: source.Stages, Severity: severity, AppliesTo: []string{"documents"}, Requires: []string{"documents"},
			Pack: source.Name, Package: packageName(m), Path: file, Rule: name, Untyped: true,
		}
		for _, a := range m.Annotations {
			if a.Scope == "rule" && a.Title != "" && a.GetTargetPath().String() == r.Ref().GroundPrefix().String() {
				c.Title, c.Description = a.Title, strings.TrimSpace(a.Description)
			}
		}
		if _, there := found[c.ID]; !there {
			found[c.ID] = c
		}
	}
}

// evaluate asks the rules about each document, with its content as input.
func (c *conftestPack) evaluate(ctx context.Context, in *Input, now time.Time, timeout time.Duration) map[string]answer {
	out := map[string]answer{}
	for _, d := range in.Documents {
		if d.Content == nil {
			continue // a template, or over the budget: not parsed, and a Problem says so
		}
		inputs, err := conftestInputs(d)
		if err != nil {
			for _, control := range c.controls {
				all := out[control.ID]
				all.err = cmp.Or(all.err, fmt.Errorf("%s: %w", d.Path, err))
				out[control.ID] = all
			}
			continue
		}
		for _, value := range inputs {
			c.one(ctx, d, value, now, timeout, out)
		}
	}
	for id, a := range out {
		sortFindings(a.findings)
		out[id] = a
	}
	return out
}

// conftestInputs are the inputs that conftest makes of a document: a Dockerfile is its
// instructions, and each entry of a list is an input of its own.
func conftestInputs(d sbom.Document) ([]ast.Value, error) {
	contents := []any{d.Content}
	if list, ok := d.Content.([]any); ok {
		contents = list
	}
	if fields, ok := d.Content.(map[string]any); ok && d.Kind == "dockerfile" {
		text, _ := fields["text"].(string)
		commands, err := dockerfileCommands(text)
		if err != nil {
			return nil, err
		}
		contents = []any{commands}
	}
	out := make([]ast.Value, 0, len(contents))
	for _, content := range contents {
		value, err := ast.InterfaceToValue(content)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

// one adds what the rules say about one input.
func (c *conftestPack) one(ctx context.Context, d sbom.Document, value ast.Value, now time.Time, timeout time.Duration, out map[string]answer) {
	for id, a := range c.eval.evaluate(ctx, value, now, timeout) {
		all := out[id]
		if a.err != nil && all.err == nil {
			all.err = fmt.Errorf("%s: %w", d.Path, a.err)
		}
		for _, f := range a.findings {
			f.Subject, f.At = d.Path, sbom.At{Path: d.Path}
			all.findings = append(all.findings, f)
		}
		if len(all.findings) > maxFindings && all.err == nil {
			all.err = fmt.Errorf("more than %d findings", maxFindings)
		}
		out[id] = all
	}
}

// readConftest reads the value of a conftest rule, wrapped in a list that is empty when
// the rule is undefined: a set or list of texts or of objects with a text msg, or one of
// them. The text is the key too: these rules return nothing else to tell findings apart.
func readConftest(value any) ([]RawFinding, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, errors.New("the query gave no list")
	}
	var out []RawFinding
	for _, item := range list {
		results, ok := item.([]any)
		if !ok {
			results = []any{item}
		}
		for _, result := range results {
			message, err := conftestMessage(result)
			if err != nil {
				return nil, err
			}
			out = append(out, RawFinding{Detail: message, Key: message})
		}
	}
	if len(out) > maxFindings {
		return nil, fmt.Errorf("more than %d findings", maxFindings)
	}
	return out, nil
}

func conftestMessage(result any) (string, error) {
	if object, ok := result.(map[string]any); ok {
		result = object["msg"]
	}
	message, ok := result.(string)
	if !ok || message == "" {
		return "", errors.New(`a result is neither a text nor an object with a text "msg"`)
	}
	if len(message) > maxSubjectBytes {
		message = strings.ToValidUTF8(message[:maxSubjectBytes], "") + "…"
	}
	return message, nil
}
