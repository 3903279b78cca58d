// Package gate assembles what `mlpolicy gate` proves about one model before it is
// deployed: its bytes against five sources, its signatures, its statements, the chain
// behind it, and earlier decisions. It fills the sections of the input document that
// only a gate can fill, and leaves every judgement to the controls.
package gate

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// File is a file of the command line.
type File struct {
	Name string // as given
	Path string // on disk
	Data []byte
}

// Request is what a gate was given.
type Request struct {
	Model        string // directory or file on disk
	Name         string // of the model, for summaries
	Resource     string // address under which it is deployed, "" for the name
	Stage        engine.Stage
	Environment  string
	BOM          *File
	Signatures   []File
	Attestations []File
	Trust        []File // public keys, certificate roots, trusted roots
	Registry     *Listing
	// Known are SHA-256 digests of files whose bytes are elsewhere, by path in the model: a
	// Git LFS pointer stands for the bytes that it names.
	Known  map[string]string
	Config *engine.Config
	Read   func(name string) ([]byte, error) // of the law: keys and revocations
	Now    time.Time
}

// Gate is the evidence about one model.
type Gate struct {
	req      Request
	policy   *attest.Policy
	revoked  map[string]string
	trustSum string // hex SHA-256 of everything that is trusted and revoked

	Disk       *attest.Manifest
	Signatures []sbom.Signature
	signed     []signedManifest
	Judged     []attest.Judged
	Provenance sbom.Provenance
	Table      []Row
	// Missing is what was not given and would have been evidence.
	Missing   []string
	inventory *sbom.Inventory // of the BOM
	bomRead   bool
	// problems are files that could not be read.
	problems []sbom.Problem
}

type signedManifest struct {
	name     string
	manifest *attest.Manifest
	valid    bool
}

// New reads the trust of the configuration and of the command line.
func New(req Request) (*Gate, error) {
	g := &Gate{req: req, revoked: map[string]string{}}
	if err := g.readRevocations(); err != nil {
		return nil, err
	}
	return g, g.readTrust()
}

// Collect hashes the model once and gathers the evidence.
func (g *Gate) Collect(ctx context.Context) error {
	disk, err := attest.BuildManifest(ctx, g.req.Model, attest.ModelOptions{Exclude: g.beside(), Known: g.req.Known})
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	g.Disk = disk
	for _, f := range g.req.Signatures {
		if err := g.verifySignature(ctx, f); err != nil {
			return err
		}
	}
	var documents []attest.Document
	for _, f := range g.req.Attestations {
		documents = append(documents, attest.ReadDocuments(f.Name, f.Data)...)
	}
	g.Judged = g.policy.Judge(documents)
	for _, j := range g.Judged {
		if j.State == "unreadable" {
			g.problem(j.Path, sbom.FamilyAttestations, j.Reason)
		}
	}
	g.Provenance = attest.NewChain(g.policy, g.Judged, g.revoked).Walk(attest.Target{
		Digests: g.targets(), Stage: string(g.req.Stage), Resource: g.resource(), Declared: g.declared(),
	})
	g.excuseRoot()
	if len(g.req.Attestations) == 0 {
		// Nobody looked for statements: that there is none is no finding.
		g.Provenance = sbom.Provenance{Revoked: g.Provenance.Revoked}
	}
	g.compareBytes()
	g.missing()
	return nil
}

// rootUnknown is the signature that cannot be read while none is valid: it may leave files
// out, so that the digest by which others know the model is not the one of all files.
func (g *Gate) rootUnknown() (file string) {
	for _, s := range g.Signatures {
		switch s.State {
		case "valid":
			return ""
		case "unreadable":
			file = s.At.Path
		}
	}
	return file
}

// excuseRoot takes back that nothing speaks for the model when its digest is not known.
func (g *Gate) excuseRoot() {
	file := g.rootUnknown()
	if file == "" {
		return
	}
	g.Provenance.Gaps = slices.DeleteFunc(g.Provenance.Gaps, func(gap sbom.ProvenanceGap) bool {
		return gap.Code == "no_statement" && gap.Digest == g.root()
	})
}

// beside are files of the command line that may lie in the model and are no part of it.
func (g *Gate) beside() []string {
	var out []string
	for _, list := range [][]File{g.req.Signatures, g.req.Attestations, g.req.Trust} {
		for _, f := range list {
			out = append(out, f.Path)
		}
	}
	if g.req.BOM != nil {
		out = append(out, g.req.BOM.Path)
	}
	return out
}

