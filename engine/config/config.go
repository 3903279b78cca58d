package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxConfigBytes bounds a configuration file; one with a thousand waivers is a third of
// a megabyte.
const maxConfigBytes = 4 << 20

// Default is the configuration of a source without mlpolicy.hcl.
func Default() *engine.Config {
	return &engine.Config{
		Profile: engine.ProfileBaseline, Stages: map[engine.Stage]engine.StageConfig{}, Controls: map[string]engine.ControlConfig{},
		Environments: map[string]engine.EnvironmentConfig{},
	}
}

// Parse reads a configuration. Everything that is wrong with it is reported together, as
// an *Error. Whether waivers end too far ahead depends on the clock: see ParseAt.
func Parse(filename string, src []byte) (*engine.Config, error) {
	return ParseAt(filename, src, time.Time{})
}

// ParseAt is Parse, and refuses waivers that end more than engine.MaxWaiverDays after now.
func ParseAt(filename string, src []byte, now time.Time) (*engine.Config, error) {
	r := &reader{filename: filename, now: now, config: Default(), seen: map[string]hcl.Range{}}
	if len(src) > maxConfigBytes {
		return nil, fmt.Errorf("%s: configuration is larger than %d bytes", filename, maxConfigBytes)
	}
	file, diags := hclsyntax.ParseConfig(src, filename, hcl.InitialPos)
	r.diags = append(r.diags, diags...)
	if file != nil && !diags.HasErrors() {
		r.file(file.Body)
	}
	if r.diags.HasErrors() {
		return nil, &Error{r.diags, map[string]*hcl.File{filename: {Bytes: src}}}
	}
	sum := sha256.Sum256(src)
	r.config.Digest = hex.EncodeToString(sum[:])
	return r.config, nil
}

// reader fills a Config from the blocks of a file.
type reader struct {
	filename string
	now      time.Time // zero: waivers are not checked against the clock
	config   *engine.Config
	diags    hcl.Diagnostics
	seen     map[string]hcl.Range // block type and label → where it is
}

var fileSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "profile"}, {Name: "vsa_reuse"}},
	Blocks: []hcl.BlockHeaderSchema{
		{Type: "policies", LabelNames: []string{"name"}}, {Type: "stage", LabelNames: []string{"stage"}},
		{Type: "control", LabelNames: []string{"id"}}, {Type: "waiver", LabelNames: []string{"name"}},
		{Type: "trust", LabelNames: []string{"stage"}}, {Type: "revocations"}, {Type: "environment", LabelNames: []string{"name"}},
		{Type: "organisation"},
	},
}

func (r *reader) file(body hcl.Body) {
	content := r.content(body, fileSchema)
	r.profile(content, r.config)
	if a := content.Attributes["vsa_reuse"]; a != nil {
		r.config.VSAReuse, _ = r.duration(a)
	}
	for _, block := range content.Blocks {
		if !r.once(block) {
			continue
		}
		switch block.Type {
		case "policies":
			r.policies(block)
		case "stage":
			r.stage(block, r.config)
		case "control":
			r.control(block, r.config)
		case "waiver":
			r.waiver(block)
		case "trust":
			r.trust(block)
		case "revocations":
			r.revocations(block)
		case "environment":
			r.environment(block)
		case "organisation":
			r.organisation(block)
		}
	}
}

func (r *reader) profile(content *hcl.BodyContent, into *engine.Config) {
	if a := content.Attributes["profile"]; a != nil {
		profile, _ := r.text(a)
		if profile != "" && profile != engine.ProfileBaseline && profile != engine.ProfileStrict {
			r.fail(a.Expr.Range(), "Unknown profile", fmt.Sprintf("There is no profile %q; there are baseline and strict.", profile))
		}
		into.Profile = profile
	}
}

// once refuses a second block with the same type and label.
func (r *reader) once(block *hcl.Block) bool {
	label := block.Type
	for _, l := range block.Labels {
		label += " " + l
	}
	if first, ok := r.seen[label]; ok {
		r.fail(block.DefRange, "Repeated block", fmt.Sprintf("%s is already there, at %s:%d.", label, first.Filename, first.Start.Line))
		return false
	}
	r.seen[label] = block.DefRange
	return true
}

