package cyclonedx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	sha    = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	commit = "0123456789abcdef0123456789abcdef01234567"
)

// inventory is one of each kind, with what tends to break a BOM: an ancestor that is
// not there, a licence SPDX does not know, an unreadable file, characters XML refuses.
func inventory() *sbom.Inventory {
	inv := &sbom.Inventory{Subject: sbom.Subject{Kind: "directory", Name: "/home/someone/project", Revision: commit, Digests: map[string]string{"sha256": sha}, Public: sbom.Unstated}}
	inv.Collected = map[sbom.Family]sbom.Collected{sbom.FamilyComponents: {Looked: true}, sbom.FamilyDatasets: {}}
	base := sbom.Component{
		Ref: "pkg:huggingface/meta-llama/Llama-3@" + commit, Kind: "model", Role: "base", Namespace: "meta-llama", Name: "meta-llama/Llama-3", Version: commit, Revision: commit,
		Purl: "pkg:huggingface/meta-llama/Llama-3@" + commit, Host: "huggingface", Licenses: []string{"llama3"}, Pinned: sbom.Yes,
		Properties: map[string]string{"task": "text-generation", "architecture": "LlamaForCausalLM"}, At: sbom.At{Path: "train.py", Line: 3},
	}
	adapter := sbom.Component{
		Ref: "path:out", Kind: "adapter", Role: "output", Name: "out", Host: "source", DerivedFrom: []string{base.Ref, "gone"}, Datasets: []string{"hf:data", "gone"},
		Digests: map[string]string{"sha256": sha, "sha1": "short"}, Licenses: []string{"apache-2.0", "MIT"}, Pinned: sbom.Unstated,
		Files:      []string{"out/adapter_model.safetensors", "out/adapter_config.json"},
		Properties: map[string]string{"peft_type": "LORA", "lora_r": "8", "relation": "adapter"}, At: sbom.At{Path: "out/adapter_config.json", Line: 1},
	}
	inv.Components = []sbom.Component{
		adapter, base,
		{Ref: "hf:data", Kind: "dataset", Role: "train", Namespace: "org", Name: "org/data", Host: "huggingface", Revision: "main", Pinned: sbom.No, Licenses: []string{"MIT OR Apache-2.0"}},
		{Ref: "pkg:pypi/torch@2.1.0", Kind: "package", Role: "dependency", Name: "torch", Version: "2.1.0", Purl: "pkg:pypi/torch@2.1.0", Host: "pypi", Pinned: sbom.Yes, Properties: map[string]string{"framework": "true"}},
		{Ref: "pkg:pypi/numpy", Kind: "package", Name: "numpy", Purl: "pkg:pypi/numpy", Host: "pypi", Pinned: sbom.No, Properties: map[string]string{"constraint": ">=1,<2", "url": "file:///home/someone/x"}},
		{Ref: "tok", Kind: "tokenizer", Name: "tok"}, {Ref: "prompt", Kind: "prompt", Name: "system.txt", Files: []string{"system.txt"}}, {Ref: "img", Kind: "image", Name: "vllm/vllm-openai"},
	}
	inv.References = []sbom.Reference{
		{Kind: "model", Name: "meta-llama/Llama-3", State: sbom.StateResolved, How: "call", Loader: "AutoModel.from_pretrained", Confidence: "high", TrustRemoteCode: sbom.Yes, Component: base.Ref, At: sbom.At{Path: "train.py", Line: 9, Column: 4}},
		{Kind: "model", Name: "meta-llama/Llama-3", State: sbom.StateResolved, How: "yaml", Loader: "model\x01name", Confidence: "medium", Component: base.Ref, At: sbom.At{Path: "cfg.yaml", Line: 2}},
		{Kind: "model", State: sbom.StateUnresolved, Loader: "load", Role: "base", At: sbom.At{Path: "serve.py", Line: 5}},
	}
	inv.Packages = []sbom.Package{{Name: "torch", Version: "2.1.0", Source: "lock", Component: "pkg:pypi/torch@2.1.0", At: sbom.At{Path: "uv.lock", Line: 30}}}
	inv.Weights = []sbom.Weights{
		{Path: "out/adapter_model.safetensors", Format: "safetensors", SHA256: sha, DigestSource: "computed", Content: "read", Executable: sbom.No, Component: "path:out"},
		{Path: "old/model.bin", Format: "pickle", SHA256: sha, DigestSource: "lfs_pointer", Executable: sbom.Yes, Component: "gone"},
	}
	inv.AddProblem(sbom.At{Path: "broken.safetensors", Offset: 8}, sbom.FamilyWeights, "truncated", "header ends early")
	return inv
}

