package workbench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/mlpolicy/mlpolicy/engine"
)

const (
	// maxSamples bounds the examples kept of one condition that did not hold.
	maxSamples = 3
	// maxValueRunes bounds one printed value.
	maxValueRunes = 100
)

// Explanation says what one control saw in one source, and why it fired or not.
type Explanation struct {
	Control engine.Control    `json:"control"`
	Outcome engine.Outcome    `json:"outcome"`
	Reason  string            `json:"reason"`
	Saw     []Saw             `json:"saw"`
	Rules   []RuleExplanation `json:"rules"`
	Results []engine.Finding  `json:"findings"`
	// Settings are the values it was evaluated with.
	Settings map[string]any `json:"settings"`
}

// Saw is a section of the input that the control reads.
type Saw struct {
	Section string `json:"section"`
	Entries int    `json:"entries"`
	Looked  bool   `json:"looked"`
	Reason  string `json:"reason"`
}

// RuleExplanation is one body of the control: how far it got, condition by condition.
type RuleExplanation struct {
	Line       int         `json:"line"`
	Fired      int         `json:"fired"`
	Conditions []Condition `json:"conditions"`
}

// Condition is one expression: how often it was reached, how often it held, and with
// which values it did not.
type Condition struct {
	Line    int      `json:"line"`
	Text    string   `json:"text"`
	Reached int      `json:"reached"`
	Held    int      `json:"held"`
	Failed  []string `json:"failed"` // values of the variables where it did not hold, a few
}

// Explain evaluates one control alone over the input and notes what happens.
func Explain(ctx context.Context, policy *engine.Policy, in *engine.Input, result engine.Result) (*Explanation, error) {
	c := result.Control
	if c.Untyped {
		return nil, fmt.Errorf("%s is a conftest rule; explain shows controls", c.ID)
	}
	if policy.Isolated(c.Pack) {
		return nil, fmt.Errorf("%s belongs to pack %s, which this server does not evaluate itself; mlpolicy policy explain does", c.ID, c.Pack)
	}
	value, err := policy.Value(in)
	if err != nil {
		return nil, err
	}
	t := &explainer{pkg: "data." + c.Package, counts: map[string]*Condition{}, exits: map[int]int{}}
	err = traced(ctx, policy, in, value, c, t)
	out := &Explanation{Control: c, Outcome: result.Outcome, Reason: result.Reason, Saw: saw(c, in, value), Results: []engine.Finding{}}
	if err != nil && result.Outcome != engine.Error {
		return nil, err
	}
	out.Rules = t.rules(policy, c)
	for _, f := range result.Findings {
		found := engine.Finding{Outcome: engine.Fail, Subject: f.Subject, Digest: f.Digest, Detail: f.Detail, At: f.At}
		if f.Certainty == engine.Likely {
			found.Certainty = engine.Likely
		}
		out.Results = append(out.Results, found)
	}
	own, _ := policy.Data()[EmbeddedRoot].(map[string]any)
	settings, _ := own["settings"].(map[string]any)
	out.Settings, _ = settings[c.ID].(map[string]any)
	return out, nil
}

// Trace prints the evaluation of one control as OPA prints it.
func Trace(ctx context.Context, w io.Writer, policy *engine.Policy, in *engine.Input, c engine.Control) error {
	value, err := policy.Value(in)
	if err != nil {
		return err
	}
	buffer := topdown.NewBufferTracer()
	err = traced(ctx, policy, in, value, c, buffer)
	topdown.PrettyTrace(w, *buffer)
	return err
}

// traced evaluates one control alone.
func traced(ctx context.Context, policy *engine.Policy, in *engine.Input, value ast.Value, c engine.Control, tracer topdown.QueryTracer) error {
	now, err := time.Parse(time.RFC3339, in.Now)
	if err != nil {
		return err
	}
	_, err = rego.New(
		rego.Query("data."+c.Package+"."+c.Rule), rego.Compiler(policy.Compiler()), rego.Store(inmem.NewFromObject(policy.Data())),
		rego.ParsedInput(value), rego.Time(now), rego.QueryTracer(tracer), rego.StrictBuiltinErrors(true),
	).Eval(ctx)
	return err
}

