package weights

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func operatorsOf(w sbom.Weights) string {
	var out []string
	for _, o := range w.Operators {
		out = append(out, fmt.Sprintf("%s/%s:%s", o.Member, o.Name, o.Kind))
	}
	return strings.Join(out, " ")
}

// TestHandler holds the code of a model archive to what it calls: malicious and benign twin.
func TestHandler(t *testing.T) {
	for name, tc := range map[string]struct{ source, want string }{
		"plain":              {"import torch\nclass H:\n    def f(self, x):\n        return self.model.eval()(x)\n", ""},
		"system":             {"import os\nos.system('id')\n", "os.system:code"},
		"path":               {"import os\nos.path.join('a', 'b')\n", ""},
		"under another name": {"import subprocess as s\ns.run(['id'])\n", "subprocess.run:code"},
		"from":               {"from os import popen as p\np('id')\n", "os.popen:code"},
		"from another":       {"from shop import popen as p\np('id')\n", ""},
		"exec":               {"exec('x')\n", "exec:code"},
		"variable":           {"def f(requests, commands):\n    requests.get('x')\n    commands.append(1)\n    return requests\n", ""},
		"import by text":     {"__import__('os').system('id')\n", "os.system:code __import__:code"},
		"getattr":            {"import os\ngetattr(os, 'system')('id')\n", "os.system:code"},
		"getattr of another": {"getattr(x, 'system')('id')\n", ""},
		"import module":      {"import importlib\nimportlib.import_module('subprocess').run('id')\n", "subprocess.run:code importlib.import_module:import"},
		"fetch":              {"import requests\nrequests.get('x')\n", "requests.get:fetch"},
		"below a package":    {"import urllib.request\nurllib.request.urlopen('x')\n", "urllib.request.urlopen:fetch"},
		"socket":             {"import socket\nsocket.socket()\n", "socket.socket:network"},
		"loader":             {"import pickle\npickle.load(f)\n", "pickle.load:pickle"},
		"in a function":      {"def f():\n    import os\n    os.system('id')\n", "os.system:code"},
	} {
		want := "h.py/module:script"
		for _, o := range strings.Fields(tc.want) {
			want += " h.py/" + o
		}
		manifest := `{"model":{"handler":"h.py"}}`
		w, ps := read(t, "m.mar", zipOf(t, "MAR-INF/MANIFEST.json", manifest, "h.py", tc.source))
		fail(t, name, operatorsOf(w)+problems(ps), want)
		w, ps = read(t, "m.tar", tarOf(t, "MAR-INF/MANIFEST.json", manifest, "h.py", tc.source))
		fail(t, name+" in a tar", operatorsOf(w)+problems(ps), want)
		fail(t, name+": executable", w.Executable, sbom.Yes)
	}
	w, _ := read(t, "m.pt", zipOf(t, "p/.data/extern_modules", "torch", "p/a.py", "import os\nos.system('id')\n", "p/m/model.pkl", string(pickle4().op(opNone).stop())))
	fail(t, "torch.package", w.Format+" "+operatorsOf(w), "torch-package p/a.py/module:script p/a.py/os.system:code")
	w, _ = read(t, "m.zip", zipOf(t, "a.py", "import os\nos.system('id')\n"))
	fail(t, "another archive", operatorsOf(w), "")
}

// readYAMLFile returns the names of the tags of a file, "" when it is no concern of ours.
func readYAMLFile(t *testing.T, name, text string) string {
	t.Helper()
	f := sbom.NewFile(name, []byte(text))
	var inv sbom.Inventory
	if yamlCollector.Match(f) {
		if err := yamlCollector.Collect(t.Context(), f, &inv); err != nil {
			t.Fatal(err)
		}
	}
	if len(inv.Weights) == 0 {
		return ""
	}
	fail(t, name+": format", inv.Weights[0].Format+" "+string(inv.Weights[0].Executable), "yaml "+string(sbom.Unresolved))
	return imports(inv.Weights[0])
}

func TestYAMLFiles(t *testing.T) {
	for text, want := range map[string]string{
		"x: !!python/object/apply:os.system [id]\n":                                               "os.system:call",
		"x: !!python/object/new:subprocess.Popen [id]\n":                                          "subprocess.Popen:call",
		"x: !!python/object/apply:eval ['1']\n":                                                   "builtins.eval:call",
		"x: !<tag:yaml.org,2002:python/object/apply:builtins.exec> [x]\n":                         "builtins.exec:call",
		"%TAG !y! tag:yaml.org,2002:python/\n---\nx: !y!object/apply:os.system [id]\n":            "os.system:call",
		"%TAG ! tag:yaml.org,2002:\n---\nx: !python/object/apply:os.system [id]\n":                "os.system:call",
		"x: !!python%2Fobject/apply:os.system [id]\n":                                             "os.system:call",
		"x: !!pyth%6fn/object/apply:os.system [id]\n":                                             "os.system:call",
		"x: !!python/name:os.system\n":                                                            "",
		"x: !!python/tuple [1, 2]\n":                                                              "",
		"x: python/object/apply:os.system\n":                                                      "",
		"x: 50%\n":                                                                                "",
		"x: !!python/module:antigravity\ny: !!python/object/apply:collections.OrderedDict [[]]\n": "antigravity:call collections.OrderedDict:call",
	} {
		if got := readYAMLFile(t, "conf/train.yaml", text); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
	call := "x: !!python/object/apply:os.system [id]\n"
	for name, want := range map[string]string{"MLmodel": "os.system:call", "a.YML": "os.system:call", "mkdocs.yml": "", "a.txt": ""} {
		fail(t, name, readYAMLFile(t, name, call), want)
	}
	w, ps := read(t, "m.tar", tarOf(t, "m/model.pkl", string(pickle4().op(opNone).stop()), "m/conf.yaml", call))
	fail(t, "in an archive", imports(w)+problems(ps), "m/conf.yaml/os.system:call")
	w, _ = read(t, "m.tar", tarOf(t, "m/model.pkl", string(pickle4().op(opNone).stop()), "m/conf.yaml", "x: !!python/name:os.system\n"))
	fail(t, "a name in an archive", imports(w), "")
}

func TestVocabularyOfALayer(t *testing.T) {
	config := func(vocabulary string) string {
		return `{"module":"keras","class_name":"Sequential","config":{"name":"s","layers":[{"module":"keras.layers","class_name":"StringLookup","config":{"vocabulary":` + vocabulary + `}}]}}`
	}
	for vocabulary, want := range map[string]int{`"/etc/passwd"`: 1, `"http://evil.example/x"`: 1, `"words.txt"`: 0, `["a","b"]`: 0, `null`: 0} {
		w, _ := read(t, "m.keras", zipOf(t, "metadata.json", "{}", "config.json", config(vocabulary)))
		fail(t, vocabulary, len(w.External), want)
	}
}

func TestTemplateInSafetensors(t *testing.T) {
	for metadata, want := range map[string]int{
		`"chat_template":"{{ x.__class__ }}"`: 1, `"chat_template":"none"`: 0, `"notes":"{{ x.__class__ }}"`: 0,
	} {
		header := `{"__metadata__":{` + metadata + `},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
		header += strings.Repeat(" ", (8-len(header)%8)%8)
		w, _ := read(t, "m.safetensors", append(append([]byte{byte(len(header)), 0, 0, 0, 0, 0, 0, 0}, header...), 0, 0, 0, 0))
		fail(t, metadata, len(w.Templates), want)
	}
}
