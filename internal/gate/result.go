package gate

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// Schema names the JSON form of a gate's result.
const Schema = "mlpolicy.dev/gate/v1"

// Result is the answer of a gate: the decision and the evidence beside it.
type Result struct {
	Schema     string           `json:"schema"`
	Decision   engine.Verdict   `json:"decision"`
	Exit       int              `json:"exit"`
	Model      string           `json:"model"`
	Digest     string           `json:"digest"`
	Stage      engine.Stage     `json:"stage"`
	Missing    []string         `json:"missing"`
	Bytes      []Row            `json:"bytes"`
	Signatures []sbom.Signature `json:"signatures"`
	Statements []Statement      `json:"statements"`
	Provenance sbom.Provenance  `json:"provenance"`
	TrustRoots string           `json:"trust_roots"` // digest of everything trusted
	// Reused is the path of the summary that stood in for a new decision, "" for none.
	Reused   string           `json:"reused"`
	Decided  *engine.Decision `json:"decided"` // null when a summary was reused
	Recorded string           `json:"vsa"`     // file of the summary that was written
}

// Statement is one statement that was given, in short.
type Statement struct {
	Path          string `json:"path"`
	State         string `json:"state"`
	Reason        string `json:"reason"`
	PredicateType string `json:"predicate_type"`
	Subject       string `json:"subject"`
	Stage         string `json:"stage"`
	Identity      string `json:"identity"`
}

// Result joins the decision with the evidence. A nil decision means that a summary is
// reused.
func (g *Gate) Result(d *engine.Decision, reused string) *Result {
	r := &Result{
		Schema: Schema, Model: g.req.Name, Digest: g.root(), Stage: g.req.Stage, Missing: append([]string{}, g.Missing...), Bytes: g.Table,
		Signatures: append([]sbom.Signature{}, g.Signatures...), Statements: []Statement{}, Provenance: g.Provenance, TrustRoots: "sha256:" + g.trustSum,
		Reused: reused, Decided: d, Decision: engine.Allow,
	}
	if d != nil {
		r.Decision, r.Exit = d.Decision, d.Exit
	}
	for _, j := range g.Judged {
		s := Statement{Path: j.Path, State: j.State, Reason: j.Reason, PredicateType: j.PredicateType, Stage: j.Stage}
		if len(j.Subjects) > 0 {
			s.Subject = j.Subjects[0].Name
		}
		if j.Signed != nil {
			s.Identity = j.Signed.Identity
		}
		r.Statements = append(r.Statements, s)
	}
	return r
}

// Summary is the verification summary of a decision, not yet signed.
func (g *Gate) Summary(d *engine.Decision, packs []engine.InputPolicy, policyDigest, version string) *attest.Summary {
	s := &attest.Summary{
		Name: g.req.Name, Digests: map[string]string{"sha256": strings.TrimPrefix(g.root(), "sha256:")}, Resource: g.resource(),
		Stage: string(g.req.Stage), Environment: g.req.Environment, PolicyURI: policyURI(packs), PolicyDigest: policyDigest,
		ConfigDigest: g.req.Config.Digest, TrustDigest: g.trustSum, Time: g.req.Now, Version: version,
	}
	for _, list := range [][]File{g.req.Signatures, g.req.Attestations} {
		for _, f := range list {
			s.Inputs = append(s.Inputs, attest.SummaryInput{URI: filepath.ToSlash(f.Name), Digest: "sha256:" + hexSum(f.Data)})
		}
	}
	if d != nil {
		s.Passed, s.InputDigest = d.Decision == engine.Allow, d.Digests.Input
	}
	s.Levels = g.levels()
	return s
}

// levels are the verified properties: what SLSA level the provenance proves at least,
// and what the chain proves. A signed statement of the build is level 1: that the
// platform isolates builds is not for a statement to say of itself.
func (g *Gate) levels() []string {
	levels := []string{"MLPOLICY_STAGE_" + strings.ToUpper(string(g.req.Stage))}
	targets := g.targets()
	for _, j := range g.Judged {
		if j.State == "verified" && j.PredicateType == attest.PredicateSLSA && slices.ContainsFunc(j.Subjects, func(s attest.Subject) bool {
			return slices.ContainsFunc(s.Digests, func(d string) bool { return slices.Contains(targets, d) })
		}) {
			levels = append(levels, "SLSA_BUILD_LEVEL_1")
			break
		}
	}
	if len(g.Provenance.Gaps)+len(g.Provenance.Revoked) == 0 && len(g.Provenance.Edges) > 0 {
		levels = append(levels, "MLPOLICY_CHAIN_COMPLETE")
	}
	return levels
}

func policyURI(packs []engine.InputPolicy) string {
	var names []string
	for _, p := range packs {
		names = append(names, p.Source)
	}
	return strings.Join(names, " ")
}

