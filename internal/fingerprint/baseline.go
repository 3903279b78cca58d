package fingerprint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// BaselineSchema names the JSON form of a Baseline.
const BaselineSchema = "mlpolicy.dev/fingerprint/v1"

// MaxBaselineBytes bounds a baseline that is read.
const MaxBaselineBytes = 64 << 20

// Baseline is how the approved model behaved, bound to its bytes.
type Baseline struct {
	Schema string `json:"schema"`
	// Model is the root digest of the model that answered, algorithm:hex.
	Model    string    `json:"model"`
	Prompts  []string  `json:"prompts"`
	Sessions []Session `json:"sessions"`
	// Cumulative counts the runs against this baseline.
	Cumulative Cumulative `json:"cumulative"`
}

// Session is one recording.
type Session struct {
	Time    string `json:"time"`
	Where   string `json:"where"` // machine or endpoint, as told
	Answers Sample `json:"answers"`
}

// NewBaseline is an empty baseline for a model.
func NewBaseline(model string, prompts []string) (*Baseline, error) {
	if !strings.HasPrefix(model, "sha256:") || len(model) != len("sha256:")+64 {
		return nil, fmt.Errorf("baseline needs the digest of the model, sha256:HEX; %q is none", model)
	}
	return &Baseline{Schema: BaselineSchema, Model: model, Prompts: slices.Clone(prompts)}, nil
}

// ReadBaseline reads what JSON wrote.
func ReadBaseline(data []byte) (*Baseline, error) {
	if len(data) > MaxBaselineBytes {
		return nil, fmt.Errorf("baseline is larger than %d bytes", MaxBaselineBytes)
	}
	var b Baseline
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	if b.Schema != BaselineSchema || len(b.Sessions) == 0 || len(b.Prompts) == 0 {
		return nil, fmt.Errorf("baseline has schema %q, %d sessions and %d prompts", b.Schema, len(b.Sessions), len(b.Prompts))
	}
	return &b, nil
}

// Record adds a session.
func (b *Baseline) Record(answers Sample, where string, at time.Time) {
	b.Sessions = append(b.Sessions, Session{Time: at.UTC().Format(time.RFC3339), Where: where, Answers: answers})
}

// JSON is the baseline as a document.
func (b *Baseline) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(b, "", " ")
	return append(data, '\n'), err
}

// Digest is the SHA-256 of what was recorded; it does not change with the runs that are
// counted later.
func (b *Baseline) Digest() string {
	recorded := *b
	recorded.Cumulative = Cumulative{}
	data, err := json.Marshal(recorded)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (b *Baseline) samples() []Sample {
	var out []Sample
	for _, s := range b.Sessions {
		out = append(out, s.Answers)
	}
	return out
}

// Check compares a session with the baseline; again, if set, is asked for the second
// session that confirms a drift. The run is counted against the original baseline.
func (b *Baseline) Check(first Sample, again func() (Sample, error), o Options) (Result, error) {
	o.Floor = max(o.Floor, Floor(b.samples(), o))
	recorded := Join(b.samples())
	result := Compare(recorded, first, o)
	if result.Verdict == Drift && again != nil {
		second, err := again()
		if err != nil {
			result.Verdict, result.Reason = Inconclusive, "a first session drifted, the second one failed: "+err.Error()
			return result, nil
		}
		o.Seed++
		result = Confirm(result, Compare(recorded, second, o))
	}
	passed := false
	if b.Cumulative, passed = b.Cumulative.Add(result.Effect, o.Floor); passed && result.Verdict == Same {
		result.Verdict = Drift
		result.Reason = fmt.Sprintf("small differences added up over %d runs", b.Cumulative.Runs)
	}
	return result, nil
}

// Predicate is the result as an in-toto test result v0.1, with the numbers beside the
// verdict. Inconclusive is a warning: it is no pass.
func (r Result) Predicate(b *Baseline, endpoint string, at time.Time) map[string]any {
	const test = "fingerprint of the served model"
	outcome, list := map[string]string{Same: "PASSED", Drift: "FAILED", Inconclusive: "WARNED"}, map[string]string{Same: "passedTests", Drift: "failedTests", Inconclusive: "warnedTests"}
	stamp := at.UTC().Format(time.RFC3339)
	return map[string]any{
		"result": outcome[r.Verdict], list[r.Verdict]: []any{test}, "timeFinished": stamp,
		"configuration": []any{map[string]any{"name": "baseline", "digest": map[string]any{"sha256": strings.TrimPrefix(b.Digest(), "sha256:")}}},
		"fingerprint": map[string]any{
			"method": r.Method, "verdict": r.Verdict, "p_value": r.PValue, "effect": r.Effect, "floor": r.Floor, "n": r.N, "alpha": r.Alpha,
			"baseline_digest": b.Digest(), "time": stamp, "reason": r.Reason, "endpoint": endpoint,
			"runs": b.Cumulative.Runs, "cumulative": b.Cumulative.Sum,
		},
	}
}
