package references

import (
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestReadsOwn reads back what a function wrote, and what somebody else may have written.
func TestReadsOwn(t *testing.T) {
	const head = "import torch, pickle, joblib, os, io\nimport numpy as np\nimport pandas as pd\n"
	for name, c := range map[string]struct {
		code string
		want sbom.Tri
	}{
		"same literal":              {"torch.save(m, 'a.pt')\ntorch.load('a.pt')", sbom.Yes},
		"other file":                {"torch.save(m, 'a.pt')\ntorch.load('b.pt')", sbom.No},
		"written after":             {"torch.load('a.pt')\ntorch.save(m, 'a.pt')", sbom.No},
		"quotes and a name":         {"P = 'a.pt'\ntorch.save(m, P)\ntorch.load(\"a.pt\")", sbom.Yes},
		"put together":              {"torch.save(m, os.path.join(d, 'a.pt'))\ntorch.load(os.path.join(d, \"a.pt\"))", sbom.Yes},
		"name bound again":          {"p = one()\ntorch.save(m, p)\np = two()\ntorch.load(p)", sbom.No},
		"parameter":                 {"def f(p):\n    torch.save(m, p)\n    return torch.load(p)", sbom.Yes},
		"other function":            {"def f(p):\n    torch.save(m, p)\ndef g(p):\n    return torch.load(p)", sbom.No},
		"opened twice":              {"with open('a.pkl', 'wb') as f:\n    pickle.dump(x, f)\nwith open('a.pkl', 'rb') as f:\n    pickle.load(f)", sbom.Yes},
		"opened in place":           {"pickle.dump(x, open(p, 'wb'))\npickle.load(open(p, 'rb'))", sbom.Yes},
		"path opens itself":         {"with p.open('wb') as f:\n    pickle.dump(x, f)\nwith p.open('rb') as g:\n    pickle.load(g)", sbom.Yes},
		"memory":                    {"b = io.BytesIO()\ntorch.save(m, b)\nb.seek(0)\ntorch.load(b)", sbom.Yes},
		"joblib":                    {"joblib.dump(m, 'a')\njoblib.load('a')", sbom.Yes},
		"joblib of scikit-learn":    {"from sklearn.externals import joblib\njoblib.dump(m, 'a')\njoblib.load('a')", sbom.Yes},
		"array":                     {"np.save('a.npy', x)\nnp.load('a.npy', allow_pickle=True)", sbom.Yes},
		"frame":                     {"df.to_pickle('a.pkl')\npd.read_pickle('a.pkl')", sbom.Yes},
		"best of some epochs":       {"for e in range(9):\n    if loss < best:\n        torch.save(m, 'a.pt')\ntorch.load('a.pt')", sbom.Yes},
		"each tenth epoch":          {"while True:\n    if e % 10 == 0:\n        torch.save(m, 'a.pt')\ntorch.load('a.pt')", sbom.Yes},
		"tried":                     {"try:\n    torch.save(m, 'a.pt')\nexcept OSError:\n    pass\ntorch.load('a.pt')", sbom.Yes},
		"only when it is not there": {"if not os.path.exists('a.pt'):\n    torch.save(m, 'a.pt')\ntorch.load('a.pt')", sbom.No},
		"only when asked":           {"if mode == 'train':\n    torch.save(m, 'a.pt')\ntorch.load('a.pt')", sbom.No},
		"the other branch":          {"if a < b:\n    torch.save(m, 'a.pt')\nelse:\n    torch.load('a.pt')", sbom.No},
		"no file":                   {"torch.save(m)\ntorch.load()", sbom.No},
		"another call":              {"torch.save(m, 'a.pt')\npd.read_csv('a.pt')", sbom.No},
	} {
		t.Run(name, func(t *testing.T) {
			inv := collectAll(t, map[string]string{"train.py": head + c.code + "\n"})
			got := sbom.Tri("")
			for _, call := range inv.Calls {
				if call.ReadsOwn == sbom.Yes || got == "" {
					got = call.ReadsOwn
				}
			}
			if got != c.want {
				t.Errorf("reads its own file: %s, want %s", got, c.want)
			}
		})
	}
}

// TestUnverifiedConnections finds the switch that turns verification off for a process.
func TestUnverifiedConnections(t *testing.T) {
	for code, want := range map[string]int{
		"import ssl\nssl._create_default_https_context = ssl._create_unverified_context":               1,
		"from ssl import _create_unverified_context\nurlopen(u, context=_create_unverified_context())": 1,
		"import ssl\nssl._create_default_https_context = ssl.create_default_context":                   0,
	} {
		got := 0
		for _, c := range collectAll(t, map[string]string{"a.py": code + "\n"}).Calls {
			if c.Callee == unverifiedContext && c.At.Line == 2 {
				got++
			}
		}
		if got != want {
			t.Errorf("%q: %d, want %d", code, got, want)
		}
	}
}