// Reuse looks for a passed summary that may stand in for a new decision, when the
// configuration allows it. The bytes were hashed and revocations read all the same.
func (g *Gate) Reuse(packs []engine.InputPolicy, policyDigest string) string {
	if g.req.Config.VSAReuse <= 0 || len(g.Provenance.Revoked) > 0 || len(g.Provenance.Gaps) > 0 {
		return ""
	}
	if g.root() != "sha256:"+g.Disk.Root {
		return "" // the signer left files out: the digest of the summary does not cover them
	}
	for _, w := range g.req.Config.Waivers {
		if last, err := time.Parse(time.DateOnly, w.Expires); err != nil || !g.req.Now.Before(last.AddDate(0, 0, 1)) {
			return "" // what the summary rests on may have been waived then, and is not now
		}
	}
	want := g.Summary(nil, packs, policyDigest, "")
	for _, j := range g.Judged {
		if ok, _ := want.Reusable(j, g.req.Config.VSAReuse, g.req.Now); ok && j.Stage == string(g.req.Stage) {
			return j.Path
		}
	}
	return ""
}

// JSON writes the result.
func (r *Result) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// maxLines bounds each part of the screen; what is left out is counted.
const maxLines = 8

// Text writes the evidence on one screen. The decision itself is written by its own
// report.
func (r *Result) Text(w io.Writer) {
	fmt.Fprintf(w, "model      %s  %s\n", Clean(r.Model), r.Digest)
	r.bytes(w)
	for _, s := range r.Signatures {
		who := Clean(s.Identity)
		if s.State != "valid" {
			who = Clean(s.Reason)
		}
		fmt.Fprintf(w, "signature  %-8s %s  %s\n", s.State, Clean(s.At.Path), who)
	}
	states := map[string]int{}
	for _, s := range r.Statements {
		states[s.State]++
	}
	fmt.Fprintf(w, "statements %d verified, %d refused, %d unreadable\n", states["verified"], states["refused"], states["unreadable"])
	var lines []string
	for _, s := range r.Statements {
		if s.State != "verified" {
			lines = append(lines, fmt.Sprintf("%s %s: %s", s.State, s.Path, s.Reason))
		}
	}
	for _, gap := range r.Provenance.Gaps {
		lines = append(lines, fmt.Sprintf("%s %s: %s", gap.Code, shortDigest(gap.Digest), gap.Reason))
	}
	for _, revoked := range r.Provenance.Revoked {
		var steps []string
		for _, step := range revoked.Path {
			steps = append(steps, shortDigest(step))
		}
		lines = append(lines, fmt.Sprintf("revoked %s (%s): %s", shortDigest(revoked.Digest), revoked.Reason, strings.Join(steps, " ← ")))
	}
	fmt.Fprintf(w, "chain      %d links, %d gaps, %d revoked\n", len(r.Provenance.Edges), len(r.Provenance.Gaps), len(r.Provenance.Revoked))
	for i, line := range lines {
		if i == maxLines {
			fmt.Fprintf(w, "           … and %d more (--format json)\n", len(lines)-i)
			break
		}
		fmt.Fprintf(w, "           %s\n", Clean(line))
	}
	for _, m := range r.Missing {
		fmt.Fprintf(w, "missing    %s\n", m)
	}
	if r.Reused != "" {
		fmt.Fprintf(w, "ALLOW      the summary %s still holds for these bytes, policies and trust roots\n", Clean(r.Reused))
	}
}

func (r *Result) bytes(w io.Writer) {
	seen, bad := map[string]bool{}, 0
	for _, row := range r.Bytes {
		for witness := range row.Digests {
			seen[witness] = true
		}
		if len(row.Odd) == 0 {
			continue
		}
		if bad++; bad <= maxLines {
			fmt.Fprintf(w, "bytes      %s: %s %s\n", Clean(row.Name), strings.Join(row.Odd, " and "), differ(row.Odd))
		}
	}
	var have, not []string
	for _, witness := range Witnesses {
		if seen[witness] {
			have = append(have, witness)
		} else {
			not = append(not, witness)
		}
	}
	fmt.Fprintf(w, "bytes      %d of %d agree among %s", len(r.Bytes)-bad, len(r.Bytes), strings.Join(have, ", "))
	if len(not) > 0 {
		fmt.Fprintf(w, " (not given: %s)", strings.Join(not, ", "))
	}
	fmt.Fprintln(w)
}

func differ(odd []string) string {
	if len(odd) == 1 {
		return "differs from the rest"
	}
	return "differ"
}

func shortDigest(d string) string {
	algorithm, value, ok := strings.Cut(d, ":")
	if !ok {
		return d
	}
	return algorithm + ":" + short(value)
}

// Clean keeps control characters of names out of the terminal.
func Clean(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			return '?'
		}
		return c
	}, s)
}
