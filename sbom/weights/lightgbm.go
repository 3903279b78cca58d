package weights

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// lightGBMHeader are the lines of the header (gbdt_model_text.cpp, SaveModelToString) up
// to version v4; those that are true are words alone.
var lightGBMHeader = map[string]bool{
	"version": false, "num_class": false, "num_tree_per_iteration": false, "label_index": false, "max_feature_idx": false,
	"objective": false, "sigmoid": false, "average_output": true, "boost_from_average": true, "feature_names": false,
	"monotone_constraints": false, "feature_infos": false, "tree_sizes": false,
}

// isLightGBM recognises LightGBM's text model: its first line, or three of the lines
// that follow it where that one is damaged.
func isLightGBM(head []byte, _ int64) bool {
	lines := bytes.SplitN(head[:min(len(head), 512)], []byte("\n"), 9)
	found := 0
	for _, line := range lines {
		key, value, assigned := bytes.Cut(line, []byte("="))
		if _, known := lightGBMHeader[string(key)]; known && assigned && bytes.IndexByte(value, '"') < 0 {
			found++
		}
	}
	first := bytes.TrimRight(lines[0], "\r")
	return found >= 3 || string(first) == "tree" && found >= 1
}

const (
	// maxLightGBMLine bounds a line: the longest is an array of a tree, or the names of the
	// features, of which the largest seen have 3 MB.
	maxLightGBMLine = 32 << 20
	// maxLightGBMTrees bounds the sizes of trees that the header may list.
	maxLightGBMTrees = 4 << 20
)

// readLightGBM holds a model to what LightGBM's own loader needs of it (LoadModelFromString
// and the constructor of Tree): features as many as announced, trees where the header says
// they are, arrays as long as the tree has leaves, children that exist, and behind the
// trees the sections that the writer ends with.
func readLightGBM(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	m := &lightGBMText{in: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), cursorBuffer), header: map[string]string{}, seen: map[string]bool{}, keys: map[string]string{}}
	m.start()
	for m.trees(); m.err == nil && m.more; m.next() {
		m.section()
	}
	if m.err == nil {
		m.finish()
	}
	if m.err != nil {
		return -1, m.err
	}
	w.CoversFile = sbom.Yes
	return size, nil
}

// lightGBMText is the reading of one model, line by line.
type lightGBMText struct {
	in   *bufio.Reader
	err  error
	at   int64 // of the line
	pos  int64 // behind it
	line string
	more bool // there is a line
	cut  bool // the line has no end

	header  map[string]string
	version string
	columns int64   // features
	sizes   []int64 // of the trees, as the header says
	found   int     // trees
	tail    int64   // behind the last line of the last tree
	keys    map[string]string
	names   map[string]int  // features whose importance has not been read
	least   float64         // importance
	last    string          // the section, "" in the trees
	seen    map[string]bool // sections and parameters
}

func (m *lightGBMText) fail(code, format string, args ...any) {
	if m.err == nil {
		m.err = faultf(code, m.at, "LightGBM model: "+format+" at offset %d", append(args, m.at)...)
	}
}

// next reads a line.
func (m *lightGBMText) next() {
	m.at = m.pos
	var long []byte
	for m.err == nil {
		part, err := m.in.ReadSlice('\n')
		m.pos += int64(len(part))
		if err == bufio.ErrBufferFull {
			if long = append(long, part...); len(long) > maxLightGBMLine {
				m.fail("too_large", "a line exceeds maxLightGBMLine (%d)", maxLightGBMLine)
			}
			continue
		}
		long = append(long, part...)
		if m.more = len(long) > 0; m.more && err != nil && err != io.EOF {
			m.err = faultf("unreadable", m.pos, "read at offset %d: %v", m.pos, err)
		}
		m.cut = err != nil
		break
	}
	if bytes.IndexByte(long, 0) >= 0 {
		m.fail("malformed", "a line has a zero byte")
	}
	m.line = strings.TrimRight(string(long), "\r\n")
}

// old tells the versions whose fields are all known here; later ones may add some.
func (m *lightGBMText) old() bool { return m.version == "v2" || m.version == "v3" || m.version == "v4" }

