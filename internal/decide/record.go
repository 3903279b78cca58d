package decide

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/mlpolicy/mlpolicy/engine"
)

// RecordSchema names the JSON form of a Record.
const RecordSchema = "mlpolicy.dev/record/v1"

// Record is what is kept of a decision so that it can be made again, under the same
// policies byte for byte, or under others. The inputs are kept beside it, once per digest.
type Record struct {
	Schema string `json:"schema"`
	// Decision is the exact JSON that was decided.
	Decision json.RawMessage `json:"decision"`
	Input    string          `json:"input"` // sha256 of the canonical input
	Base     string          `json:"base"`  // of the base's input, "" without one
	// Baseline is what --baseline gave, null without one.
	Baseline   json.RawMessage `json:"baseline"`
	Config     *engine.Config  `json:"config"`
	Stages     []engine.Stage  `json:"stages"`
	AllowEmpty bool            `json:"allow_empty"`
	// Lines and BaseLines are the digests of the lines that fingerprints rest on, by
	// path:line.
	Lines     map[string]string `json:"lines"`
	BaseLines map[string]string `json:"base_lines"`
	// Places and BasePlaces are the lines and columns of findings that were placed by JSON
	// pointer, by path#pointer.
	Places     map[string][2]int `json:"places"`
	BasePlaces map[string][2]int `json:"base_places"`
	// Repository is whose decision it is, for summaries.
	Repository string `json:"repository"`
}

// Encode is the JSON of a decision as it is recorded and compared.
func Encode(d *engine.Decision) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("write decision: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Record is what is kept of the result. Its inputs are r.InputJSON and r.BaseInputJSON.
func (r *Result) Record(req *Request) (*Record, error) {
	decision, err := Encode(r.Decision)
	if err != nil {
		return nil, err
	}
	rec := &Record{
		Schema: RecordSchema, Decision: decision, Input: digest(r.InputJSON), Config: req.Config, Stages: req.Stages, AllowEmpty: req.AllowEmpty,
		Lines: r.lines, BaseLines: r.baseLines, Places: r.places, BasePlaces: r.basePlaces, Repository: r.Decision.Subject.Name, Baseline: json.RawMessage("null"),
	}
	if r.BaseInputJSON != nil {
		rec.Base = digest(r.BaseInputJSON)
	} else if req.Baseline != nil {
		rec.Baseline = req.Baseline.JSON()
	}
	return rec, nil
}

// recording keeps what a Lines answered.
func recording(lines engine.Lines) (engine.Lines, map[string]string) {
	kept := map[string]string{}
	return func(path string, line int) string {
		text := lines(path, line)
		kept[path+":"+strconv.Itoa(line)] = text
		return text
	}, kept
}

func recorded(kept map[string]string) engine.Lines {
	return func(path string, line int) string { return kept[path+":"+strconv.Itoa(line)] }
}

// Replay decides a recorded input under a policy. Under the policy and configuration of
// the record the decision is the recorded one, byte for byte. inputs returns a recorded
// input by its digest.
func Replay(ctx context.Context, rec *Record, policy *engine.Policy, config *engine.Config, inputs func(digest string) ([]byte, error)) (*engine.Decision, error) {
	var old engine.Decision
	if err := json.Unmarshal(rec.Decision, &old); err != nil {
		return nil, fmt.Errorf("read recorded decision: %w", err)
	}
	in, results, err := replayed(ctx, rec.Input, &old, policy, config, inputs)
	if err != nil {
		return nil, err
	}
	locateRecorded(rec.Places, results)
	var baseline *engine.Baseline
	switch {
	case rec.Base != "":
		_, base, err := replayed(ctx, rec.Base, &old, policy, config, inputs)
		if err != nil {
			return nil, fmt.Errorf("base: %w", err)
		}
		locateRecorded(rec.BasePlaces, base)
		baseline = engine.NewBaseline(base, recorded(rec.BaseLines))
	case len(rec.Baseline) > 0 && string(rec.Baseline) != "null":
		if baseline, err = engine.ReadBaseline(rec.Baseline); err != nil {
			return nil, err
		}
	}
	return engine.Decide(policy, in, results, engine.DecideOptions{
		Config: config, Stages: rec.Stages, Baseline: baseline, Lines: recorded(rec.Lines), Version: old.Version, AllowEmpty: rec.AllowEmpty,
		Digests: engine.Digests{Source: old.Digests.Source, Input: rec.Input, BOM: old.Digests.BOM},
	})
}

// replayed evaluates a recorded input. What the input says about the loaded policies is
// true of the new ones.
func replayed(ctx context.Context, digest string, old *engine.Decision, policy *engine.Policy, config *engine.Config, inputs func(string) ([]byte, error)) (*engine.Input, []engine.Result, error) {
	content, err := inputs(digest)
	if err != nil {
		return nil, nil, fmt.Errorf("input %s: %w", digest, err)
	}
	in, err := engine.ReadInput(content)
	if err != nil {
		return nil, nil, err
	}
	if policy.Digest() != old.Digests.Policy {
		var selected []engine.Stage
		for _, s := range in.Config.Stages {
			if s.Selected {
				selected = append(selected, s.Stage)
			}
		}
		in.Config.Policies = policy.Packs()
		in.Config.Stages = inputStages(policy, config, selected)
	}
	results, err := policy.Evaluate(ctx, in)
	return in, results, err
}

// inputStages tells controls which stages are decided, and by how many controls; no
// selection is all stages.
func inputStages(policy *engine.Policy, config *engine.Config, selected []engine.Stage) []engine.InputStage {
	counts := map[engine.Stage]int{}
	for _, c := range policy.Controls() {
		for _, s := range c.Stages {
			counts[s]++
		}
	}
	var out []engine.InputStage
	for _, s := range engine.Stages {
		out = append(out, engine.InputStage{
			Stage: s, Level: config.Stages[s].Level, Controls: counts[s], Selected: len(selected) == 0 || slices.Contains(selected, s),
		})
	}
	return out
}