func (r *reader) policies(block *hcl.Block) {
	content := r.content(block.Body, &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "source", Required: true}, {Name: "kind"}, {Name: "stages"}, {Name: "level"}},
		Blocks:     []hcl.BlockHeaderSchema{{Type: "verify"}},
	})
	p := engine.PackConfig{Name: block.Labels[0]}
	if !nameForm.MatchString(p.Name) || p.Name == "mlpolicy" {
		r.fail(block.LabelRanges[0], "Name of a pack", fmt.Sprintf("%q is no name for a pack: use letters, digits, - and _, and not mlpolicy, which is the embedded pack.", p.Name))
	}
	p.Source = r.required(content, "source")
	if a := content.Attributes["kind"]; a != nil {
		if p.Kind, _ = r.text(a); p.Kind != "" && p.Kind != engine.KindConftest {
			r.fail(a.Expr.Range(), "Unknown kind of pack", fmt.Sprintf("There is no kind %q; there is conftest, or none for a pack with controls.", p.Kind))
		}
	}
	if a := content.Attributes["stages"]; a != nil {
		p.Stages = r.stages(a)
	}
	if p.Kind == engine.KindConftest && len(p.Stages) == 0 {
		r.fail(block.DefRange, "Stages are missing", "A conftest pack needs stages: its rules name none.")
	}
	if p.Kind != engine.KindConftest && len(p.Stages) > 0 {
		r.fail(content.Attributes["stages"].NameRange, "Stages are not used", "Only a conftest pack is given stages; the controls of other packs name their own.")
	}
	if a := content.Attributes["level"]; a != nil {
		p.Level = r.level(a)
	}
	for i, verify := range content.Blocks {
		if i > 0 {
			r.fail(verify.DefRange, "Repeated block", "A pack has one verify block.")
			continue
		}
		r.verify(verify, &p)
	}
	r.config.Packs = append(r.config.Packs, p)
}

// verify reads who must have signed the bundle of a pack: a key or a Sigstore identity.
func (r *reader) verify(block *hcl.Block, p *engine.PackConfig) {
	content := r.content(block.Body, &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
		{Name: "public_key"}, {Name: "certificate_identity"}, {Name: "issuer"}, {Name: "trusted_root"}, {Name: "signature"}, {Name: "min_revision"},
	}})
	p.PublicKey, p.Signature, p.MinRevision = r.optional(content, "public_key"), r.optional(content, "signature"), r.optional(content, "min_revision")
	p.CertificateIdentity, p.Issuer, p.TrustedRoot = r.optional(content, "certificate_identity"), r.optional(content, "issuer"), r.optional(content, "trusted_root")
	switch keyless := p.CertificateIdentity != "" || p.Issuer != "" || p.TrustedRoot != ""; {
	case keyless && p.PublicKey != "":
		r.fail(block.DefRange, "Two signers", "A bundle is verified with public_key, or with certificate_identity, issuer and trusted_root.")
	case keyless && (p.CertificateIdentity == "" || p.Issuer == "" || p.TrustedRoot == ""):
		r.fail(block.DefRange, "Part of an identity", "certificate_identity, issuer and trusted_root are given together: a name means nothing without who vouches for it.")
	case !keyless && p.PublicKey == "":
		r.fail(block.DefRange, "Nobody is trusted", "A verify block names public_key, or certificate_identity, issuer and trusted_root.")
	}
}

func (r *reader) stage(block *hcl.Block, into *engine.Config) {
	name := r.stageLabel(block)
	content := r.content(block.Body, &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "level"}},
		Blocks:     []hcl.BlockHeaderSchema{{Type: "control", LabelNames: []string{"id"}}},
	})
	s := engine.StageConfig{Controls: map[string]engine.Level{}}
	if a := content.Attributes["level"]; a != nil {
		s.Level = r.level(a)
	}
	for _, inner := range content.Blocks {
		id := r.controlLabel(inner)
		if _, twice := s.Controls[id]; twice {
			r.fail(inner.DefRange, "Repeated block", fmt.Sprintf("control %s is already in this stage.", id))
		}
		attrs := r.content(inner.Body, &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "level", Required: true}}})
		if a := attrs.Attributes["level"]; a != nil {
			s.Controls[id] = r.level(a)
		}
	}
	into.Stages[name] = s
}

func (r *reader) control(block *hcl.Block, into *engine.Config) {
	content := r.content(block.Body, &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "level"}, {Name: "settings"}}})
	c := engine.ControlConfig{}
	if a := content.Attributes["level"]; a != nil {
		c.Level = r.level(a)
	}
	if a := content.Attributes["settings"]; a != nil {
		c.Settings = r.object(a.Expr)
	}
	into.Controls[r.controlLabel(block)] = c
}

func (r *reader) waiver(block *hcl.Block) {
	var schema hcl.BodySchema
	for _, name := range []string{"controls", "subjects", "reason", "owner", "expires"} {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: name, Required: true})
	}
	schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: "digests"}, hcl.AttributeSchema{Name: "starts"})
	before := len(r.diags)
	content := r.content(block.Body, &schema)
	w := engine.Waiver{
		Name: block.Labels[0], Controls: r.list(content, "controls"), Subjects: r.list(content, "subjects"), Digests: r.list(content, "digests"),
		Reason: r.optional(content, "reason"), Owner: r.optional(content, "owner"),
		Starts: r.optional(content, "starts"), Expires: r.optional(content, "expires"),
		At: sbom.At{Path: r.filename, Line: block.DefRange.Start.Line, Column: block.DefRange.Start.Column, Offset: int64(block.DefRange.Start.Byte)},
	}
	for _, id := range w.Controls {
		if !controlForm.MatchString(id) {
			r.fail(content.Attributes["controls"].Expr.Range(), "Control of a waiver", fmt.Sprintf("%q is no id of a control.", id))
		}
	}
	if len(r.diags) > before {
		return
	}
	now := r.now
	if now.IsZero() { // the clock is not known: judge the form only
		if expires, err := time.Parse(time.DateOnly, w.Expires); err == nil {
			now = expires
		}
	}
	if problem := engine.CheckWaiver(w, now); problem != "" {
		r.fail(waiverRange(content, block, w), "Waiver", fmt.Sprintf("waiver %q %s.", w.Name, problem))
	}
	r.config.Waivers = append(r.config.Waivers, w)
}

