// Package cyclonedx writes an Inventory as a CycloneDX ML-BOM and reads CycloneDX BOMs
// of others. It is the only package that knows the format's library.
//
// What it writes is a function of the inventory and the options alone: no clock, no
// random serial number, no path of the machine. It leaves out nothing silently: what
// could not be read is listed as a property and makes the composition incomplete.
package cyclonedx

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Format is the serialisation of a BOM.
type Format string

// The formats.
const (
	JSON Format = "json"
	XML  Format = "xml"
)

// Options configures Encode. The zero value writes CycloneDX 1.6 as JSON.
type Options struct {
	Spec      string // "1.6" or "1.7"; "" is 1.6, which every consumer reads
	Format    Format // "" is JSON
	Version   string // of mlpolicy, for metadata.tools
	Timestamp string // RFC 3339; "" writes none
}

const (
	// maxOccurrences bounds evidence.occurrences of one component; a name used more often
	// is a constant of the code base, and further places say nothing new.
	maxOccurrences = 500
	// maxNotes bounds the problems and unresolved references listed as properties; the
	// exact numbers are properties of their own.
	maxNotes = 200

	subjectRef = "mlpolicy:subject"
	prefix     = "mlpolicy:"
)

var specs = map[string]cdx.SpecVersion{"": cdx.SpecVersion1_6, "1.6": cdx.SpecVersion1_6, "1.7": cdx.SpecVersion1_7}

// Encode writes the ML-BOM of the inventory.
func Encode(w io.Writer, inv *sbom.Inventory, opts Options) error {
	spec, ok := specs[opts.Spec]
	if !ok {
		return fmt.Errorf("CycloneDX %q is not written; 1.6 and 1.7 are", opts.Spec)
	}
	bom, err := build(inv, spec, opts)
	if err != nil {
		return err
	}
	switch opts.Format {
	case "", JSON:
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(bom)
	case XML:
		return cdx.NewBOMEncoder(w, cdx.BOMFileFormatXML).SetPretty(true).Encode(bom)
	}
	return fmt.Errorf("format %q is not written; json and xml are", opts.Format)
}

// Document returns the ML-BOM as plain JSON values: the bom section of the input.
func Document(inv *sbom.Inventory, opts Options) (map[string]any, error) {
	opts.Format = JSON
	var b bytes.Buffer
	if err := Encode(&b, inv, opts); err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		return nil, fmt.Errorf("read back the BOM: %w", err)
	}
	return doc, nil
}

func build(inv *sbom.Inventory, spec cdx.SpecVersion, opts Options) (*cdx.BOM, error) {
	b := newBuilder(inv, spec)
	bom := cdx.NewBOM()
	bom.SpecVersion = spec
	bom.JSONSchema = "http://cyclonedx.org/schema/bom-" + spec.String() + ".schema.json"
	bom.XMLNS = "http://cyclonedx.org/schema/bom/" + spec.String()
	bom.Metadata = b.metadata(opts)
	components := b.components()
	if len(components) > 0 {
		bom.Components = &components
	}
	dependencies := b.dependencies()
	bom.Dependencies = &dependencies
	bom.Compositions = b.compositions()
	bom.Properties = propertyList(b.notes())
	// The serial number names this content: other facts, tool or format version, other
	// number (RFC 9562, version 8: a digest of our own choice).
	content, err := json.Marshal(bom)
	if err != nil {
		return nil, fmt.Errorf("encode BOM: %w", err)
	}
	bom.SerialNumber = serial(sha256.Sum256(content))
	return bom, nil
}