// root is the digest by which the model is known: that of a valid signature, which
// leaves out what the signer left out, else of all bytes on disk.
func (g *Gate) root() string {
	for _, s := range g.signed {
		if s.valid {
			return "sha256:" + s.manifest.Root
		}
	}
	return "sha256:" + g.Disk.Root
}

// targets are the digests by which statements may know the model: its root, and for a
// model of one file the digest of that file.
func (g *Gate) targets() []string {
	out := []string{g.root()}
	if len(g.Disk.Resources) == 1 {
		out = append(out, "sha256:"+g.Disk.Resources[0].Digest)
	}
	return out
}

func (g *Gate) resource() string {
	if g.req.Resource != "" {
		return g.req.Resource
	}
	return g.req.Name
}

func (g *Gate) problem(name string, family sbom.Family, reason string) {
	g.problems = append(g.problems, sbom.Problem{Path: name, Offset: -1, Family: family, Code: "malformed", Reason: reason})
}

func (g *Gate) verifySignature(ctx context.Context, f File) error {
	s := sbom.Signature{Subject: g.req.Name, State: "invalid", CoversAllFiles: sbom.Unstated, At: sbom.At{Path: f.Name}}
	result, signed, err := g.checkSignature(ctx, f)
	switch {
	case attest.IsMalformed(err):
		s.State, s.Reason, s.Code = "unreadable", err.Error(), "malformed"
		g.problem(f.Name, sbom.FamilySignatures, err.Error())
	case attest.RefusalCode(err) != "":
		s.Reason, s.Code = err.Error(), signatureCode(attest.RefusalCode(err))
	case err != nil:
		return fmt.Errorf("signature %s: %w", f.Name, err)
	default:
		s.Method, s.Identity, s.Issuer = string(signed.Method), signed.Identity, signed.Issuer
		s.Digest = "sha256:" + result.Manifest.Root
		s.Ignored, s.Unsigned, s.Missing = result.Ignored, withoutGit(result.Unsigned), missingOf(result)
		for _, d := range result.Differences {
			if d.Code == "unsigned" {
				s.Unsigned = append(s.Unsigned, d.Path)
			}
		}
		s.CoversAllFiles = sbom.TriOf(len(s.Unsigned) == 0 && len(s.Missing) == 0)
		s.State = "valid"
		if err := result.Err(); err != nil {
			s.State, s.Reason, s.Code = "invalid", err.Error(), worst(result.Differences)
		}
		g.signed = append(g.signed, signedManifest{name: f.Name, manifest: result.Manifest, valid: s.State == "valid"})
	}
	g.Signatures = append(g.Signatures, s)
	return nil
}

// checkSignature tries every block whose signer may sign models, in order.
func (g *Gate) checkSignature(ctx context.Context, f File) (*attest.ModelResult, *attest.Signed, error) {
	opts := attest.ModelOptions{Signature: f.Path, Exclude: g.beside(), Known: g.Disk.FileDigests()}
	var first error
	for _, block := range g.policy.Blocks {
		if !mayReleaseModels(block) {
			continue
		}
		manifest, signed, err := attest.OpenModelBundle(f.Data, &block.Trust)
		if err != nil {
			if first == nil || attest.RefusalCode(first) == "method" {
				first = err
			}
			continue
		}
		result, err := manifest.Check(ctx, g.req.Model, opts)
		return result, signed, err
	}
	if first == nil {
		if _, err := attest.ParseBundle(f.Data); err != nil {
			return nil, nil, err
		}
		first = &attest.Refused{Code: "method", Reason: "nobody is trusted to sign models: add a trust block for training or registry, or one whose predicate_types hold " + attest.PredicateOMS + ", or give --trust FILE"}
	}
	return nil, nil, first
}

// mayReleaseModels tells whether the signer of a block may sign models: the block names
// the predicate type of model signatures, or it names none and is of a stage that hands
// models on. The signer of the data must not release a model.
func mayReleaseModels(block attest.StageTrust) bool {
	if len(block.PredicateTypes) > 0 {
		return slices.Contains(block.PredicateTypes, attest.PredicateOMS)
	}
	return slices.Contains([]string{"", string(engine.StageTraining), string(engine.StageRegistry)}, block.Stage)
}

