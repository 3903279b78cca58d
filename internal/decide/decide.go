package decide

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
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
	BaseInputJSON []byte           // what was evaluated of the base, nil without one

	lines, baseLines   map[string]string // what fingerprints rest on, see Record
	places, basePlaces map[string][2]int
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
	if out.Input, err = req.input(ctx, inv, out.BaseInventory); err != nil {
		return nil, err
	}
	out.BOM = out.Input.BOM
	if out.Results, out.places, err = req.evaluate(ctx, req.Head, out.Input); err != nil {
		return nil, err
	}
	if req.Base != nil {
		if err := req.baseline(ctx, out); err != nil {
			return nil, err
		}
	}
	if out.InputJSON, err = out.Input.JSON(); err != nil {
		return nil, err
	}
	var lines engine.Lines
	lines, out.lines = recording(Lines(req.Head))
	out.Decision, err = engine.Decide(req.Policy, out.Input, out.Results, engine.DecideOptions{
		Config: req.Config, Stages: req.Stages, Baseline: out.Baseline, Now: req.Now, Version: req.Version,
		Lines: lines, AllowEmpty: req.AllowEmpty,
		Digests: engine.Digests{Source: inv.Subject.Digests["sha256"], Input: digest(out.InputJSON), BOM: digest(out.BOM)},
	})
	return out, err
}

// baseline evaluates the base as the head is evaluated: what it already had is known.
func (req *Request) baseline(ctx context.Context, out *Result) error {
	in, err := req.input(ctx, out.BaseInventory, nil)
	if err != nil {
		return err
	}
	results, places, err := req.evaluate(ctx, req.Base, in)
	if err != nil {
		return fmt.Errorf("base: %w", err)
	}
	if out.BaseInputJSON, err = in.JSON(); err != nil {
		return err
	}
	out.basePlaces = places
	var lines engine.Lines
	lines, out.baseLines = recording(Lines(req.Base))
	out.Baseline = engine.NewBaseline(results, lines)
	return nil
}

func (req *Request) evaluate(ctx context.Context, src *source.Source, in *engine.Input) ([]engine.Result, map[string][2]int, error) {
	if err := req.Policy.Trim(in); err != nil {
		return nil, nil, err
	}
	results, err := req.Policy.Evaluate(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	return results, locate(src, results), nil
}

// input is the input document of one inventory.
func (req *Request) input(ctx context.Context, inv, base *sbom.Inventory) (*engine.Input, error) {
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
	in.Config = engine.InputConfig{Profile: req.Config.Profile, Mode: mode, Policies: req.Policy.Packs(), Trust: req.Config.Trust, Revoked: req.Config.Revoked, Stages: inputStages(req.Policy, req.Config, req.Stages)}
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
		if in.Change, err = req.dataChanges(ctx, base, inv, in.Change); err != nil {
			return nil, err
		}
		in.Collected[sbom.FamilyChange] = sbom.Collected{Looked: true, Files: 1}
	}
	if req.Extend != nil {
		if err := req.Extend(in); err != nil {
			return nil, err
		}
	}
	owners := inv
	if base != nil {
		owners = base // a head does not choose who owns what it changes
	}
	in.Review.CodeOwners = codeOwners(owners, in.Change)
	return in, nil
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