// saw counts the sections that the control requires or applies to.
func saw(c engine.Control, in *engine.Input, value ast.Value) []Saw {
	var out []Saw
	sections := slices.Clone(c.AppliesTo)
	for _, r := range c.Requires {
		if !slices.Contains(sections, r) {
			sections = append(sections, r)
		}
	}
	object, _ := value.(ast.Object)
	for _, section := range sections {
		s := Saw{Section: section, Looked: true}
		for family, state := range in.Collected {
			if string(family) == section {
				s.Looked, s.Reason = state.Looked, state.Reason
			}
		}
		if object != nil {
			if t := object.Get(ast.StringTerm(section)); t != nil {
				switch v := t.Value.(type) {
				case *ast.Array:
					s.Entries = v.Len()
				case ast.Object:
					s.Entries = v.Len()
				}
			}
		}
		out = append(out, s)
	}
	return out
}

// explainer counts the evaluations of the expressions of one package.
type explainer struct {
	pkg    string
	counts map[string]*Condition // by line:text
	exits  map[int]int           // line of a rule → times it fired
}

func (t *explainer) Enabled() bool { return true }

func (t *explainer) Config() topdown.TraceConfig { return topdown.TraceConfig{PlugLocalVars: true} }

func (t *explainer) TraceEvent(e topdown.Event) {
	switch node := e.Node.(type) {
	case *ast.Rule:
		if e.Op == topdown.ExitOp && strings.HasPrefix(node.Ref().String(), t.pkg+".") && node.Location != nil {
			t.exits[node.Location.Row]++
		}
	case *ast.Expr:
		if node.Location == nil || e.Op != topdown.EvalOp && e.Op != topdown.FailOp {
			return
		}
		c := t.counts[key(node)]
		if c == nil {
			c = &Condition{Line: node.Location.Row, Text: oneLine(string(node.Location.Text))}
			t.counts[key(node)] = c
		}
		if e.Op == topdown.EvalOp {
			c.Reached++
			return
		}
		c.Held-- // corrected by Reached in rules
		if len(c.Failed) < maxSamples {
			if values := locals(e); values != "" && !slices.Contains(c.Failed, values) {
				c.Failed = append(c.Failed, values)
			}
		}
	}
}

func key(e *ast.Expr) string {
	_, not := e.Terms.(*ast.Not) // what a "not" negates has the place of the whole
	return fmt.Sprintf("%s:%d:%d:%v:%s", e.Location.File, e.Location.Row, e.Location.Col, e.Negated || not, e.Location.Text)
}

// locals writes the variables that the author named, with short values.
func locals(e topdown.Event) string {
	var parts []string
	if e.Locals == nil {
		return ""
	}
	e.Locals.Iter(func(k, v ast.Value) bool {
		name := k.String()
		if variable, ok := k.(ast.Var); ok {
			if meta, ok := e.LocalMetadata[variable]; ok {
				name = string(meta.Name)
			}
		}
		if strings.HasPrefix(name, "__") || strings.HasPrefix(name, "$") {
			return false
		}
		parts = append(parts, name+" = "+summary(v))
		return false
	})
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ", ")
}

// summary of an entry of the input is what names it.
func summary(v ast.Value) string {
	object, ok := v.(ast.Object)
	if !ok {
		return shorten(v.String())
	}
	var parts []string
	for _, field := range []string{"kind", "name", "callee", "path", "format", "id", "rule"} {
		if t := object.Get(ast.StringTerm(field)); t != nil {
			if s, ok := t.Value.(ast.String); ok && s != "" {
				parts = append(parts, string(s))
			}
		}
	}
	if at := object.Get(ast.StringTerm("at")); at != nil {
		if place, ok := at.Value.(ast.Object); ok {
			path, line := place.Get(ast.StringTerm("path")), place.Get(ast.StringTerm("line"))
			if path != nil && line != nil {
				parts = append(parts, strings.Trim(path.String(), `"`)+":"+line.String())
			}
		}
	}
	if len(parts) == 0 {
		return shorten(v.String())
	}
	return shorten("{" + strings.Join(parts, " ") + "}")
}

