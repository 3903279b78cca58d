package cyclonedx

import (
	"cmp"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// builder joins what the sections of an inventory say about each component.
type builder struct {
	inv        *sbom.Inventory
	spec       cdx.SpecVersion
	sorted     []*sbom.Component // by ref, each ref once
	byRef      map[string]*sbom.Component
	references map[string][]*sbom.Reference // by component
	packages   map[string][]*sbom.Package
	weights    map[string][]*sbom.Weights
	profiles   map[string]*sbom.Dataset  // by path
	files      map[string]*sbom.FileFact // by path
	used       map[string]bool           // bom-refs given out
}

func newBuilder(inv *sbom.Inventory, spec cdx.SpecVersion) *builder {
	b := &builder{
		inv: inv, spec: spec, byRef: map[string]*sbom.Component{}, references: map[string][]*sbom.Reference{},
		packages: map[string][]*sbom.Package{}, weights: map[string][]*sbom.Weights{}, profiles: map[string]*sbom.Dataset{},
		files: map[string]*sbom.FileFact{}, used: map[string]bool{subjectRef: true},
	}
	for i := range inv.Components {
		c := &inv.Components[i]
		if c.Ref == "" || b.byRef[c.Ref] != nil || c.Ref == subjectRef {
			continue
		}
		b.byRef[c.Ref], b.used[c.Ref] = c, true
		b.sorted = append(b.sorted, c)
	}
	slices.SortFunc(b.sorted, func(x, y *sbom.Component) int { return strings.Compare(x.Ref, y.Ref) })
	for i := range inv.References {
		r := &inv.References[i]
		b.references[r.Component] = append(b.references[r.Component], r)
	}
	for i := range inv.Packages {
		p := &inv.Packages[i]
		b.packages[p.Component] = append(b.packages[p.Component], p)
	}
	for i := range inv.Weights {
		w := &inv.Weights[i]
		owner := w.Component
		if b.byRef[owner] == nil {
			owner = ""
		}
		b.weights[owner] = append(b.weights[owner], w)
	}
	for i := range inv.Datasets {
		b.profiles[inv.Datasets[i].Path] = &inv.Datasets[i]
	}
	for i := range inv.Files {
		b.files[inv.Files[i].Path] = &inv.Files[i]
	}
	return b
}

// components lists every component in the order of refs, then the weight files that
// belong to none.
func (b *builder) components() []cdx.Component {
	var out []cdx.Component
	for _, c := range b.sorted {
		out = append(out, b.component(c))
	}
	for _, w := range byPath(b.weights[""]) {
		if file, ok := b.weightFile(w); ok {
			out = append(out, file)
		}
	}
	return out
}

var componentTypes = map[string]cdx.ComponentType{
	"model": cdx.ComponentTypeMachineLearningModel, "adapter": cdx.ComponentTypeMachineLearningModel,
	"dataset": cdx.ComponentTypeData, "package": cdx.ComponentTypeLibrary, "tokenizer": cdx.ComponentTypeData,
	"prompt": cdx.ComponentTypeFile, "image": cdx.ComponentTypeContainer,
}

func (b *builder) component(c *sbom.Component) cdx.Component {
	out := cdx.Component{
		BOMRef: c.Ref, Type: componentTypes[c.Kind], Publisher: text(c.Publisher), Group: text(c.Namespace),
		Name: text(strings.TrimPrefix(c.Name, c.Namespace+"/")), Version: text(c.Version), PackageURL: c.Purl,
		Hashes: hashes(c.Digests), Licenses: licenses(c.Licenses),
	}
	if out.Type == "" {
		out.Type = cdx.ComponentTypeFile
	}
	if out.Name == "" {
		out.Name = c.Ref
	}
	if c.Kind == "prompt" {
		out.MIMEType = "text/plain"
	}
	if b.spec >= cdx.SpecVersion1_7 && c.Kind != "package" && len(c.Files) == 0 && len(b.weights[c.Ref]) == 0 {
		external := true
		out.IsExternal = &external
	}
	out.Properties = propertyList(b.properties(c))
	out.Pedigree = b.pedigree(c)
	out.ModelCard = b.modelCard(c)
	out.Data = b.data(c)
	out.Tags = tags(c)
	out.ExternalReferences = externalReferences(c)
	out.Evidence = b.evidence(c)
	if nested := b.nested(c); len(nested) > 0 {
		out.Components = &nested
	}
	return out
}

func (b *builder) properties(c *sbom.Component) [][2]string {
	kind := c.Kind
	switch {
	case kind == "model" && c.Role == "output":
		kind = "output"
	case kind == "model":
		kind = "base"
	}
	mutable := ""
	if c.Pinned == sbom.No && c.Kind != "package" {
		mutable = "yes"
	}
	var trust sbom.Tri
	for _, r := range b.references[c.Ref] {
		if r.TrustRemoteCode == sbom.Yes || r.TrustRemoteCode == sbom.Unresolved && trust != sbom.Yes {
			trust = r.TrustRemoteCode
		}
	}
	out := [][2]string{
		{"kind", kind}, {"role", c.Role}, {"host", c.Host}, {"revision", c.Revision}, {"pinned", string(c.Pinned)},
		{"revision-mutable", mutable}, {"trust-remote-code", string(trust)},
	}
	if c.Kind == "dataset" && c.Host == "huggingface" {
		out = append(out, [2]string{"hub-type", "dataset"})
	}
	for _, key := range sortedKeys(c.Properties) {
		if value := c.Properties[key]; !strings.HasPrefix(value, "file:") {
			out = append(out, [2]string{strings.ReplaceAll(key, "_", "-"), value})
		}
	}
	for _, ref := range c.DerivedFrom {
		if b.byRef[ref] == nil {
			out = append(out, [2]string{"unresolved-ancestor", ref})
		}
	}
	return out
}

// pedigree names what a component was made from: base of an adapter, inputs of a merge.
func (b *builder) pedigree(c *sbom.Component) *cdx.Pedigree {
	var ancestors []cdx.Component
	for _, ref := range unique(c.DerivedFrom) {
		if base := b.byRef[ref]; base != nil {
			// bom-refs are unique in a BOM: the ancestor is named, the dependency points at it.
			ancestors = append(ancestors, cdx.Component{
				Type: cmp.Or(componentTypes[base.Kind], cdx.ComponentTypeFile), Group: text(base.Namespace),
				Name: cmp.Or(text(strings.TrimPrefix(base.Name, base.Namespace+"/")), base.Ref), Version: text(base.Version), PackageURL: base.Purl,
			})
		}
	}
	if len(ancestors) == 0 {
		return nil
	}
	return &cdx.Pedigree{Ancestors: &ancestors, Notes: text(c.Properties["relation"])}
}

func (b *builder) modelCard(c *sbom.Component) *cdx.MLModelCard {
	if c.Kind != "model" && c.Kind != "adapter" {
		return nil
	}
	p := cdx.MLModelParameters{Task: text(c.Properties["task"]), ModelArchitecture: text(c.Properties["architecture"])}
	var datasets []cdx.MLDatasetChoice
	for _, ref := range unique(c.Datasets) {
		if b.byRef[ref] != nil {
			datasets = append(datasets, cdx.MLDatasetChoice{Ref: ref})
		}
	}
	if len(datasets) > 0 {
		p.Datasets = &datasets
	}
	if p.Task == "" && p.ModelArchitecture == "" && len(datasets) == 0 {
		return nil
	}
	return &cdx.MLModelCard{ModelParameters: &p}
}

// data describes a dataset, or a tokenizer as configuration.
func (b *builder) data(c *sbom.Component) *[]cdx.ComponentData {
	d := cdx.ComponentData{Type: cdx.ComponentDataTypeDataset, Name: text(c.Name)}
	switch c.Kind {
	case "dataset":
	case "tokenizer":
		d.Type = cdx.ComponentDataTypeConfiguration
	default:
		return nil
	}
	if at := hubURL(c); at != "" {
		d.Contents = &cdx.ComponentDataContents{URL: at}
	}
	kinds := map[string]int64{}
	for _, p := range c.Files {
		if profile := b.profiles[p]; profile != nil {
			for kind, n := range profile.PII {
				if n > 0 {
					kinds[kind] += n
				}
			}
		}
	}
	if found := sortedKeys(kinds); len(found) > 0 {
		d.SensitiveData = &found
	}
	return &[]cdx.ComponentData{d}
}

func tags(c *sbom.Component) *[]string {
	if c.Kind != "adapter" {
		return nil
	}
	out := []string{"adapter"}
	if t := strings.ToLower(c.Properties["peft_type"]); t != "" {
		out = append(out, text(t))
	}
	return &out
}

// hubURL is where a hub shows the component, "" for other hosts.
func hubURL(c *sbom.Component) string {
	if c.Host != "huggingface" || c.Name == "" || strings.ContainsAny(c.Name, " \t\"<>\\^`{|}%#?") {
		return ""
	}
	if c.Kind == "dataset" {
		return "https://huggingface.co/datasets/" + c.Name
	}
	return "https://huggingface.co/" + c.Name
}

func externalReferences(c *sbom.Component) *[]cdx.ExternalReference {
	at := hubURL(c)
	if at == "" {
		return nil
	}
	out := []cdx.ExternalReference{{Type: cdx.ERTypeDistribution, URL: at}}
	if c.Kind == "model" || c.Kind == "adapter" {
		out = append(out, cdx.ExternalReference{Type: cdx.ERTypeModelCard, URL: at})
	}
	return &out
}

// nested lists the files that hold the bytes of a component.
func (b *builder) nested(c *sbom.Component) []cdx.Component {
	var out []cdx.Component
	listed := map[string]bool{}
	for _, w := range byPath(b.weights[c.Ref]) {
		listed[w.Path] = true
		if file, ok := b.weightFile(w); ok {
			out = append(out, file)
		}
	}
	paths := slices.Clone(c.Files)
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		if listed[p] {
			continue
		}
		var digest, kind string
		if f := b.files[p]; f != nil {
			digest, kind = f.SHA256, f.Kind
		}
		if file, ok := b.file(p, digest, [][2]string{{"file-kind", kind}}); ok {
			out = append(out, file)
		}
	}
	return out
}