func encode(t testing.TB, inv *sbom.Inventory, opts Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, inv, opts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var schemaDir = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	return filepath.Join(strings.TrimSpace(string(out)), "schema"), err
})

func schemaFile(t testing.TB, name string) any {
	t.Helper()
	dir, err := schemaDir()
	if err != nil {
		t.Skipf("the module that ships the schemas cannot be found: %v", err)
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func schema(t testing.TB, spec string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	const root = "http://cyclonedx.org/schema/"
	for url, name := range map[string]string{
		"bom-" + spec + ".schema.json": "bom-" + spec + ".schema.json", "spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		if err := c.AddResource(root+url, schemaFile(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	// The module does not ship the lists of algorithms and curves that 1.7 refers to; we
	// write no cryptographic assets, so any name will do.
	names := map[string]any{"definitions": map[string]any{"algorithmFamiliesEnum": map[string]any{"type": "string"}, "ellipticCurvesEnum": map[string]any{"type": "string"}}}
	if err := c.AddResource(root+"cryptography-defs.schema.json", names); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(root + "bom-" + spec + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t testing.TB, spec string, doc []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return schema(t, spec).Validate(v)
}

func TestValidAgainstSchema(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{"1.6", "1.7"} {
		for name, inv := range map[string]*sbom.Inventory{"full": inventory(), "empty": {}} {
			doc := encode(t, inv, Options{Spec: spec, Version: "1.0.0"})
			if err := validate(t, spec, doc); err != nil {
				t.Errorf("%s %s: %v\n%s", spec, name, err, doc)
			}
			bad := bytes.Replace(doc, []byte(`"type": "application"`), []byte(`"type": "model"`), 1)
			if validate(t, spec, bad) == nil {
				t.Errorf("%s %s: the schema accepts an unknown component type, so it checks nothing", spec, name)
			}
		}
	}
}

func TestLicenceListIsTheSchemas(t *testing.T) {
	t.Parallel()
	var want []string
	for _, id := range schemaFile(t, "spdx.schema.json").(map[string]any)["enum"].([]any) {
		want = append(want, id.(string))
	}
	got := strings.Fields(spdxText)
	if diff := cmp.Diff(unique(want), got); diff != "" {
		t.Errorf("spdx.txt and the schema differ (-schema +ours):\n%s", diff)
	}
}

// walk visits every object of a JSON document.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, child := range v {
			walk(child, visit)
		}
	case []any:
		for _, child := range v {
			walk(child, visit)
		}
	}
}

func TestNoDanglingOrDuplicateReference(t *testing.T) {
	t.Parallel()
	doc, err := Document(inventory(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	walk(doc, func(o map[string]any) {
		if ref, ok := o["bom-ref"].(string); ok {
			if known[ref] {
				t.Errorf("bom-ref %s twice", ref)
			}
			known[ref] = true
		}
	})
	check := func(where string, v any) {
		if ref, ok := v.(string); ok && !known[ref] {
			t.Errorf("%s names %q, which is no bom-ref", where, ref)
		}
	}
	walk(doc, func(o map[string]any) {
		if _, isLicence := o["id"]; !isLicence {
			check("ref", o["ref"])
		}
		for _, key := range []string{"dependsOn", "assemblies"} {
			if l, ok := o[key].([]any); ok {
				for _, v := range l {
					check(key, v)
				}
			}
		}
	})
	if doc["dependencies"] == nil {
		t.Error("dependencies is null")
	}
	empty, err := Document(&sbom.Inventory{}, Options{})
	if err != nil || empty["dependencies"] == nil {
		t.Errorf("empty inventory: dependencies %v, error %v", empty["dependencies"], err)
	}
}

func TestMapping(t *testing.T) {
	t.Parallel()
	text := string(encode(t, inventory(), Options{Version: "1.0.0"}))
	for _, want := range []string{
		`"pedigree": {`, `"type": "machine-learning-model"`, `"mlpolicy:trust-remote-code"`, `"line": 9`, `"location": "train.py"`,
		`"technique": "source-code-analysis"`, `"technique": "hash-comparison"`, `"id": "Apache-2.0"`, `"name": "llama3"`,
		`"expression": "MIT OR Apache-2.0"`, `"mlpolicy:peft-type"`, `"aggregate": "incomplete"`, `"mlpolicy:unresolved-reference"`,
		`broken.safetensors: truncated (weights): header ends early`, `"mlpolicy:unresolved-ancestor"`, `"mlpolicy:constraint"`, `"name": "project"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the BOM", want)
		}
	}
	for _, never := range []string{"/home/someone", "#L", `"timestamp"`, `"isExternal"`, "null"} {
		if strings.Contains(text, never) {
			t.Errorf("%s in the BOM", never)
		}
	}
	clean := inventory()
	clean.Problems, clean.References = nil, nil
	if strings.Contains(string(encode(t, clean, Options{})), `"incomplete"`) {
		t.Error("a BOM without problems says that it is incomplete")
	}
	if !strings.Contains(string(encode(t, inventory(), Options{Spec: "1.7"})), `"isExternal": true`) {
		t.Error("1.7: a model on a hub is not external")
	}
	if err := Encode(&bytes.Buffer{}, clean, Options{Spec: "1.5"}); err == nil {
		t.Error("1.5 was written")
	}
}

func TestSameInputSameBytes(t *testing.T) {
	for _, format := range []Format{JSON, XML} {
		want := encode(t, inventory(), Options{Format: format})
		for procs := 1; procs <= 2; procs++ {
			before := runtime.GOMAXPROCS(procs)
			for range 10 {
				if !bytes.Equal(want, encode(t, inventory(), Options{Format: format})) {
					t.Errorf("%s: another run gave other bytes", format)
				}
			}
			runtime.GOMAXPROCS(before)
		}
	}
	changed := inventory()
	changed.Components[0].Name = "other"
	serialOf := func(inv *sbom.Inventory) any {
		doc, err := Document(inv, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return doc["serialNumber"]
	}
	if serialOf(changed) == serialOf(inventory()) {
		t.Error("other content has the same serial number")
	}
}

// The order of the inventory's sections must not matter for what is sorted.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, format := range []Format{JSON, XML} {
		doc := encode(t, inventory(), Options{Format: format})
		bom, err := Read(bytes.NewReader(doc))
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		inv := bom.Inventory()
		var got []string
		for _, c := range inv.Components {
			got = append(got, fmt.Sprintf("%s %s %s %s@%s from=%v data=%v pinned=%s files=%d", c.Kind, c.Role, c.Ref, c.Name, c.Version, c.DerivedFrom, c.Datasets, c.Pinned, len(c.Files)))
		}
		base := "pkg:huggingface/meta-llama/Llama-3@" + commit
		want := []string{
			"dataset train hf:data org/data@ from=[] data=[] pinned=no files=0",
			"image  img vllm/vllm-openai@ from=[] data=[] pinned=unstated files=0",
			"adapter output path:out out@ from=[" + base + "] data=[hf:data] pinned=unstated files=2",
			"model base " + base + " meta-llama/Llama-3@" + commit + " from=[] data=[] pinned=yes files=0",
			"package  pkg:pypi/numpy numpy@ from=[] data=[] pinned=no files=0",
			"package dependency pkg:pypi/torch@2.1.0 torch@2.1.0 from=[] data=[] pinned=yes files=0",
			"prompt  prompt system.txt@ from=[] data=[] pinned=unstated files=1",
			"tokenizer  tok tok@ from=[] data=[] pinned=unstated files=0",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: components (-want +got):\n%s", format, diff)
		}
		if len(inv.Weights) != 2 || inv.Weights[1].SHA256 != sha || len(inv.Packages) != 2 || len(inv.Problems) != 1 {
			t.Errorf("%s: %d weights, %d packages, %d problems; want 2, 2, 1", format, len(inv.Weights), len(inv.Packages), len(inv.Problems))
		}
		if c := inv.Components[2]; c.Properties["lora_r"] != "8" || c.Digests["sha256"] != sha {
			t.Errorf("%s: adapter lost its facts: %v %v", format, c.Properties, c.Digests)
		}
		again := encode(t, inv, Options{})
		if err := validate(t, "1.6", again); err != nil {
			t.Errorf("%s: written again: %v", format, err)
		}
	}
}

func TestReadKeepsWhatTheLibraryDrops(t *testing.T) {
	t.Parallel()
	doc := `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
	 "metadata":{"component":{"type":"machine-learning-model","bom-ref":"m","name":"gpt","group":"org","modelCard":{"properties":[{"name":"x","value":"y"}],"modelParameters":{"datasets":[{"ref":"d"}]}}}},
	 "components":[{"type":"data","bom-ref":"d","name":"corpus"},{"type":"machine-learning-model","bom-ref":"b","name":"base","purl":"pkg:huggingface/a/base@1"}],
	 "dependencies":[{"ref":"m","dependsOn":["b","nowhere"]}]}`
	bom, err := Read(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(bom.Raw)
	if err != nil || !strings.Contains(string(raw), `"properties":[{"name":"x","value":"y"}]`) {
		t.Errorf("raw document lost modelCard.properties: %s %v", raw, err)
	}
	c := bom.Inventory().Components
	if len(c) != 3 || c[0].Name != "org/gpt" || fmt.Sprint(c[0].DerivedFrom, c[0].Datasets) != "[b] [d]" {
		t.Errorf("components: %+v", c)
	}
}

func TestReadRefusesOtherDocuments(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"", "{}", "[]", `{"bomFormat":"SPDX"}`, `{"bomFormat":"CycloneDX","specVersion":"9"}`, "<html></html>", "<bom/>", "{"} {
		if _, err := Read(strings.NewReader(doc)); err == nil {
			t.Errorf("%q was read", doc)
		}
	}
}

func TestLicenses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   []string
		want string
	}{
		{[]string{"apache-2.0"}, `[{"license":{"id":"Apache-2.0"}}]`},
		{[]string{"llama3.1", "mit"}, `[{"license":{"name":"llama3.1"}},{"license":{"id":"MIT"}}]`},
		{[]string{"(MIT OR apache-2.0) AND BSD-3-Clause"}, `[{"expression":"(MIT OR Apache-2.0) AND BSD-3-Clause"}]`},
		{[]string{"MIT OR"}, `[{"license":{"name":"MIT OR"}}]`},
		{[]string{"MIT OR Apache-2.0", "BSD-3-Clause"}, `[{"license":{"id":"BSD-3-Clause"}},{"license":{"name":"MIT OR Apache-2.0"}}]`},
		{[]string{"", " "}, "null"},
	}
	for _, test := range tests {
		got, err := json.Marshal(licenses(test.in))
		if err != nil || string(got) != test.want {
			t.Errorf("%q: got %s (%v), want %s", test.in, got, err, test.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(encode(f, inventory(), Options{}))
	f.Add(encode(f, inventory(), Options{Format: XML}))
	f.Add([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x","pedigree":{"ancestors":[{}]}}],"dependencies":[{"ref":"x"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		bom, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		inv := bom.Inventory()
		if err := Encode(&bytes.Buffer{}, inv, Options{}); err != nil {
			t.Errorf("what was read is not written: %v", err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	inv := inventory()
	for i := range 5000 {
		inv.Components = append(inv.Components, sbom.Component{Ref: fmt.Sprint("pkg:pypi/p", i), Kind: "package", Name: fmt.Sprint("p", i), At: sbom.At{Path: "uv.lock", Line: i + 1}})
	}
	for b.Loop() {
		encode(b, inv, Options{})
	}
}
