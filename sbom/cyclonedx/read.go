package cyclonedx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// MaxBytes bounds a BOM that is read; the largest ML-BOMs seen have some 20 MiB.
const MaxBytes = 64 << 20

// ErrTooLarge is returned for a BOM above MaxBytes.
var ErrTooLarge = errors.New("BOM is larger than MaxBytes (64 MiB)")

// BOM is a CycloneDX document of anybody.
type BOM struct {
	Format Format
	// Raw is the document as plain JSON values. For a JSON document nothing is lost,
	// fields that the library does not know included (modelCard.properties); for XML it
	// is the typed tree written as JSON.
	Raw map[string]any

	typed cdx.BOM
}

// Read reads a CycloneDX BOM in JSON or XML.
func Read(r io.Reader) (*BOM, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read BOM: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	b := &BOM{Format: JSON}
	raw := data
	if bytes.HasPrefix(data, []byte("<")) {
		b.Format = XML
		if err := cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatXML).Decode(&b.typed); err != nil {
			return nil, fmt.Errorf("parse BOM as XML: %w", err)
		}
		if b.typed.SpecVersion == 0 {
			return nil, errors.New("XML document is no CycloneDX BOM: unknown namespace")
		}
		b.typed.BOMFormat = "CycloneDX"
		if raw, err = json.Marshal(&b.typed); err != nil {
			return nil, fmt.Errorf("write BOM as JSON: %w", err)
		}
	} else if err := json.Unmarshal(data, &b.typed); err != nil {
		return nil, fmt.Errorf("parse BOM as JSON: %w", err)
	} else if b.typed.BOMFormat != "CycloneDX" {
		return nil, fmt.Errorf("JSON document is no CycloneDX BOM: bomFormat is %q", b.typed.BOMFormat)
	}
	if err := json.Unmarshal(raw, &b.Raw); err != nil {
		return nil, fmt.Errorf("parse BOM: %w", err)
	}
	return b, nil
}

// IsBOM tells from the first bytes of a file whether it is a CycloneDX document.
func IsBOM(head []byte) bool {
	return bytes.Contains(head, []byte("cyclonedx.org/schema/bom")) ||
		bytes.Contains(head, []byte(`"bomFormat"`)) && bytes.Contains(head, []byte(`"CycloneDX"`))
}

// SpecVersion is the version of the specification the document names.
func (b *BOM) SpecVersion() string { return b.typed.SpecVersion.String() }

// Inventory turns the BOM into the sections it can fill: components, weights, packages,
// references where the BOM was written by mlpolicy. Places are those the BOM names.
func (b *BOM) Inventory() *sbom.Inventory {
	r := &bomReader{inv: &sbom.Inventory{}, byRef: map[string]int{}, byPurl: map[string]string{}}
	r.inv.Subject = sbom.Subject{Kind: "bom", Digests: map[string]string{}, Public: sbom.Unstated}
	r.inv.Collected = map[sbom.Family]sbom.Collected{}
	for _, f := range sbom.Families {
		r.inv.Collected[f] = sbom.Collected{Reason: "a BOM does not say"}
	}
	for _, f := range []sbom.Family{sbom.FamilyComponents, sbom.FamilyWeights, sbom.FamilyPackages, sbom.FamilyBOM} {
		r.inv.Collected[f] = sbom.Collected{Looked: true, Files: 1}
	}
	if m := b.typed.Metadata; m != nil && m.Component != nil {
		r.inv.Subject.Name, r.inv.Subject.Revision = m.Component.Name, m.Component.Version
		for _, p := range list(m.Component.Properties) {
			if alg, ok := strings.CutPrefix(p.Name, prefix+"source-digest:"); ok {
				r.inv.Subject.Digests[alg] = p.Value
			}
		}
		if m.Component.Type == cdx.ComponentTypeMachineLearningModel || m.Component.Type == cdx.ComponentTypeData {
			r.component(m.Component, "")
		} else {
			r.all(m.Component.Components, "")
		}
	}
	r.all(b.typed.Components, "")
	r.edges(list(b.typed.Dependencies))
	for _, p := range list(b.typed.Properties) {
		if p.Name == prefix+"problem" {
			r.inv.AddProblem(sbom.At{Offset: -1}, sbom.FamilyComponents, "incomplete_bom", p.Value)
		}
	}
	for _, c := range list(b.typed.Compositions) {
		if strings.HasPrefix(string(c.Aggregate), "incomplete") && len(r.inv.Problems) == 0 {
			r.inv.AddProblem(sbom.At{Offset: -1}, sbom.FamilyComponents, "incomplete_bom", "the BOM says of itself: "+string(c.Aggregate))
		}
	}
	return r.inv
}

