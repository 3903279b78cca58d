package weights

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// openVINOModel is a graph as OpenVINO writes it: two constants of which one is of a loop.
func openVINOModel() string {
	port := func(id int, dims ...int) string {
		out := fmt.Sprintf(`<port id="%d" precision="FP32">`, id)
		for _, d := range dims {
			out += fmt.Sprintf("<dim>%d</dim>", d)
		}
		return out + "</port>"
	}
	body := `<body><layers><layer id="0" name="c" type="Const" version="opset1"><data element_type="u4" shape="3" offset="16" size="2"/><output>` + port(0, 3) + `</output></layer>` +
		`<layer id="1" name="r" type="Result" version="opset1"><input>` + port(0, 3) + `</input></layer></layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/></edges></body>`
	return `<?xml version="1.0"?><net name="m" version="11"><layers>` +
		`<layer id="0" name="c" type="Const" version="opset1"><data element_type="f32" shape="2, 2" offset="0" size="16"/><output>` + port(0, 2, 2) + `</output></layer>` +
		`<layer id="1" name="l" type="Loop" version="opset5"><input>` + port(0, 2, 2) + `</input><output>` + port(1, -1) + `</output>` + body + `</layer>` +
		`<layer id="2" name="r" type="Result" version="opset1"><input>` + port(0, -1) + `</input></layer></layers>` +
		`<edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/><edge from-layer="1" from-port="1" to-layer="2" to-port="0"/></edges><rt_info><a value="b"/></rt_info></net>`
}

func TestOpenVINO(t *testing.T) {
	whole := openVINOModel()
	w, fs := parse(t, readOpenVINO, []byte(whole))
	if len(fs) > 0 || w.CoversFile != sbom.Yes || w.Metadata[openVINOData] != "18" || w.Metadata[openVINOExact] != "yes" {
		t.Errorf("%v, %+v", fs, w)
	}
	for _, tc := range []struct{ name, from, to, want string }{
		{"layer twice", `<layer id="2"`, `<layer id="1"`, `layer "1" of type "Result" stands twice`},
		{"layer without a number", `<layer id="2"`, `<layer id="x"`, `layer "x"`},
		{"port twice", `<port id="1"`, `<port id="0"`, `port "0" of layer 1 stands twice`},
		{"edge from nowhere", `from-layer="1"`, `from-layer="9"`, `begins at port "1" of layer "9"`},
		{"edge from an input", `from-layer="1" from-port="1"`, `from-layer="1" from-port="0"`, "which is no output"},
		{"edge to nowhere", `to-layer="2"`, `to-layer="7"`, `ends at port "0" of layer "7"`},
		{"input of two edges", `to-layer="2"`, `to-layer="1"`, "two edges end at"},
		{"input of no edge", `<edge from-layer="1" from-port="1" to-layer="2" to-port="0"/>`, "", "no edge ends at port 0 of layer 2"},
		{"input of no edge in a loop", `<edge from-layer="0" from-port="0" to-layer="1" to-port="0"/></edges></body>`, "</edges></body>", "no edge ends at port 0 of layer 1"},
		{"dimensions", "<dim>-1</dim>", "<dim>5</dim>", "an edge joins dimensions 5, to -1,"},
		{"dimension that is none", "<dim>-1</dim>", "<dim>x</dim>", `dimension of "x"`},
		{"text among layers", "</layers><edges>", "x</layers><edges>", "text stands in element layers"},
		{"size that is no number", `size="16"`, `size="-16"`, `offset "0" and size "-16"`},
		{"size of another shape", `size="16"`, `size="12"`, `shape "2, 2" and type f32 has 12 bytes`},
		{"shape that is none", `shape="2, 2"`, `shape="2, -2"`, `shape "2, -2"`},
		{"constants that overlap", `offset="16"`, `offset="15"`, "at 0 and 15 overlap"},
		{"no layers", whole[strings.Index(whole, "<layers>"):strings.LastIndex(whole, "</net>")], "<layers></layers>", "the graph has no layer"},
	} {
		broken := strings.Replace(whole, tc.from, tc.to, 1)
		if broken == whole {
			t.Fatalf("%s changes nothing", tc.name)
		}
		if _, fs := parse(t, readOpenVINO, []byte(broken)); len(fs) == 0 || !strings.Contains(fs[0].reason, tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, fs, tc.want)
		}
	}
	if _, fs := parse(t, readOpenVINO, []byte(strings.NewReplacer(`version="11"`, `version="7"`, `<layer id="2"`, `<layer id="1"`).Replace(whole))); len(fs) > 0 {
		t.Errorf("graph of an old version: %v", fs)
	}
}

// TestOpenVINOData holds the data file to the graph beside it.
func TestOpenVINOData(t *testing.T) {
	empty := `<net name="m" version="11"><layers><layer id="0" type="Parameter" version="opset1"/></layers><edges/></net>`
	for _, tc := range []struct {
		name    string
		graph   string
		content []byte
		want    string
	}{
		{"whole", openVINOModel(), make([]byte, 18), ""},
		{"cut", openVINOModel(), make([]byte, 17), "truncated"},
		{"bytes behind", openVINOModel(), make([]byte, 19), "disagreement"},
		{"empty", openVINOModel(), nil, "truncated"},
		{"empty, of a graph without constants", empty, nil, ""},
		{"first byte of a pickle", openVINOModel(), append([]byte("\x80\x55\xaa"), make([]byte, 15)...), ""},
		{"a pickle", openVINOModel(), append(evil(), 1, 2, 3), "disagreement"},
	} {
		inv := &sbom.Inventory{}
		for name, content := range map[string][]byte{"a/m.xml": []byte(tc.graph), "a/m.bin": tc.content} {
			inv.Keep(sbom.ScratchPaths, name)
			if err := modelCollector.Collect(t.Context(), sbom.NewFile(name, content), inv); err != nil {
				t.Fatal(err)
			}
		}
		linkExternal(inv)
		fail(t, tc.name, problems(inv.Problems), tc.want)
	}
}