// waiverRange points at the attribute that is most likely wrong.
func waiverRange(content *hcl.BodyContent, block *hcl.Block, w engine.Waiver) hcl.Range {
	for _, name := range []string{"controls", "subjects", "reason", "owner"} {
		if a := content.Attributes[name]; a != nil && emptyAttribute(name, w) {
			return a.Range
		}
	}
	if slices.ContainsFunc(w.Digests, func(d string) bool { return !engine.DigestForm.MatchString(d) }) {
		return content.Attributes["digests"].Expr.Range()
	}
	if a := content.Attributes["starts"]; a != nil {
		if _, err := time.Parse(time.DateOnly, w.Starts); err != nil {
			return a.Expr.Range()
		}
	}
	if a := content.Attributes["expires"]; a != nil {
		return a.Expr.Range()
	}
	return block.DefRange
}

func emptyAttribute(name string, w engine.Waiver) bool {
	switch name {
	case "controls":
		return len(w.Controls) == 0
	case "subjects":
		return len(w.Subjects) == 0
	case "reason":
		return w.Reason == ""
	default:
		return w.Owner == ""
	}
}

func (r *reader) trust(block *hcl.Block) {
	content := r.content(block.Body, &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
		{Name: "certificate_identity"}, {Name: "issuer"}, {Name: "public_key"}, {Name: "public_keys"}, {Name: "predicate_types"},
		{Name: "max_age"}, {Name: "inputs_from"}, {Name: "external"},
	}})
	t := engine.Trust{
		Stage: string(r.stageLabel(block)), CertificateIdentity: r.optional(content, "certificate_identity"), Issuer: r.optional(content, "issuer"),
		PublicKeys: r.list(content, "public_keys"), PredicateTypes: r.list(content, "predicate_types"),
		InputsFrom: r.list(content, "inputs_from"), External: r.list(content, "external"),
	}
	if key := r.optional(content, "public_key"); key != "" {
		t.PublicKeys = append(t.PublicKeys, key)
	}
	if a := content.Attributes["max_age"]; a != nil {
		_, t.MaxAge = r.duration(a)
	}
	for _, s := range t.InputsFrom {
		if !slices.Contains(engine.Stages, engine.Stage(s)) {
			r.unknownStage(content.Attributes["inputs_from"].Expr.Range(), s)
		}
	}
	if (t.CertificateIdentity == "") != (t.Issuer == "") {
		r.fail(block.DefRange, "Half an identity", "certificate_identity and issuer are given together: a name means nothing without who vouches for it.")
	}
	if t.CertificateIdentity == "" && len(t.PublicKeys) == 0 {
		r.fail(block.DefRange, "Nobody is trusted", "A trust block names certificate_identity and issuer, or public_keys.")
	}
	r.config.Trust = append(r.config.Trust, t)
}

// revocations keeps the files as entries without a digest: whoever reads files fills in
// what they hold.
func (r *reader) revocations(block *hcl.Block) {
	content := r.content(block.Body, &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "files", Required: true}}})
	r.config.RevocationFiles = r.list(content, "files")
}

func (r *reader) environment(block *hcl.Block) {
	content := r.content(block.Body, &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "settings", LabelNames: []string{"id"}}}})
	e := engine.EnvironmentConfig{Settings: map[string]map[string]any{}}
	for _, inner := range content.Blocks {
		id := r.controlLabel(inner)
		if _, twice := e.Settings[id]; twice {
			r.fail(inner.DefRange, "Repeated block", fmt.Sprintf("settings of %s are already in this environment.", id))
		}
		attrs, diags := inner.Body.JustAttributes()
		r.diags = append(r.diags, diags...)
		e.Settings[id] = map[string]any{}
		for name, a := range attrs {
			e.Settings[id][name] = r.value(a.Expr)
		}
	}
	r.config.Environments[block.Labels[0]] = e
}

// organisation reads the floor: levels below which no other block may go.
func (r *reader) organisation(block *hcl.Block) {
	content := r.content(block.Body, &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "profile"}},
		Blocks: []hcl.BlockHeaderSchema{
			{Type: "stage", LabelNames: []string{"stage"}}, {Type: "control", LabelNames: []string{"id"}},
		},
	})
	floor := Default()
	floor.Profile = ""
	r.profile(content, floor)
	for _, inner := range content.Blocks {
		if inner.Type == "stage" {
			r.stage(inner, floor)
			continue
		}
		r.control(inner, floor)
		if len(floor.Controls[inner.Labels[0]].Settings) > 0 {
			r.fail(inner.DefRange, "Settings in a floor", "A floor sets levels only; settings belong into a control block of the file.")
		}
	}
	r.config.Floor = floor
}
