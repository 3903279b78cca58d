package app

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/gate"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// ConfigName is the file that holds a repository's configuration.
const ConfigName = "mlpolicy.hcl"

// Evaluate decides one case. It is a field of Options, so that the App can be tested
// without the controls; cmd passes NewEvaluator's.
type Evaluate func(ctx context.Context, c Case) (*Verdict, error)

// Case is what is decided.
type Case struct {
	Head *source.Source
	// Base is what the head changes, nil for a deployment.
	Base *Base
	// Law is the tree that configuration and policies are read from: the base, or for a
	// dry run the head. Org is the tree of the organisation's law, nil when there is none.
	Law, Org fs.FS
	// Trusted is set for a dry run: the law that is in force. Only the registries' packs
	// that it or the organisation names are pulled.
	Trusted fs.FS
	Stages  []engine.Stage // empty: all
	Now     time.Time
	// Environment is set for a deployment.
	Environment string
	// Gate is the evidence of a gate, which decides the one stage in Stages; nil for a check.
	Gate *Evidence
	// Review is what is known of the pull request, nil when it is none.
	Review *sbom.Review
}

// Verdict is a decision and what is stored of it.
type Verdict struct {
	Decision *engine.Decision
	Change   []sbom.Change
	Gate     *gate.Result // nil for a check
	// Documents, as store.Record has them.
	Input, BaseInput, BOM, BaseBOM, Record, Context []byte
}

// LawError is configuration or policy that cannot be used. The last good one is not
// silently used in its place.
type LawError struct {
	Path    string
	Line    int
	Message string
}

func (e *LawError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Message)
	}
	return fmt.Sprintf("%s: %s", e.Path, e.Message)
}

// record is a verdict as it is stored.
func (v *Verdict) record(repository int64, e store.Evaluation, target string) store.Record {
	decision, err := decide.Encode(v.Decision)
	if err != nil {
		panic(err) // strings, numbers and slices
	}
	mode := decide.ModeCheck
	if v.Gate != nil {
		mode = decide.ModeGate
	}
	return store.Record{Time: e.Created, Repository: repository, Evaluation: e.ID, Target: target, Mode: mode, Decision: decision,
		Input: v.Input, BaseInput: v.BaseInput, BOM: v.BOM, BaseBOM: v.BaseBOM, Record: v.Record, Context: v.Context}
}