func serial(sum [sha256.Size]byte) string {
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func (b *builder) metadata(opts Options) *cdx.Metadata {
	s := b.inv.Subject
	root := &cdx.Component{BOMRef: subjectRef, Type: cdx.ComponentTypeApplication, Name: subjectName(s.Name), Version: s.Revision}
	props := [][2]string{{"source-kind", s.Kind}}
	for _, alg := range sortedKeys(s.Digests) {
		props = append(props, [2]string{"source-digest:" + alg, s.Digests[alg]})
	}
	root.Properties = propertyList(props)
	tool := cdx.Component{Type: cdx.ComponentTypeApplication, Name: "mlpolicy", Version: opts.Version}
	return &cdx.Metadata{
		Timestamp: opts.Timestamp, Component: root,
		Tools:      &cdx.ToolsChoice{Components: &[]cdx.Component{tool}},
		Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhasePreBuild}},
	}
}

// subjectName is the name of the source without the directories of this machine.
func subjectName(name string) string {
	clean := strings.TrimRight(strings.ReplaceAll(name, `\`, "/"), "/")
	if strings.HasPrefix(clean, "/") || strings.Contains(clean, "/../") || strings.HasPrefix(clean, "../") || len(clean) > 1 && clean[1] == ':' {
		clean = clean[strings.LastIndexByte(clean, '/')+1:]
	}
	if clean == "" || clean == "." || clean == ".." {
		return "source"
	}
	return clean
}

// compositions says how complete the list is: a reading of files can never claim that
// it is complete, only whether something is known to be missing.
func (b *builder) compositions() *[]cdx.Composition {
	aggregate := cdx.CompositionAggregateUnknown
	if len(b.inv.Problems) > 0 || b.unresolved() > 0 {
		aggregate = cdx.CompositionAggregateIncomplete
	}
	return &[]cdx.Composition{{Aggregate: aggregate, Assemblies: &[]cdx.BOMReference{subjectRef}, Dependencies: &[]cdx.BOMReference{subjectRef}}}
}

func (b *builder) unresolved() int {
	n := 0
	for i := range b.inv.References {
		if b.inv.References[i].State == sbom.StateUnresolved {
			n++
		}
	}
	return n
}

// notes are the properties of the whole BOM: what is known to be missing.
func (b *builder) notes() [][2]string {
	var out [][2]string
	for _, family := range sbom.Families {
		if c, ok := b.inv.Collected[family]; ok && !c.Looked && c.Reason == "" {
			out = append(out, [2]string{"not-collected", string(family)})
		}
	}
	if n := len(b.inv.Problems); n > 0 {
		out = append(out, [2]string{"problems", fmt.Sprint(n)})
	}
	for i := range min(len(b.inv.Problems), maxNotes) {
		p := &b.inv.Problems[i]
		out = append(out, [2]string{"problem", fmt.Sprintf("%s: %s (%s): %s", place(sbom.At{Path: p.Path, Line: p.Line}), p.Code, p.Family, p.Reason)})
	}
	if n := b.unresolved(); n > 0 {
		out = append(out, [2]string{"unresolved-references", fmt.Sprint(n)})
	}
	listed := 0
	for i := range b.inv.References {
		r := &b.inv.References[i]
		if r.State == sbom.StateUnresolved && listed < maxNotes {
			listed++
			out = append(out, [2]string{"unresolved-reference", fmt.Sprintf("%s: %s %s via %s", place(r.At), r.Kind, r.Role, r.Loader)})
		}
	}
	return out
}

func place(at sbom.At) string {
	if at.Line > 0 {
		return fmt.Sprintf("%s:%d", at.Path, at.Line)
	}
	return at.Path
}

// propertyList makes properties under our prefix, leaving out empty values.
func propertyList(pairs [][2]string) *[]cdx.Property {
	var out []cdx.Property
	for _, p := range pairs {
		if p[1] != "" {
			out = append(out, cdx.Property{Name: prefix + p[0], Value: text(p[1])})
		}
	}
	if len(out) == 0 {
		return nil
	}
	return &out
}

// text makes a value that both JSON and XML 1.0 can carry (XML 1.0, "Characters").
func text(s string) string {
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return 0xfffd
		}
		return r
	}, s), "\ufffd")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