func (b *builder) weightFile(w *sbom.Weights) (cdx.Component, bool) {
	return b.file(w.Path, w.SHA256, [][2]string{
		{"file-kind", "weights"}, {"format", w.Format}, {"digest-source", w.DigestSource}, {"content", w.Content},
		{"executable", string(w.Executable)}, {"quantization", w.Quantization}, {"architecture", w.Architecture},
	})
}

// file is a component of type file; a path that another component holds already is not
// listed twice.
func (b *builder) file(p, digest string, props [][2]string) (cdx.Component, bool) {
	ref := "file:" + p
	if b.used[ref] {
		return cdx.Component{}, false
	}
	b.used[ref] = true
	out := cdx.Component{BOMRef: ref, Type: cdx.ComponentTypeFile, MIMEType: "application/octet-stream", Name: text(p), Properties: propertyList(props)}
	one := float32(1)
	occurrences := []cdx.EvidenceOccurrence{{Location: text(p)}}
	out.Evidence = &cdx.Evidence{Occurrences: &occurrences}
	if h := hashes(map[string]string{"sha256": digest}); h != nil {
		out.Hashes = h
		out.Evidence.Identity = &cdx.EvidenceIdentityChoice{Identities: &[]cdx.EvidenceIdentity{{
			Field: cdx.EvidenceIdentityFieldTypeHash, Confidence: &one,
			Methods: &[]cdx.EvidenceIdentityMethod{{Technique: cdx.EvidenceIdentityTechniqueHashComparison, Confidence: &one}},
		}}}
	}
	return out, true
}