func list[T any](p *[]T) []T {
	if p == nil {
		return nil
	}
	return *p
}

type bomReader struct {
	inv     *sbom.Inventory
	byRef   map[string]int // bom-ref → component
	byPurl  map[string]string
	lineage []ancestor
}

type ancestor struct {
	of   int
	base cdx.Component
}

func (r *bomReader) all(components *[]cdx.Component, owner string) {
	for i := range list(components) {
		r.component(&(*components)[i], owner)
	}
}

func (r *bomReader) component(c *cdx.Component, owner string) {
	props := properties(c)
	kind, role := kindOf(c, props)
	if kind == "file" {
		r.file(c, props, owner)
		r.all(c.Components, owner)
		return
	}
	out := sbom.Component{
		Ref: c.BOMRef, Kind: kind, Role: role, Name: c.Name, Namespace: c.Group, Version: c.Version, Purl: c.PackageURL,
		Revision: props["revision"], Host: props["host"], Publisher: c.Publisher, Digests: map[string]string{}, Licenses: []string{},
		DerivedFrom: []string{}, Datasets: []string{}, Files: []string{}, Properties: map[string]string{}, Pinned: sbom.Unstated,
	}
	if c.Group != "" {
		out.Name = c.Group + "/" + c.Name
	}
	if out.Ref == "" {
		out.Ref = firstOf(c.PackageURL, kind+":"+out.Name+"@"+c.Version)
	}
	if pinned := sbom.Tri(props["pinned"]); pinned == sbom.Yes || pinned == sbom.No {
		out.Pinned = pinned
	}
	for _, h := range list(c.Hashes) {
		for _, a := range algorithms {
			if a.cdx == h.Algorithm {
				out.Digests[a.name] = strings.ToLower(h.Value)
			}
		}
	}
	if c.Licenses != nil {
		for _, l := range *c.Licenses {
			if l.License != nil {
				out.Licenses = append(out.Licenses, firstOf(l.License.ID, l.License.Name))
			} else if l.Expression != "" {
				out.Licenses = append(out.Licenses, l.Expression)
			}
		}
	}
	for key, value := range props {
		if !reserved[key] {
			out.Properties[strings.ReplaceAll(key, "-", "_")] = value
		}
	}
	out.At = firstPlace(c)
	r.models(c, &out)
	if _, twice := r.byRef[out.Ref]; twice {
		return
	}
	r.byRef[out.Ref] = len(r.inv.Components)
	if out.Purl != "" {
		r.byPurl[out.Purl] = out.Ref
	}
	if c.Pedigree != nil {
		for _, a := range list(c.Pedigree.Ancestors) {
			r.lineage = append(r.lineage, ancestor{len(r.inv.Components), a})
		}
	}
	r.inv.Components = append(r.inv.Components, out)
	r.sections(c, &out, props)
	r.all(c.Components, out.Ref)
}

// models reads what the model card says.
func (r *bomReader) models(c *cdx.Component, out *sbom.Component) {
	if c.ModelCard == nil || c.ModelCard.ModelParameters == nil {
		return
	}
	p := c.ModelCard.ModelParameters
	for key, value := range map[string]string{"task": p.Task, "architecture": firstOf(p.ModelArchitecture, p.ArchitectureFamily)} {
		if value != "" {
			out.Properties[key] = value
		}
	}
	for _, d := range list(p.Datasets) {
		if d.Ref != "" {
			out.Datasets = append(out.Datasets, d.Ref)
		}
	}
}

// sections adds the entries of other sections that a component stands for.
func (r *bomReader) sections(c *cdx.Component, out *sbom.Component, props map[string]string) {
	switch out.Kind {
	case "package":
		p := sbom.Package{
			Name: out.Name, Version: out.Version, Constraint: props["constraint"], Ecosystem: ecosystem(out.Purl), Source: "bom",
			Scope: props["scope"], URL: props["url"], Framework: props["framework"] == "true", Locked: sbom.Unstated, Component: out.Ref, At: out.At,
		}
		r.inv.Packages = append(r.inv.Packages, p)
	case "model", "adapter", "dataset":
		trust := sbom.Tri(props["trust-remote-code"])
		if trust == "" {
			return
		}
		r.inv.References = append(r.inv.References, sbom.Reference{
			Kind: out.Kind, Name: out.Name, Host: out.Host, State: sbom.StateResolved, Revision: out.Revision, RevisionKind: sbom.RevisionUnresolved,
			Role: out.Role, How: "bom", TrustRemoteCode: trust, Confidence: "medium", Component: out.Ref, At: out.At, CallAt: out.At,
		})
	}
}