func shorten(s string) string {
	if runes := []rune(s); len(runes) > maxValueRunes {
		return string(runes[:maxValueRunes]) + "…"
	}
	return s
}

// rules puts the counts beside the bodies of the control, in the order of its file.
func (t *explainer) rules(policy *engine.Policy, c engine.Control) []RuleExplanation {
	out := []RuleExplanation{}
	for _, m := range policy.Compiler().Modules {
		if m.Package.Path.String() != t.pkg {
			continue
		}
		for _, rule := range m.Rules {
			if rule.Location == nil || rule.Head.Name.String() != c.Rule && rule.Head.Ref().String() != c.Rule {
				continue
			}
			r := RuleExplanation{Line: rule.Location.Row, Fired: t.exits[rule.Location.Row], Conditions: []Condition{}}
			for _, expr := range rule.Body {
				if expr.Location == nil || expr.Generated {
					continue
				}
				counted := t.counts[key(expr)]
				condition := Condition{Line: expr.Location.Row, Text: oneLine(string(expr.Location.Text)), Failed: []string{}}
				if counted != nil {
					condition.Reached, condition.Held = counted.Reached, counted.Reached+counted.Held
					condition.Failed = append(condition.Failed, counted.Failed...)
				}
				if n := len(r.Conditions); n > 0 && r.Conditions[n-1].Line == condition.Line && r.Conditions[n-1].Text == condition.Text {
					r.Conditions[n-1].Held = condition.Held // parts of one expression
					continue
				}
				r.Conditions = append(r.Conditions, condition)
			}
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b RuleExplanation) int { return a.Line - b.Line })
	return out
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Text writes the explanation for people who do not read Rego's trace.
func (x *Explanation) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s", x.Control.ID, x.Control.Title, x.Outcome)
	if x.Reason != "" {
		fmt.Fprintf(&b, " (%s)", x.Reason)
	}
	b.WriteString("\n\nWhat it saw\n")
	for _, s := range x.Saw {
		if s.Looked {
			fmt.Fprintf(&b, "  %-18s %s\n", s.Section, counted(s.Entries, "entry", "entries"))
		} else {
			fmt.Fprintf(&b, "  %-18s nobody looked: %s\n", s.Section, s.Reason)
		}
	}
	for _, r := range x.Rules {
		fmt.Fprintf(&b, "\n%s:%d  fired %s\n", x.Control.Path, r.Line, counted(r.Fired, "time", "times"))
		for _, c := range r.Conditions {
			switch {
			case c.Reached == 0:
				fmt.Fprintf(&b, "      never reached        %s\n", c.Text)
			default:
				fmt.Fprintf(&b, "  %s held %4d of %4d     %s\n", mark(c), c.Held, c.Reached, c.Text)
			}
			for _, f := range c.Failed {
				fmt.Fprintf(&b, "                             not for %s\n", f)
			}
		}
	}
	if len(x.Results) > 0 {
		b.WriteString("\nFindings\n")
		for _, f := range x.Results {
			fmt.Fprintf(&b, "  %s:%d  %s\n", f.At.Path, f.At.Line, f.Detail)
		}
	}
	b.WriteString("\nWhat would make it pass\n")
	fmt.Fprintf(&b, "  %s\n", x.Control.Fix)
	names := make([]string, 0, len(x.Settings))
	for name := range x.Settings {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value, err := json.Marshal(x.Settings[name])
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "  or the setting %s = %s (%s)\n", name, shorten(string(value)), x.Control.Settings[name].Doc)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func mark(c Condition) string {
	if c.Held > 0 {
		return "✓"
	}
	return "✗"
}
