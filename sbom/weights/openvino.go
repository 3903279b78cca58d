package weights

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func isOpenVINO(head []byte, _ int64) bool {
	return bytes.Contains(head, []byte("<net ")) && bytes.Contains(head, []byte("<layers"))
}

const (
	// openVINOData is the metadata key of the bytes that a graph needs of its data file.
	openVINOData = "openvino.data_bytes"
	// openVINOExact is set beside it where the data file ends with the last of them.
	openVINOExact = "openvino.data_exact"
	// maxLayers bounds the layers and constants of a graph; the largest seen have 30,000.
	maxLayers = 1 << 20
)

// readOpenVINO reads an OpenVINO IR (docs, "OpenVINO IR format"): a layer that is of an
// opset of its own comes from a library that the loader has to be given. The graph is held
// to itself: edges join ports that layers have, every input has one, and the constants
// lie beside each other in the data file.
func readOpenVINO(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	o := &openVINO{w: w}
	end, err = readXML(r, size, w, xmlVisitor{o.start, o.end, o.text})
	if err == nil {
		o.constants()
		if err = o.err; err != nil {
			end = -1
		}
	}
	if o.needs > 0 || o.version >= 10 {
		setMetadata(w, openVINOData, strconv.FormatInt(o.needs, 10))
	}
	if o.version >= 10 && o.err == nil && !o.odd {
		setMetadata(w, openVINOExact, "yes")
	}
	return end, err
}

type openVINO struct {
	w       *sbom.Weights
	err     error
	version int64
	path    []string // names of the open elements
	graphs  []*openVINOGraph
	data    [][2]int64 // offset and size of each constant
	needs   int64      // bytes of the data file
	odd     bool       // a constant says no place that could be read
}

// openVINOGraph is a graph: that of the net, or the body of a loop.
type openVINOGraph struct {
	depth int // of the element around its layers
	ports map[string]map[string]bool
	edges map[string]bool // inputs that an edge leads to
	layer string
	input map[string]int64
	port  string            // the last one, with its layer
	dims  map[string]string // of each port
}

func (o *openVINO) fail(at int64, format string, args ...any) {
	if o.err == nil && o.version >= 10 { // before, other tools wrote graphs of their own
		o.err = faultf("malformed", at, "OpenVINO: "+format+" at offset %d", append(args, at)...)
	}
}

func (o *openVINO) graph() *openVINOGraph {
	if len(o.graphs) == 0 {
		return nil
	}
	return o.graphs[len(o.graphs)-1]
}

func (o *openVINO) start(e xml.StartElement, at int64) {
	parent := ""
	if n := len(o.path); n > 0 {
		parent = o.path[n-1]
	}
	o.path = append(o.path, e.Name.Local)
	if offset, n := attribute(e, "offset"), attribute(e, "size"); offset != "" && n != "" {
		o.constant(offset, n, e, at)
	}
	g := o.graph()
	switch name := e.Name.Local; {
	case name == "net" && len(o.path) == 1:
		o.version, _ = strconv.ParseInt(attribute(e, "version"), 10, 32)
	case name == "layers":
		o.graphs = append(o.graphs, &openVINOGraph{depth: len(o.path) - 1, ports: map[string]map[string]bool{}, edges: map[string]bool{}, input: map[string]int64{}, dims: map[string]string{}})
	case name == "layer":
		o.layer(e, g, parent, at)
	case g == nil:
	case name == "port" && (parent == "input" || parent == "output"):
		o.addPort(e, g, parent, at)
	case name == "edge" && parent == "edges":
		o.edge(e, g, at)
	}
}

func (o *openVINO) layer(e xml.StartElement, g *openVINOGraph, parent string, at int64) {
	kind, version := attribute(e, "type"), attribute(e, "version")
	if !strings.HasPrefix(version, "opset") && version != "experimental" && version != "" && version != "ie_internal_opset" {
		addOperator(o.w, kind, version, "custom", at)
	}
	id := attribute(e, "id")
	if g == nil || parent != "layers" || len(g.ports) >= maxLayers {
		return
	}
	if _, err := strconv.ParseUint(id, 10, 63); err != nil || g.ports[id] != nil || kind == "" {
		o.fail(at, "layer %q of type %q stands twice or has no id or type", clip(id, 40), clip(kind, 40))
	}
	g.layer, g.ports[id] = id, map[string]bool{}
}

func (o *openVINO) addPort(e xml.StartElement, g *openVINOGraph, side string, at int64) {
	g.port = ""
	ports := g.ports[g.layer]
	id := attribute(e, "id")
	if ports == nil || len(o.path) != g.depth+4 { // layers, layer, output, port
		return
	}
	if _, twice := ports[id]; twice || id == "" {
		o.fail(at, "port %q of layer %s stands twice or has no id", clip(id, 40), clip(g.layer, 40))
	}
	ports[id] = side == "output"
	g.port = g.layer + ":" + id
	if side == "input" {
		g.input[g.port] = at
	}
}

func (o *openVINO) edge(e xml.StartElement, g *openVINOGraph, at int64) {
	from, fromPort, to, toPort := attribute(e, "from-layer"), attribute(e, "from-port"), attribute(e, "to-layer"), attribute(e, "to-port")
	if output, there := g.ports[from][fromPort]; !there || !output {
		o.fail(at, "an edge begins at port %q of layer %q, which is no output", clip(fromPort, 40), clip(from, 40))
	}
	if output, there := g.ports[to][toPort]; !there || output {
		o.fail(at, "an edge ends at port %q of layer %q, which is no input", clip(toPort, 40), clip(to, 40))
	}
	key := to + ":" + toPort
	if g.edges[key] {
		o.fail(at, "two edges end at port %q of layer %q", clip(toPort, 40), clip(to, 40))
	}
	g.edges[key] = true
	if a, b := g.dims[from+":"+fromPort], g.dims[key]; a != b {
		o.fail(at, "an edge joins dimensions %s to %s", clip(a, 40), clip(b, 40))
	}
}