func missingOf(r *attest.ModelResult) []string {
	out := []string{}
	for _, d := range r.Differences {
		if d.Code == "missing" {
			out = append(out, d.Path)
		}
	}
	return out
}

// withoutGit leaves out what the format itself never signs.
func withoutGit(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		top, _, _ := strings.Cut(p, "/")
		return slices.Contains([]string{".git", ".gitattributes", ".github", ".gitignore"}, top)
	})
}

// missing says in plain words what was not given.
func (g *Gate) missing() {
	for _, part := range []struct {
		given bool
		what  string
	}{
		{len(g.req.Signatures) > 0, "a model signature (--signature FILE)"},
		{len(g.req.Attestations) > 0, "statements about how it was made (--attestation FILE)"},
		{g.req.BOM != nil, "its ML-BOM (--bom FILE)"},
		{len(g.policy.Blocks) > 0, "somebody to trust (trust blocks in mlpolicy.hcl, or --trust FILE)"},
	} {
		if !part.given {
			g.Missing = append(g.Missing, part.what)
		}
	}
}

// Extend puts the evidence into the input document, and says what was looked for. What
// was not given was not looked for: the controls that need it are unknown, never passed.
func (g *Gate) Extend(in *engine.Input) error {
	if g.Disk == nil {
		return errors.New("gate: Collect was not called")
	}
	in.Signatures = append(in.Signatures, g.Signatures...)
	in.Attestations = append(in.Attestations, attest.Facts(g.Judged)...)
	in.Prior = append(in.Prior, attest.Priors(g.Judged)...)
	in.Provenance = g.Provenance
	in.Problems = append(slices.Clip(in.Problems), g.problems...)
	in.Config.Revoked = g.revocations(in.Config.Revoked)
	if in.Subject.Digests == nil {
		in.Subject.Digests = map[string]string{}
	}
	in.Subject.Digests[modelDigest] = strings.TrimPrefix(g.root(), "sha256:")
	looked := func(family sbom.Family, files int, flag string) {
		state := sbom.Collected{Looked: files > 0, Files: files}
		if files == 0 {
			state.Reason = "none was given; use " + flag
		}
		in.Collected[family] = state
	}
	looked(sbom.FamilySignatures, len(g.req.Signatures), "--signature FILE")
	for _, family := range []sbom.Family{sbom.FamilyAttestations, sbom.FamilyProvenance, sbom.FamilyPrior} {
		looked(family, len(g.req.Attestations), "--attestation FILE")
	}
	if file := g.rootUnknown(); file != "" && len(g.Provenance.Edges)+len(g.Provenance.Gaps) == 0 {
		in.Collected[sbom.FamilyProvenance] = sbom.Collected{Files: len(g.req.Attestations), Reason: "the digest by which statements know the model is in " + file + ", which cannot be read"}
	}
	in.Fingerprint = g.fingerprint()
	in.Collected[sbom.FamilyFingerprint] = sbom.Collected{Looked: len(g.req.Attestations) > 0, Files: len(g.req.Attestations), Reason: "no statement of `mlpolicy fingerprint check` was given"}
	return nil
}

// fingerprint is the newest behaviour test of this model among the statements.
func (g *Gate) fingerprint() sbom.Fingerprint {
	var newest sbom.Fingerprint
	targets := g.targets()
	for _, j := range g.Judged {
		own, ok := j.Predicate["fingerprint"].(map[string]any)
		if j.State != "verified" || j.PredicateType != attest.PredicateTestResult || !ok {
			continue
		}
		about := slices.ContainsFunc(j.Subjects, func(s attest.Subject) bool {
			return slices.ContainsFunc(s.Digests, func(d string) bool { return slices.Contains(targets, d) })
		})
		f := fingerprintOf(own, path.Clean(j.Path))
		if about && f.Time >= newest.Time {
			newest = f
		}
	}
	return newest
}

func fingerprintOf(m map[string]any, file string) sbom.Fingerprint {
	text := func(name string) string { s, _ := m[name].(string); return s }
	number := func(name string) float64 {
		switch v := m[name].(type) {
		case float64:
			return v
		case int64:
			return float64(v)
		}
		return 0
	}
	return sbom.Fingerprint{
		Method: text("method"), Verdict: text("verdict"), PValue: number("p_value"), Effect: number("effect"), N: int64(number("n")),
		Alpha: number("alpha"), BaselineDigest: text("baseline_digest"), Time: text("time"), At: sbom.At{Path: file},
	}
}