// start reads the header up to the first tree.
func (m *lightGBMText) start() {
	if m.next(); m.line != "tree" {
		m.fail("malformed", "no line \"tree\"")
	}
	for m.next(); m.err == nil && m.more && !m.endsHeader(); m.next() {
		if m.line == "" {
			continue
		}
		key, value, assigned := strings.Cut(m.line, "=")
		bare, known := lightGBMHeader[key]
		if key == "version" {
			m.version = value
		}
		switch _, twice := m.header[key]; {
		case twice:
			m.fail("malformed", "line %q stands twice in the header", clip(key, 40))
		case !assigned && !bare, !known && m.old():
			m.fail("malformed", "line %q is none of a header", clip(key, 40))
		case assigned && strings.Contains(value, "=") && key != "feature_names" && key != "monotone_constraints":
			m.fail("malformed", "line %q has two values", clip(key, 40))
		}
		m.header[key] = value
	}
	if m.err == nil && !m.more {
		m.fail("truncated", "the header has no end")
	}
	if m.err == nil {
		m.checkHeader()
	}
}

func (m *lightGBMText) endsHeader() bool {
	return strings.HasPrefix(m.line, "Tree=") || m.line == "end of trees" || strings.HasPrefix(m.line, "feature importances:")
}

// checkHeader holds the header to the numbers in it.
func (m *lightGBMText) checkHeader() {
	for _, key := range []string{"version", "num_class", "label_index", "max_feature_idx", "feature_names"} {
		if _, ok := m.header[key]; !ok {
			m.fail("malformed", "no line %q in the header that ends", key)
			return
		}
	}
	for key, lowest := range map[string]int64{"num_class": 1, "num_tree_per_iteration": 1, "label_index": 0, "max_feature_idx": 0} {
		if text, ok := m.header[key]; ok {
			if n, err := strconv.ParseInt(text, 10, 32); err != nil || n < lowest {
				m.fail("malformed", "%s is %q in the header that ends", key, clip(text, 40))
			}
		}
	}
	if per, ok := m.header["num_tree_per_iteration"]; ok && per != m.header["num_class"] { // GBDT::Init
		m.fail("malformed", "%s trees in an iteration of %s classes in the header that ends", clip(per, 40), clip(m.header["num_class"], 40))
	}
	last, _ := strconv.ParseInt(m.header["max_feature_idx"], 10, 32)
	m.columns = last + 1
	for _, key := range []string{"feature_names", "feature_infos", "monotone_constraints"} {
		text, ok := m.header[key]
		if n := countFields(text); ok && n != m.columns {
			m.fail("malformed", "%d %s for %d features in the header that ends", n, key, m.columns)
		}
	}
	for info := range fieldsOf(m.header["feature_infos"]) {
		if !featureInfo(info) {
			m.fail("malformed", "feature_infos has %q in the header that ends", clip(info, 40))
		}
	}
	if text, ok := m.header["tree_sizes"]; ok && countFields(text) <= maxLightGBMTrees {
		for field := range fieldsOf(text) {
			n, err := strconv.ParseInt(field, 10, 48)
			if err != nil || n < 0 {
				m.fail("malformed", "tree_sizes has %q in the header that ends", clip(field, 40))
			}
			m.sizes = append(m.sizes, n)
		}
	}
}

// featureInfo tells the range of a feature: "none", "[low:high]" or its categories.
func featureInfo(s string) bool {
	if s == "none" {
		return true
	}
	inner, open := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if low, high, pair := strings.Cut(inner, ":"); open && closed {
		return pair && isFloat(low) && isFloat(high)
	}
	for part := range strings.SplitSeq(inner, ":") {
		if _, err := strconv.ParseInt(part, 10, 64); err != nil {
			return false
		}
	}
	return !open && !closed
}

// trees reads the trees; the cursor stands behind them then.
func (m *lightGBMText) trees() {
	_, listed := m.header["tree_sizes"]
	at := m.at
	for m.err == nil && strings.HasPrefix(m.line, "Tree=") {
		switch {
		case m.line != "Tree="+strconv.Itoa(m.found):
			m.fail("malformed", "no tree %d but %q", m.found, clip(m.line, 40))
		case listed && (m.found >= len(m.sizes) || m.at != at):
			m.fail("malformed", "no tree %d by tree_sizes", m.found)
		default:
			m.tree()
		}
		if listed && m.found < len(m.sizes) {
			at += m.sizes[m.found]
		}
		m.found++
	}
	if m.err != nil {
		return
	}
	if listed && (m.found != len(m.sizes) || m.found > 0 && (at < m.tail || at > m.at)) {
		m.fail("malformed", "the %d trees of tree_sizes do not end", len(m.sizes))
	}
	per, err := strconv.Atoi(m.header["num_tree_per_iteration"])
	if err == nil && per > 0 && m.found%per != 0 {
		m.fail("malformed", "%d trees are no iterations of %d, and end", m.found, per)
	}
}

