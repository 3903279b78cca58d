package decide

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/cyclonedx"
	"github.com/mlpolicy/mlpolicy/sbom/diff"
)

// The modes: what kind of command evaluates. A check has no statements about the source,
// and controls that need them are decided at the gate; a gate has no such excuse.
const (
	ModeCheck = "check"
	ModeGate  = "gate"
)

// Request is everything a decision depends on.
type Request struct {
	Head *source.Source
	// Base is the source that the head changes; nil when there is none.
	Base *source.Source
	// BaseInventory, if set, is what a scan of Base found earlier.
	BaseInventory *sbom.Inventory

	Policy *engine.Policy
	Config *engine.Config
	Stages []engine.Stage // empty: all
	Now    time.Time
	// Version is of mlpolicy; Mode is ModeCheck or ModeGate, "" being ModeCheck.
	Version, Mode string
	Environment   string

	Scan       ScanOptions
	Baseline   *engine.Baseline // of --baseline; Base makes its own
	Vulns      []sbom.Vulnerability
	VulnsGiven bool
	Facts      map[string]any
	AllowEmpty bool
	// Extend adds statements about the source to the input before it is evaluated, and
	// says in Collected what was looked for.
	Extend func(*engine.Input) error
}

// Result is a decision and everything it was made from.
type Result struct {
	Decision      *engine.Decision
	Input         *engine.Input
	InputJSON     []byte // what was evaluated, canonical
	BOM           []byte // CycloneDX JSON of the head
	Inventory     *sbom.Inventory
	BaseInventory *sbom.Inventory
	Results       []engine.Result
	Baseline      *engine.Baseline // what findings were compared with, nil without one
}

// Run reads the sources and decides.
func Run(ctx context.Context, req Request) (*Result, error) {
	inv, err := Scan(ctx, req.Head, req.Scan)
	if err != nil {
		return nil, err
	}
	out := &Result{Inventory: inv, BaseInventory: req.BaseInventory, Baseline: req.Baseline}
	if req.Base != nil && out.BaseInventory == nil {
		if out.BaseInventory, err = Scan(ctx, req.Base, req.Scan); err != nil {
			return nil, err
		}
	}
	if out.Input, err = req.input(inv, out.BaseInventory); err != nil {
		return nil, err
	}
	out.BOM = out.Input.BOM
	if out.Results, err = req.evaluate(ctx, req.Head, out.Input); err != nil {
		return nil, err
	}
	if req.Base != nil {
		if out.Baseline, err = req.baseline(ctx, out.BaseInventory); err != nil {
			return nil, err
		}
	}
	if out.InputJSON, err = out.Input.JSON(); err != nil {
		return nil, err
	}
	out.Decision, err = engine.Decide(req.Policy, out.Input, out.Results, engine.DecideOptions{
		Config: req.Config, Stages: req.Stages, Baseline: out.Baseline, Now: req.Now, Version: req.Version,
		Lines: Lines(req.Head), AllowEmpty: req.AllowEmpty,
		Digests: engine.Digests{Source: inv.Subject.Digests["sha256"], Input: digest(out.InputJSON), BOM: digest(out.BOM)},
	})
	return out, err
}

// baseline evaluates the base as the head is evaluated: what it already had is known.
func (req *Request) baseline(ctx context.Context, inv *sbom.Inventory) (*engine.Baseline, error) {
	in, err := req.input(inv, nil)
	if err != nil {
		return nil, err
	}
	results, err := req.evaluate(ctx, req.Base, in)
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	return engine.NewBaseline(results, Lines(req.Base)), nil
}

func (req *Request) evaluate(ctx context.Context, src *source.Source, in *engine.Input) ([]engine.Result, error) {
	if err := req.Policy.Trim(in); err != nil {
		return nil, err
	}
	results, err := req.Policy.Evaluate(ctx, in)
	if err != nil {
		return nil, err
	}
	locate(src, results)
	return results, nil
}

// input is the input document of one inventory.
func (req *Request) input(inv, base *sbom.Inventory) (*engine.Input, error) {
	in := NewInput(inv, req.Now)
	var err error
	if in.BOM, err = bom(inv, req.Version); err != nil {
		return nil, err
	}
	in.Collected = maps.Clone(inv.Collected)
	in.Subject.Environment = req.Environment
	mode := req.Mode
	if mode == "" {
		mode = ModeCheck
	}
	in.Config = engine.InputConfig{Profile: req.Config.Profile, Mode: mode, Policies: req.Policy.Packs(), Trust: req.Config.Trust, Revoked: req.Config.Revoked, Stages: req.stages()}
	in.Waivers = req.Config.Waivers
	for _, family := range []sbom.Family{sbom.FamilySignatures, sbom.FamilyAttestations, sbom.FamilyProvenance, sbom.FamilyPrior, sbom.FamilyFingerprint} {
		in.Collected[family] = sbom.Collected{Reason: "decided at the gate"}
	}
	in.Collected[sbom.FamilyChange] = sbom.Collected{Reason: "needs a base"}
	in.Collected[sbom.FamilyReview] = sbom.Collected{Reason: "needs a pull request"}
	in.Collected[sbom.FamilyVulnerabilities] = sbom.Collected{Reason: "no advisories were given; use --vulns FILE"}
	in.Collected[sbom.FamilyBOM] = sbom.Collected{Looked: true, Files: 1}
	in.Collected[sbom.FamilyFacts] = sbom.Collected{Looked: len(req.Facts) > 0, Reason: "no facts were given; use --facts NAME=FILE"}
	if req.VulnsGiven {
		in.Vulnerabilities = req.Vulns
		in.Collected[sbom.FamilyVulnerabilities] = sbom.Collected{Looked: true, Files: 1}
	}
	in.Facts = req.Facts
	if base != nil {
		in.Change = diff.Changes(base, inv)
		in.Collected[sbom.FamilyChange] = sbom.Collected{Looked: true, Files: 1}
	}
	if req.Extend != nil {
		if err := req.Extend(in); err != nil {
			return nil, err
		}
	}
	in.Review.CodeOwners = codeOwners(inv, in.Change)
	return in, nil
}

// stages tells controls which stages are decided, and by how many controls.
func (req *Request) stages() []engine.InputStage {
	counts := map[engine.Stage]int{}
	for _, c := range req.Policy.Controls() {
		for _, s := range c.Stages {
			counts[s]++
		}
	}
	var out []engine.InputStage
	for _, s := range engine.Stages {
		out = append(out, engine.InputStage{
			Stage: s, Level: req.Config.Stages[s].Level, Controls: counts[s], Selected: len(req.Stages) == 0 || slices.Contains(req.Stages, s),
		})
	}
	return out
}

func bom(inv *sbom.Inventory, version string) ([]byte, error) {
	var b bytes.Buffer
	if err := cyclonedx.Encode(&b, inv, cyclonedx.Options{Version: version}); err != nil {
		return nil, fmt.Errorf("write the ML-BOM: %w", err)
	}
	return b.Bytes(), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