// file is a file of its owner; one with a weight format or name is an entry of weights.
func (r *bomReader) file(c *cdx.Component, props map[string]string, owner string) {
	if i, ok := r.byRef[owner]; ok {
		r.inv.Components[i].Files = append(r.inv.Components[i].Files, c.Name)
	}
	digest := ""
	for _, h := range list(c.Hashes) {
		if h.Algorithm == cdx.HashAlgoSHA256 {
			digest = strings.ToLower(h.Value)
		}
	}
	r.inv.Files = append(r.inv.Files, sbom.FileFact{Path: c.Name, SHA256: digest, Storage: "plain", Kind: props["file-kind"]})
	if props["file-kind"] != "weights" {
		return
	}
	w := sbom.Weights{
		Path: c.Name, Format: props["format"], SHA256: digest, DigestSource: firstOf(props["digest-source"], "none"), Content: "not_fetched",
		Executable: sbom.Tri(firstOf(props["executable"], string(sbom.Unstated))), Quantization: props["quantization"],
		Architecture: props["architecture"], CoversFile: sbom.Unstated, Component: owner, At: sbom.At{Path: c.Name},
	}
	r.inv.Weights = append(r.inv.Weights, w)
}

// edges turns ancestors and dependencies into lineage.
func (r *bomReader) edges(dependencies []cdx.Dependency) {
	for _, a := range r.lineage {
		ref := ""
		if _, ok := r.byRef[a.base.BOMRef]; ok {
			ref = a.base.BOMRef
		} else {
			ref = r.byPurl[a.base.PackageURL]
		}
		if ref == "" {
			name := a.base.Name
			if a.base.Group != "" {
				name = a.base.Group + "/" + name
			}
			for i := range r.inv.Components {
				if c := &r.inv.Components[i]; c.Name == name && c.Version == a.base.Version && i != a.of {
					ref = c.Ref
				}
			}
		}
		if ref != "" {
			r.inv.Components[a.of].DerivedFrom = append(r.inv.Components[a.of].DerivedFrom, ref)
		}
	}
	for _, d := range dependencies {
		i, ok := r.byRef[d.Ref]
		if !ok {
			continue
		}
		from := &r.inv.Components[i]
		for _, ref := range list(d.Dependencies) {
			j, ok := r.byRef[ref]
			if !ok || from.Kind != "model" && from.Kind != "adapter" {
				continue
			}
			switch r.inv.Components[j].Kind {
			case "model", "adapter":
				from.DerivedFrom = append(from.DerivedFrom, ref)
			case "dataset":
				from.Datasets = append(from.Datasets, ref)
			}
		}
	}
	for i := range r.inv.Components {
		c := &r.inv.Components[i]
		c.DerivedFrom, c.Datasets = unique(c.DerivedFrom), unique(c.Datasets)
		slices.Sort(c.Files)
	}
}

// reserved properties are fields of the component, or made from them.
var reserved = map[string]bool{
	"kind": true, "role": true, "host": true, "revision": true, "pinned": true, "revision-mutable": true,
	"trust-remote-code": true, "hub-type": true, "unresolved-ancestor": true, "file-kind": true,
}

// properties are the properties under our prefix.
func properties(c *cdx.Component) map[string]string {
	out := map[string]string{}
	for _, p := range list(c.Properties) {
		if key, ok := strings.CutPrefix(p.Name, prefix); ok {
			out[key] = p.Value
		}
	}
	return out
}

// kindOf reads our own kind, or guesses nothing beyond the type and the tags.
func kindOf(c *cdx.Component, props map[string]string) (kind, role string) {
	role = props["role"]
	switch props["kind"] {
	case "base":
		return "model", role
	case "output":
		return "model", "output"
	case "adapter", "dataset", "package", "tokenizer", "prompt", "image":
		return props["kind"], role
	}
	switch c.Type {
	case cdx.ComponentTypeMachineLearningModel:
		if slices.Contains(list(c.Tags), "adapter") || slices.Contains(list(c.Tags), "lora") {
			return "adapter", "adapter"
		}
		return "model", role
	case cdx.ComponentTypeData:
		return "dataset", role
	case cdx.ComponentTypeContainer:
		return "image", role
	case cdx.ComponentTypeFile:
		return "file", role
	}
	if strings.HasPrefix(c.PackageURL, "pkg:huggingface/") {
		return "model", role
	}
	return "package", "dependency"
}

func firstPlace(c *cdx.Component) sbom.At {
	if c.Evidence == nil || len(list(c.Evidence.Occurrences)) == 0 {
		return sbom.At{}
	}
	o := (*c.Evidence.Occurrences)[0]
	return sbom.At{Path: o.Location, Line: max(number(o.Line), 0)}
}

func ecosystem(purl string) string {
	kind, _, ok := strings.Cut(strings.TrimPrefix(purl, "pkg:"), "/")
	if !ok {
		return ""
	}
	return kind
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