// openVINOElements hold other elements, and no text.
var openVINOElements = map[string]bool{"net": true, "layers": true, "layer": true, "data": true, "input": true, "output": true, "port": true, "edges": true, "edge": true, "body": true}

// text holds text to elements that have some: of a graph, the dimensions of a port.
func (o *openVINO) text(t []byte, at int64) {
	name := o.path[len(o.path)-1]
	if openVINOElements[name] {
		o.fail(at, "text stands in element %s", name)
	}
	g := o.graph()
	if name != "dim" || g == nil || g.port == "" || len(o.path) != g.depth+5 {
		return
	}
	if s := string(bytes.TrimSpace(t)); strings.Trim(s, "0123456789-.?") != "" {
		o.fail(at, "a port has a dimension of %q", clip(s, 40))
	} else {
		g.dims[g.port] += s + ","
	}
}

// end leaves an element; with the one around its layers a graph ends.
func (o *openVINO) end(at int64) {
	o.path = o.path[:max(0, len(o.path)-1)]
	g := o.graph()
	if g == nil || len(o.path) >= g.depth {
		return
	}
	o.graphs = o.graphs[:len(o.graphs)-1]
	for _, key := range sortedKeys(g.input) {
		if !g.edges[key] && len(g.ports) < maxLayers {
			layer, port, _ := strings.Cut(key, ":")
			o.fail(g.input[key], "no edge ends at port %s of layer %s", clip(port, 40), clip(layer, 40))
			return
		}
	}
	if g.depth == 1 && len(g.ports) == 0 {
		o.fail(at, "the graph has no layer and ends")
	}
}

// openVINOBits is the size of an element by the names of ov::element::Type.
var openVINOBits = map[string]int64{
	"f64": 64, "f32": 32, "f16": 16, "bf16": 16, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i4": 4, "u64": 64, "u32": 32, "u16": 16, "u8": 8,
	"u4": 4, "u2": 2, "u1": 1, "boolean": 8, "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8, "f4e2m1": 4, "nf4": 4,
}

// constant notes the place of a constant in the data file, and compares its size with
// its shape.
func (o *openVINO) constant(offset, size string, e xml.StartElement, at int64) {
	from, err1 := strconv.ParseInt(offset, 10, 62)
	n, err2 := strconv.ParseInt(size, 10, 62)
	if err1 != nil || err2 != nil || from < 0 || n < 0 || from > 1<<60 || n > 1<<60 {
		o.odd = true
		o.fail(at, "a constant has offset %q and size %q", clip(offset, 40), clip(size, 40))
		return
	}
	o.needs = max(o.needs, from+n)
	if len(o.data) < maxLayers && n > 0 {
		o.data = append(o.data, [2]int64{from, n})
	}
	bits, known := openVINOBits[attribute(e, "element_type")]
	text, shaped := findAttribute(e, "shape")
	if !known || !shaped {
		return
	}
	count := bits
	for field := range strings.SplitSeq(text, ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue // a scalar
		}
		d, err := strconv.ParseInt(field, 10, 62)
		if err != nil || d < 0 {
			o.fail(at, "a constant has shape %q", clip(text, 80))
			return
		}
		count, _ = mulSat(count, d)
	}
	if have, _ := mulSat(n, 8); have < count || have-count >= 8 {
		o.fail(at, "a constant of shape %q and type %s has %d bytes", clip(text, 80), attribute(e, "element_type"), n)
	}
}

// constants holds the places of the constants to writers, which give each its own, or
// the same to all that have the same content.
func (o *openVINO) constants() {
	slices.SortFunc(o.data, func(a, b [2]int64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for i := 1; i < len(o.data); i++ {
		before, here := o.data[i-1], o.data[i]
		if here != before && here[0] < before[0]+before[1] {
			o.fail(here[0], "constants of %d bytes at %d and %d overlap in the data file", here[1], before[0], here[0])
			return
		}
	}
}

func findAttribute(e xml.StartElement, name string) (value string, ok bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// linkOpenVINO compares the data file of an OpenVINO graph with what its constants need.
func linkOpenVINO(inv *sbom.Inventory) {
	graphs := map[string]*sbom.Weights{}
	for i := range inv.Weights {
		if w := &inv.Weights[i]; w.Format == "openvino" && strings.HasSuffix(w.Path, ".xml") {
			graphs[strings.TrimSuffix(w.Path, ".xml")+".bin"] = w
		}
	}
	for i := range inv.Weights {
		w := &inv.Weights[i]
		graph := graphs[w.Path]
		if graph == nil || w.Format != "raw" {
			continue
		}
		needs, err := strconv.ParseInt(graph.Metadata[openVINOData], 10, 64)
		switch {
		case err != nil:
		case w.SizeBytes < needs:
			w.Content = "partial"
			inv.AddProblem(sbom.At{Path: w.Path, Offset: w.SizeBytes}, sbom.FamilyWeights, "truncated", fmt.Sprintf("tensors need %d bytes, the file has %d", needs, w.SizeBytes))
		case w.SizeBytes > needs && graph.Metadata[openVINOExact] == "yes":
			w.Content = "partial"
			inv.AddProblem(sbom.At{Path: w.Path, Offset: needs}, sbom.FamilyWeights, "disagreement", fmt.Sprintf("%d bytes follow what the graph says of the file", w.SizeBytes-needs))
		}
	}
}