func byPath(list []*sbom.Weights) []*sbom.Weights {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b *sbom.Weights) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// dependencies gives every component an entry: model → data and base, source → all.
func (b *builder) dependencies() []cdx.Dependency {
	all := make([]string, 0, len(b.sorted))
	var out []cdx.Dependency
	for _, c := range b.sorted {
		all = append(all, c.Ref)
		d := cdx.Dependency{Ref: c.Ref}
		var on []string
		for _, ref := range slices.Concat(c.DerivedFrom, c.Datasets) {
			if b.byRef[ref] != nil && ref != c.Ref {
				on = append(on, ref)
			}
		}
		if on = unique(on); len(on) > 0 {
			d.Dependencies = &on
		}
		out = append(out, d)
	}
	root := cdx.Dependency{Ref: subjectRef}
	if len(all) > 0 {
		root.Dependencies = &all
	}
	return append([]cdx.Dependency{root}, out...)
}

// unique sorts and drops duplicates.
func unique(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

// algorithms maps our names to those of CycloneDX with their length in hex digits.
var algorithms = []struct {
	name   string
	cdx    cdx.HashAlgorithm
	digits int
}{
	{"md5", cdx.HashAlgoMD5, 32}, {"sha1", cdx.HashAlgoSHA1, 40}, {"sha256", cdx.HashAlgoSHA256, 64},
	{"sha384", cdx.HashAlgoSHA384, 96}, {"sha512", cdx.HashAlgoSHA512, 128}, {"blake3", cdx.HashAlgoBlake3, 64},
}

// hashes leaves out what is not a digest of its algorithm: the schema refuses it.
func hashes(digests map[string]string) *[]cdx.Hash {
	var out []cdx.Hash
	for _, a := range algorithms {
		value := strings.ToLower(digests[a.name])
		if len(value) == a.digits && strings.Trim(value, "0123456789abcdef") == "" {
			out = append(out, cdx.Hash{Algorithm: a.cdx, Value: value})
		}
	}
	if len(out) == 0 {
		return nil
	}
	return &out
}
