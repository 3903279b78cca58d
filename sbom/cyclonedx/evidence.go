package cyclonedx

import (
	"cmp"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// confidences are the figures CycloneDX wants for our words; they order, no more.
var confidences = map[string]float32{"high": 0.9, "medium": 0.6, "low": 0.3}

// evidence says where a component was found and how sure that is.
func (b *builder) evidence(c *sbom.Component) *cdx.Evidence {
	out := &cdx.Evidence{Identity: b.identity(c)}
	type key struct {
		path   string
		line   int
		symbol string
	}
	seen := map[key]bool{}
	var occurrences []cdx.EvidenceOccurrence
	see := func(at sbom.At, symbol, how string) {
		k := key{at.Path, at.Line, symbol}
		if at.Path == "" || seen[k] {
			return
		}
		seen[k] = true
		o := cdx.EvidenceOccurrence{Location: text(at.Path), Symbol: text(symbol), AdditionalContext: text(how)}
		if at.Line > 0 {
			line := at.Line
			o.Line = &line
		}
		occurrences = append(occurrences, o)
	}
	for _, r := range b.references[c.Ref] {
		see(r.At, r.Loader, r.How)
	}
	for _, p := range b.packages[c.Ref] {
		see(p.At, "", p.Source)
	}
	if !slices.ContainsFunc(occurrences, func(o cdx.EvidenceOccurrence) bool { return o.Location == c.At.Path }) {
		see(c.At, "", "")
	}
	slices.SortStableFunc(occurrences, func(a, b cdx.EvidenceOccurrence) int {
		return cmp.Or(strings.Compare(a.Location, b.Location), number(a.Line)-number(b.Line), strings.Compare(a.Symbol, b.Symbol))
	})
	if len(occurrences) > maxOccurrences {
		occurrences = occurrences[:maxOccurrences]
	}
	if len(occurrences) > 0 {
		out.Occurrences = &occurrences
	}
	return out
}

func number(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// identity names the field the component was recognised by and the techniques that
// named it, the surest first.
func (b *builder) identity(c *sbom.Component) *cdx.EvidenceIdentityChoice {
	field := cdx.EvidenceIdentityFieldTypeName
	if c.Purl != "" {
		field = cdx.EvidenceIdentityFieldTypePURL
	}
	best := map[cdx.EvidenceIdentityTechnique]float32{}
	note := func(t cdx.EvidenceIdentityTechnique, confidence float32) { best[t] = max(best[t], confidence) }
	for _, r := range b.references[c.Ref] {
		note(technique(r), cmp.Or(confidences[r.Confidence], 0.6))
	}
	if len(b.packages[c.Ref]) > 0 {
		note(cdx.EvidenceIdentityTechniqueManifestAnalysis, 1)
	}
	if len(b.weights[c.Ref]) > 0 {
		note(cdx.EvidenceIdentityTechniqueBinaryAnalysis, 0.9)
	}
	if len(best) == 0 {
		note(cdx.EvidenceIdentityTechniqueManifestAnalysis, 0.6)
	}
	var methods []cdx.EvidenceIdentityMethod
	for t, confidence := range best {
		methods = append(methods, cdx.EvidenceIdentityMethod{Technique: t, Confidence: &confidence})
	}
	slices.SortFunc(methods, func(a, b cdx.EvidenceIdentityMethod) int {
		return cmp.Or(cmp.Compare(*b.Confidence, *a.Confidence), strings.Compare(string(a.Technique), string(b.Technique)))
	})
	overall := *methods[0].Confidence
	return &cdx.EvidenceIdentityChoice{Identities: &[]cdx.EvidenceIdentity{{Field: field, Confidence: &overall, Methods: &methods}}}
}

// technique tells code from configuration by the file that holds the reference.
func technique(r *sbom.Reference) cdx.EvidenceIdentityTechnique {
	switch ext := r.At.Path[strings.LastIndexByte(r.At.Path, '.')+1:]; strings.ToLower(ext) {
	case "py", "pyi", "ipynb", "js", "ts", "tsx", "jsx", "mjs", "go", "rs", "java", "kt", "scala", "r", "jl", "cpp", "cc", "c", "cs", "sh", "bash":
		return cdx.EvidenceIdentityTechniqueSourceCodeAnalysis
	}
	return cdx.EvidenceIdentityTechniqueManifestAnalysis
}
