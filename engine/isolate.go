package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Isolate evaluates packs outside of this process. OPA has a time limit and no limit on
// memory: a rule that builds a set of everything ends the process that evaluates it, so a
// server does not evaluate the packs of others itself.
type Isolate func(ctx context.Context, job *IsolatedJob) (map[string]IsolatedAnswer, error)

// IsolatedJob is everything that an evaluation elsewhere needs.
type IsolatedJob struct {
	Packs       []IsolatedPack            `json:"packs"`
	Settings    map[string]map[string]any `json:"settings"`
	FactSchemas map[string][]byte         `json:"fact_schemas"`
	Input       json.RawMessage           `json:"input"`
	Timeout     time.Duration             `json:"timeout_ns"`
}

// IsolatedPack is a pack as files.
type IsolatedPack struct {
	Name   string            `json:"name"`
	Kind   string            `json:"kind"`
	Stages []Stage           `json:"stages"`
	Files  map[string][]byte `json:"files"` // Rego
	Data   map[string]any    `json:"data"`
}

// IsolatedAnswer is what one control found, or why it could not be evaluated.
type IsolatedAnswer struct {
	Findings []RawFinding `json:"findings"`
	Error    string       `json:"error"`
}

// Isolated tells whether the controls of a pack are evaluated outside of this process, so
// that nobody evaluates them in it for another purpose.
func (p *Policy) Isolated(pack string) bool {
	return slices.ContainsFunc(p.isolated, func(i IsolatedPack) bool { return i.Name == pack })
}

// isolatePack keeps what an evaluation elsewhere needs of a pack.
func (p *Policy) isolatePack(source PackSource, files *packFiles) {
	i := IsolatedPack{Name: source.Name, Kind: source.Kind, Stages: source.Stages, Files: map[string][]byte{}, Data: files.data}
	for _, f := range files.rego {
		i.Files[f.path] = f.text
	}
	p.isolated = append(p.isolated, i)
}

// elsewhere evaluates the isolated packs. When that fails each of their controls is an
// error, which is no pass.
func (p *Policy) elsewhere(ctx context.Context, in *Input) map[string]answer {
	out := map[string]answer{}
	got, err := p.askElsewhere(ctx, in)
	for _, c := range p.controls {
		if !p.Isolated(c.Pack) {
			continue
		}
		a, ok := got[c.ID]
		switch {
		case err != nil:
			out[c.ID] = answer{err: err}
		case !ok:
			out[c.ID] = answer{err: errors.New("the isolated evaluation gave no answer")}
		case a.Error != "":
			out[c.ID] = answer{err: errors.New(a.Error)}
		default:
			out[c.ID] = answer{findings: a.Findings}
		}
	}
	return out
}

func (p *Policy) askElsewhere(ctx context.Context, in *Input) (map[string]IsolatedAnswer, error) {
	content, err := p.trimmed(in).JSON()
	if err != nil {
		return nil, fmt.Errorf("isolated evaluation: %w", err)
	}
	settings := map[string]map[string]any{}
	for _, c := range p.controls {
		if values := p.overrides[c.ID]; p.Isolated(c.Pack) && values != nil {
			settings[c.ID] = values
		}
	}
	return p.isolate(ctx, &IsolatedJob{Packs: p.isolated, Settings: settings, FactSchemas: p.factSchemas, Input: content, Timeout: p.timeout})
}

// Answers evaluates every control and returns what each found, without outcomes: the
// other end of Isolate.
func (p *Policy) Answers(ctx context.Context, in *Input) (map[string]IsolatedAnswer, error) {
	answers, err := p.answers(ctx, in)
	if err != nil {
		return nil, err
	}
	out := map[string]IsolatedAnswer{}
	for id, a := range answers {
		i := IsolatedAnswer{Findings: a.findings}
		if a.err != nil {
			i.Error = a.err.Error()
		}
		out[id] = i
	}
	return out, nil
}

// answers evaluates every control here or elsewhere.
func (p *Policy) answers(ctx context.Context, in *Input) (map[string]answer, error) {
	now, err := time.Parse(time.RFC3339, in.Now)
	if err != nil {
		return nil, fmt.Errorf("evaluate: now: %w", err)
	}
	value, err := p.Value(in)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	answers := p.typed.evaluate(ctx, value, now, p.timeout)
	for _, c := range p.conftest {
		if p.Isolated(c.name) {
			continue
		}
		maps.Copy(answers, c.evaluate(ctx, in, now, p.timeout))
	}
	if len(p.isolated) > 0 {
		maps.Copy(answers, p.elsewhere(ctx, in))
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	return answers, nil
}

// here drops the rules of isolated packs: not even their constants are evaluated here.
func (p *Policy) here(rules map[string]*ruleSet, files map[string][2]string) map[string]*ruleSet {
	if len(p.isolated) == 0 {
		return rules
	}
	out := maps.Clone(rules)
	maps.DeleteFunc(out, func(_ string, set *ruleSet) bool {
		return slices.ContainsFunc(set.rules, func(r *ast.Rule) bool {
			return r.Location == nil || p.Isolated(files[r.Location.File][0])
		})
	})
	return out
}