// tree reads the lines of one tree and the blank lines behind it.
func (m *lightGBMText) tree() {
	clear(m.keys)
	begin := m.at
	for m.next(); m.err == nil && m.more && m.line != ""; m.next() {
		key, value, assigned := strings.Cut(m.line, "=")
		_, known := lightGBMTree[key]
		if _, twice := m.keys[key]; twice || !assigned || !known && m.old() {
			m.fail("malformed", "line %q is none of tree %d", clip(key, 40), m.found)
		}
		m.keys[key] = value
	}
	for m.tail = m.at; m.err == nil && m.more && m.line == ""; {
		m.next()
	}
	if m.err == nil {
		t := &lightGBMNodes{keys: m.keys, columns: m.columns}
		if t.check(); t.fault != "" {
			m.err = faultf("malformed", begin, "LightGBM model: tree %d at offset %d: %s", m.found, begin, t.fault)
		}
	}
}

// The sections behind the trees, in the order in which they are written.
var lightGBMSections = []string{"end of trees", "feature importances:", "feature_importances:", "parameters:", "end of parameters", "parser:", "end of parser"}

// section reads one line behind the trees.
func (m *lightGBMText) section() {
	if i := slices.Index(lightGBMSections, m.line); i >= 0 {
		if m.seen[m.line] || i < slices.Index(lightGBMSections, m.last) {
			m.fail("malformed", "section %q stands twice or too late", m.line)
		}
		m.seen[m.line], m.last = true, m.line
		return
	}
	if categories, ok := strings.CutPrefix(m.line, "pandas_categorical:"); ok {
		if m.last == "pandas_categorical" || !json.Valid([]byte(categories)) {
			m.fail("truncated", "the categories of pandas are no JSON")
		}
		m.last = "pandas_categorical"
		return
	}
	switch {
	case m.line == "" || m.last == "parser:":
	case m.last == "parameters:" && m.parameter():
	case strings.HasPrefix(m.last, "feature") && m.importance():
		if m.cut {
			m.fail("truncated", "the last importance has no end of its line")
		}
	default:
		m.fail("malformed", "line %q behind %q is none of a model", clip(m.line, 40), m.last)
	}
}

// importance tells a line "feature=importance": they fall, and a feature has one.
func (m *lightGBMText) importance() bool {
	if m.names == nil {
		m.names, m.least = map[string]int{}, math.Inf(1)
		for name := range fieldsOf(m.header["feature_names"]) {
			m.names[name]++
		}
	}
	i := max(0, strings.LastIndexByte(m.line, '='))
	value, err := strconv.ParseFloat(m.line[min(i+1, len(m.line)):], 64)
	if err != nil || m.names[m.line[:i]] == 0 || value > m.least {
		return false
	}
	m.names[m.line[:i]]--
	m.least = value
	return true
}

// lightGBMParameter begins what config_auto.cpp writes of each parameter.
var lightGBMParameter = regexp.MustCompile(`\[[a-z0-9_]+: `)

// lightGBMPath are the parameters whose value is a path, in the encoding of the system.
var lightGBMPath = regexp.MustCompile(`data|valid|file|model|result`)

// parameter tells a line "[name: value]" with one parameter that no line before it has.
func (m *lightGBMText) parameter() bool {
	found := lightGBMParameter.FindAllStringIndex(m.line, 2)
	if len(found) != 1 || found[0][0] != 0 || !strings.HasSuffix(m.line, "]") {
		return false
	}
	name := m.line[:found[0][1]]
	if m.seen[name] || !lightGBMPath.MatchString(name) && (!utf8.ValidString(m.line) || strings.ContainsFunc(m.line, unicode.IsControl)) {
		return false
	}
	m.seen[name] = true
	return true
}

// finish tells whether the sections are there with which the writer of a version ends.
func (m *lightGBMText) finish() {
	since3 := m.old() && m.version != "v2"
	switch {
	case !m.seen["end of trees"] && (since3 || !m.seen["feature importances:"] && !m.seen["feature_importances:"]):
		m.fail("truncated", "no end of trees")
	case !m.seen["end of parameters"] && (since3 || m.seen["parameters:"]):
		m.fail("truncated", "no end of parameters")
	case m.seen["parser:"] && !m.seen["end of parser"]:
		m.fail("truncated", "no end of parser")
	}
}
