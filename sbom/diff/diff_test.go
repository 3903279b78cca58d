package diff

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// lines writes changes as "kind subject before > after path:line area".
func lines(changes []sbom.Change) []string {
	out := []string{}
	for _, c := range changes {
		out = append(out, strings.Join([]string{c.Kind, c.Subject, c.Before, ">", c.After, place(c.At), c.Area}, " "))
	}
	return out
}

func at(path string, line int) sbom.At { return sbom.At{Path: path, Line: line} }

func model(name, revision, kind string) sbom.Reference {
	return sbom.Reference{Kind: "model", Name: name, URI: "hf://" + name, State: sbom.StateResolved, Revision: revision, RevisionKind: kind,
		Role: "base", Loader: "from_pretrained", How: "call", At: at("train.py", 7)}
}

func registered(uri string) sbom.Reference {
	r := model("", "", "none")
	r.URI, r.Host = uri, "mlflow"
	return r
}

func inTest(r sbom.Reference) sbom.Reference {
	r.At.Path = "tests/train.py"
	return r
}

func dataset(name, kind string) sbom.Reference {
	r := model(name, "", kind)
	r.Kind, r.Role, r.Loader, r.URI = "dataset", "train", "load_dataset", "hf://datasets/"+name
	return r
}

func document(kind, path string, content map[string]any) sbom.Document {
	return sbom.Document{Kind: kind, Path: path, Content: content}
}

func value(v any, line int64) map[string]any { return map[string]any{"value": v, "line": line} }

func weights(path, format string, executable sbom.Tri, digest string) sbom.Weights {
	return sbom.Weights{Path: path, Format: format, Executable: executable, SHA256: digest, At: sbom.At{Path: path}}
}

func rule(name, operator, threshold, forDuration string) sbom.Alert {
	return sbom.Alert{Kind: "prometheus", Name: name, Expression: "x " + operator + " " + threshold, Operator: operator, Threshold: threshold, For: forDuration, At: at("rules.yml", 4)}
}

func compared(with, expression string) sbom.Alert {
	a := rule("Low", "", "", "5m")
	a.ComparesTo, a.Expression = []string{with}, expression
	return a
}

func settingsOfPath(path, key string, v any) *sbom.Inventory {
	return &sbom.Inventory{Documents: []sbom.Document{document("settings", path, map[string]any{key: value(v, 3), "other": value(true, 1)})}}
}

func file(path, kind, digest string) *sbom.Inventory {
	return &sbom.Inventory{Files: []sbom.FileFact{{Path: path, Kind: kind, SHA256: digest}}}
}

func jobs(j ...sbom.PipelineJob) *sbom.Inventory { return &sbom.Inventory{Pipelines: j} }

func references(r ...sbom.Reference) *sbom.Inventory { return &sbom.Inventory{References: r} }

func dvc(digest string, rest map[string]any) *sbom.Inventory {
	content := map[string]any{"outs": []any{map[string]any{"path": "train.jsonl", "md5": digest}}}
	for k, v := range rest {
		content[k] = v
	}
	return &sbom.Inventory{Documents: []sbom.Document{document("dvc", "data/train.jsonl.dvc", content)},
		References: []sbom.Reference{{Kind: "dataset", URI: "./data/train.jsonl", Role: "train", How: "dvc", Loader: "outs", State: sbom.StateResolved, At: at("data/train.jsonl.dvc", 2)}}}
}

type diffTest struct {
	name       string
	base, head *sbom.Inventory
	want       []string
}

func run(t *testing.T, tests []diffTest) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := lines(Changes(test.base, test.head))
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if same := lines(Changes(test.head, test.head)); len(same) > 0 {
				t.Errorf("head against itself: %v", same)
			}
		})
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	trusting := model("a/m", "", "none")
	trusting.TrustRemoteCode = sbom.Yes
	pushed := model("a/out", "", "none")
	pushed.Role = "push"
	moved := model("a/m", "", "none")
	moved.At.Line = 90
	run(t, []diffTest{
		{"swapped", references(model("a/m", "", "none")), references(model("evil/m", "", "none")),
			[]string{"base_model_swapped model of from_pretrained in train.py hf://a/m > hf://evil/m train.py:7 training"}},
		{"moved line", references(model("a/m", "", "none")), references(moved), []string{}},
		{"revision", references(model("a/m", strings.Repeat("a", 40), "commit")), references(model("a/m", "main", "branch")),
			[]string{"revision_moved hf://a/m " + strings.Repeat("a", 40) + " > main train.py:7 training"}},
		{"version of a registry", references(registered("models:/bot/14")), references(registered("models:/bot/Production")),
			[]string{"revision_moved models:/bot 14 > Production train.py:7 training"}},
		{"another model of a registry", references(registered("models:/bot/14")), references(registered("models:/other/14")),
			[]string{"base_model_swapped model of from_pretrained in train.py models:/bot/14 > models:/other/14 train.py:7 training"}},
		{"alias of a registry", references(registered("models:/bot@champion")), references(registered("models:/bot@challenger")),
			[]string{"revision_moved models:/bot champion > challenger train.py:7 training"}},
		{"call and its reference", references(model("a/m", "", "none")), func() *sbom.Inventory {
			inv := references(trusting)
			inv.References[0].CallAt = at("train.py", 9)
			inv.Calls = []sbom.Call{{Callee: "f", Args: map[string]string{"trust_remote_code": "True"}, At: at("train.py", 9)}}
			return inv
		}(), []string{"trust_remote_code_enabled hf://a/m no > yes train.py:9 training"}},
		{"added beside", references(model("a/m", "", "none")), references(model("a/m", "", "none"), model("b/n", "", "none")),
			[]string{"model_added hf://b/n  > hf://b/n train.py:7 training"}},
		{"removed", references(model("a/m", "", "none"), model("b/n", "", "none")), references(model("a/m", "", "none")),
			[]string{"model_removed hf://b/n hf://b/n >  train.py training"}},
		{"dataset for dataset", references(dataset("a/d", "none")), references(dataset("b/d", "none")), []string{
			"dataset_removed hf://datasets/a/d hf://datasets/a/d >  train.py data", "dataset_added hf://datasets/b/d  > hf://datasets/b/d train.py:7 data"}},
		{"model of a test", references(inTest(model("a/m", "", "none"))), references(inTest(model("b/m", "", "none"))), []string{}},
		{"push target", references(model("a/m", "", "none")), references(model("a/m", "", "none"), pushed), []string{}},
		{"remote code", references(model("a/m", "", "none")), references(trusting),
			[]string{"trust_remote_code_enabled hf://a/m no > yes train.py:7 training"}},
		{"remote code switched off", references(trusting), references(model("a/m", "", "none")), []string{}},
		{"remote code in a call", &sbom.Inventory{Calls: []sbom.Call{{Callee: "f", Args: map[string]string{}, At: at("a.py", 1)}}},
			&sbom.Inventory{Calls: []sbom.Call{{Callee: "f", Args: map[string]string{"trust_remote_code": "True"}, At: at("a.py", 1)}}},
			[]string{"trust_remote_code_enabled f no > yes a.py:1 "}},
		{"remote code where it is served", &sbom.Inventory{}, &sbom.Inventory{Workloads: []sbom.Workload{{Name: "api", Role: "serving", At: at("k.yaml", 1), Models: []sbom.WorkloadModel{{TrustRemoteCode: sbom.Yes, At: at("k.yaml", 9)}}}}},
			[]string{"trust_remote_code_enabled api no > yes k.yaml:9 deployment"}},
		{"two ML-BOMs", &sbom.Inventory{Components: []sbom.Component{{Kind: "model", Name: "m", Version: "1"}, {Kind: "dataset", Name: "d", Ref: "d"}}},
			&sbom.Inventory{Components: []sbom.Component{{Kind: "model", Name: "m", Version: "2"}, {Kind: "model", Name: "n", Ref: "n"}}},
			[]string{"dataset_removed d d >  - data", "model_added n  > n - training", "revision_moved m 1 > 2 - training"}},
	})
}

func TestWeights(t *testing.T) {
	t.Parallel()
	safe := &sbom.Inventory{Weights: []sbom.Weights{weights("m/a.safetensors", "safetensors", sbom.No, "aa")}}
	run(t, []diffTest{
		{"pickle for safetensors", safe, &sbom.Inventory{Weights: []sbom.Weights{weights("m/a.bin", "torch-zip", sbom.Yes, "bb")}}, []string{
			"weights_became_executable m/a.bin m/a.safetensors > m/a.bin (torch-zip) m/a.bin training"}},
		{"one shard stays", &sbom.Inventory{Weights: []sbom.Weights{weights("m/1.safetensors", "safetensors", sbom.No, "aa"), weights("m/2.safetensors", "safetensors", sbom.No, "ab")}},
			&sbom.Inventory{Weights: []sbom.Weights{weights("m/2.safetensors", "safetensors", sbom.No, "ab"), weights("m/a.bin", "torch-zip", sbom.Yes, "bb")}}, []string{
				"weights_removed m/1.safetensors safetensors sha256:aa >  m/1.safetensors training", "weights_became_executable m/a.bin m/2.safetensors > m/a.bin (torch-zip) m/a.bin training"}},
		{"pickle elsewhere", safe, &sbom.Inventory{Weights: []sbom.Weights{safe.Weights[0], weights("n/a.bin", "torch-zip", sbom.Yes, "bb")}},
			[]string{"weights_added n/a.bin  > torch-zip sha256:bb n/a.bin training"}},
		{"under the same name", safe, &sbom.Inventory{Weights: []sbom.Weights{weights("m/a.safetensors", "pickle", sbom.Yes, "bb")}},
			[]string{"weights_became_executable m/a.safetensors safetensors > pickle m/a.safetensors training"}},
		{"other bytes", safe, &sbom.Inventory{Weights: []sbom.Weights{weights("m/a.safetensors", "safetensors", sbom.No, "bb")}},
			[]string{"weights_changed m/a.safetensors safetensors sha256:aa > safetensors sha256:bb m/a.safetensors training"}},
	})
}

func TestDataDigests(t *testing.T) {
	t.Parallel()
	run(t, []diffTest{
		{"file", file("data/a.csv", "dataset", "aa"), file("data/a.csv", "dataset", "bb"), []string{"dataset_digest_changed data/a.csv sha256:aa > sha256:bb data/a.csv data"}},
		{"dvc", dvc("11", nil), dvc("22", nil), []string{"dataset_digest_changed data/train.jsonl md5:11 > md5:22 data/train.jsonl.dvc:2 data"}},
		{"not read", file("data/a.csv", "dataset", "aa"), file("data/a.csv", "dataset", ""), []string{}},
	})
	imported := func(rev string) map[string]any {
		return map[string]any{"deps": []any{map[string]any{"repo": map[string]any{"rev_lock": rev}}}}
	}
	withStatement := func(inv *sbom.Inventory, path, digest string) *sbom.Inventory {
		inv.Files = append(inv.Files, sbom.FileFact{Path: path, Kind: "statement", SHA256: digest})
		return inv
	}
	card := sbom.Card{Kind: "dataset", Subject: "data", License: "mit", Has: map[string]bool{"source": true}, At: at("data/README.md", 1)}
	provenance := []struct {
		name       string
		base, head *sbom.Inventory
		want       sbom.Tri
	}{
		{"nothing", dvc("11", nil), dvc("22", nil), sbom.No},
		{"import of another revision", dvc("11", imported("a")), dvc("22", imported("b")), sbom.Yes},
		{"import of the same revision", dvc("11", imported("a")), dvc("22", imported("a")), sbom.No},
		{"statement beside it", dvc("11", nil), withStatement(dvc("22", nil), "data/provenance.json", "x"), sbom.Yes},
		{"statement elsewhere", dvc("11", nil), withStatement(dvc("22", nil), "other/provenance.json", "x"), sbom.No},
		{"old statement", withStatement(dvc("11", nil), "data/provenance.json", "x"), withStatement(dvc("22", nil), "data/provenance.json", "x"), sbom.No},
		{"dataset card", dvc("11", nil), func() *sbom.Inventory { inv := dvc("22", nil); inv.Cards = []sbom.Card{card}; return inv }(), sbom.Yes},
		{"card that was there", func() *sbom.Inventory { inv := dvc("11", nil); inv.Cards = []sbom.Card{card}; return inv }(),
			func() *sbom.Inventory { inv := dvc("22", nil); inv.Cards = []sbom.Card{card}; return inv }(), sbom.No},
	}
	for _, test := range provenance {
		changes := Changes(test.base, test.head)
		if len(changes) != 1 || changes[0].Kind != DatasetDigestChanged || changes[0].Provenance != test.want {
			t.Errorf("%s: %+v, want one change with provenance %s", test.name, changes, test.want)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	one := func(kind, subject, before, after, where, area string) []string {
		return []string{kind + " " + subject + " " + before + " > " + after + " " + where + " " + area}
	}
	run(t, []diffTest{
		{"floor lowered", settingsOfPath("data/p.yaml", "/min_score", 0.9), settingsOfPath("data/p.yaml", "/min_score", 0.5), one(ThresholdRelaxed, "data/p.yaml#/min_score", "0.9", "0.5", "data/p.yaml:3", "data")},
		{"floor raised", settingsOfPath("data/p.yaml", "/min_score", 0.5), settingsOfPath("data/p.yaml", "/min_score", 0.9), one(ThresholdTightened, "data/p.yaml#/min_score", "0.5", "0.9", "data/p.yaml:3", "data")},
		{"ceiling raised", settingsOfPath("data/p.yaml", "/max_perplexity", int64(100)), settingsOfPath("data/p.yaml", "/max_perplexity", int64(900)), one(ThresholdRelaxed, "data/p.yaml#/max_perplexity", "100", "900", "data/p.yaml:3", "data")},
		{"fewer duplicates found", settingsOfPath("data/p.yaml", "/dedup/threshold", 0.7), settingsOfPath("data/p.yaml", "/dedup/threshold", 0.95), one(FilterWeakened, "data/p.yaml#/dedup/threshold", "0.7", "0.95", "data/p.yaml:3", "data")},
		{"drift limit raised", settingsOfPath("monitoring/m.py", "psi_threshold", 0.1), settingsOfPath("monitoring/m.py", "psi_threshold", 0.5), one(ThresholdRelaxed, "monitoring/m.py#psi_threshold", "0.1", "0.5", "monitoring/m.py:3", "monitoring")},
		{"unknown direction", settingsOfPath("serve/s.yaml", "/threshold", 0.1), settingsOfPath("serve/s.yaml", "/threshold", 0.5), one(ThresholdChanged, "serve/s.yaml#/threshold", "0.1", "0.5", "serve/s.yaml:3", "deployment")},
		{"filter dropped from the list", settingsOfPath("data/p.yaml", "/filters", []any{"pii", "toxic"}), settingsOfPath("data/p.yaml", "/filters", []any{"pii"}), one(FilterWeakened, "data/p.yaml#/filters", "[pii, toxic]", "[pii]", "data/p.yaml:3", "data")},
		{"filter added", settingsOfPath("data/p.yaml", "/filters", []any{"pii"}), settingsOfPath("data/p.yaml", "/filters", []any{"pii", "toxic"}), []string{}},
		{"filter switched off", settingsOfPath("data/p.yaml", "/filter_pii", true), settingsOfPath("data/p.yaml", "/filter_pii", false), one(FilterWeakened, "data/p.yaml#/filter_pii", "true", "false", "data/p.yaml:3", "data")},
		{"filter switched on", settingsOfPath("data/p.yaml", "/filter_pii", false), settingsOfPath("data/p.yaml", "/filter_pii", true), []string{}},
		{"filter gone", settingsOfPath("data/p.yaml", "/filter_pii", true), settingsOfPath("data/p.yaml", "/x", true), one(FilterWeakened, "data/p.yaml#/filter_pii", "true", "", "data/p.yaml", "data")},
		{"floor gone", settingsOfPath("data/p.yaml", "/min_score", 0.5), settingsOfPath("data/p.yaml", "/x", true), one(ThresholdRelaxed, "data/p.yaml#/min_score", "0.5", "", "data/p.yaml", "data")},
		{"number of a training", settingsOfPath("train/p.yaml", "/max_steps", int64(5)), settingsOfPath("train/p.yaml", "/max_steps", int64(9)), []string{}},
		{"number of a training gone", settingsOfPath("train/p.yaml", "/max_steps", int64(5)), settingsOfPath("train/p.yaml", "/x", true), []string{}},
		{"threshold of a test", settingsOfPath("data/tests/p.yaml", "/min_score", 0.9), settingsOfPath("data/tests/p.yaml", "/min_score", 0.5), []string{}},
		{"prompt", settingsOfPath("serve/s.yaml", "/system_prompt", "Be kind."), settingsOfPath("serve/s.yaml", "/system_prompt", "Be rude."), one(BehaviourChanged, "serve/s.yaml#/system_prompt", "Be kind.", "Be rude.", "serve/s.yaml:3", "deployment")},
	})
}

func TestBehaviour(t *testing.T) {
	t.Parallel()
	generation := func(temperature float64, version string) *sbom.Inventory {
		return &sbom.Inventory{Documents: []sbom.Document{document("hf-generation-config", "m/generation_config.json", map[string]any{"temperature": temperature, "transformers_version": version})}}
	}
	modelfile := func(text string) *sbom.Inventory {
		return &sbom.Inventory{Documents: []sbom.Document{document("modelfile", "Modelfile", map[string]any{"text": text})}}
	}
	guarded := &sbom.Inventory{Guards: []sbom.Guard{{Route: "*", Name: "lakera", Side: "input", Kind: "semantic", At: at("l.yaml", 4)}},
		Routes: []sbom.Route{{Name: "chat", At: at("l.yaml", 1), Limits: []sbom.Limit{{Kind: "tokens", KeyName: "tpm", Value: "100", At: at("l.yaml", 2)}}}}}
	loose := &sbom.Inventory{Routes: []sbom.Route{{Name: "chat", At: at("l.yaml", 1), Limits: []sbom.Limit{{Kind: "tokens", KeyName: "tpm", Value: "900", At: at("l.yaml", 2)}}}}}
	run(t, []diffTest{
		{"sampling", generation(0.2, "1"), generation(1.5, "2"), []string{"behaviour_changed m/generation_config.json#/temperature 0.2 > 1.5 m/generation_config.json deployment"}},
		{"library version", generation(0.2, "1"), generation(0.2, "2"), []string{}},
		{"new sampling file", &sbom.Inventory{}, generation(1, "1"), []string{"behaviour_changed m/generation_config.json  > hf-generation-config m/generation_config.json:1 deployment"}},
		{"system prompt of a Modelfile", modelfile("FROM a\nSYSTEM be kind\n"), modelfile("FROM b\nSYSTEM be rude\n"), []string{"behaviour_changed Modelfile SYSTEM be kind > SYSTEM be rude Modelfile:1 deployment"}},
		{"base of a Modelfile", modelfile("FROM a\nSYSTEM be kind\n"), modelfile("FROM b\nSYSTEM be kind\n"), []string{}},
		{"guard removed, limit raised", guarded, loose, []string{"behaviour_changed guard lakera input semantic >  l.yaml deployment", "threshold_relaxed limit of tokens on chat 100 > 900 l.yaml:2 deployment"}},
		{"prompt file", file("prompts/system.txt", "prompt", "aa"), file("prompts/system.txt", "prompt", "bb"), []string{"behaviour_changed prompts/system.txt sha256:aa > sha256:bb prompts/system.txt:1 deployment"}},
		{"template in a model file", &sbom.Inventory{Weights: []sbom.Weights{{Path: "m.gguf", Templates: []sbom.Template{{Key: "t", SHA256: "aa"}}}}},
			&sbom.Inventory{Weights: []sbom.Weights{{Path: "m.gguf", Templates: []sbom.Template{{Key: "t", SHA256: "bb"}}}}}, []string{"behaviour_changed m.gguf#t sha256:aa > sha256:bb m.gguf deployment"}},
	})
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	of := func(a ...sbom.Alert) *sbom.Inventory { return &sbom.Inventory{Alerts: a} }
	muted := rule("Low", "<", "0.7", "5m")
	muted.Settings = map[string]string{"disabled": "true"}
	silence := sbom.Alert{Kind: "alertmanager", Name: "inhibit all", Settings: map[string]string{"silence": "inhibit"}, At: at("am.yml", 9)}
	moved := rule("Low", "<", "0.7", "5m")
	moved.At = at("other.yml", 1)
	run(t, []diffTest{
		{"removed", of(rule("Low", "<", "0.7", "5m")), of(), []string{"alert_removed Low x < 0.7 >  rules.yml monitoring"}},
		{"moved to another file", of(rule("Low", "<", "0.7", "5m")), of(moved), []string{}},
		{"floor lowered", of(rule("Low", "<", "0.7", "5m")), of(rule("Low", "<", "0.3", "5m")), []string{"threshold_relaxed Low 0.7 > 0.3 rules.yml:4 monitoring"}},
		{"floor raised", of(rule("Low", "<", "0.3", "5m")), of(rule("Low", "<", "0.7", "5m")), []string{"threshold_tightened Low 0.3 > 0.7 rules.yml:4 monitoring"}},
		{"ceiling raised", of(rule("Slow", ">=", "1", "5m")), of(rule("Slow", ">=", "9", "5m")), []string{"threshold_relaxed Slow 1 > 9 rules.yml:4 monitoring"}},
		{"waits longer", of(rule("Low", "<", "0.7", "5m")), of(rule("Low", "<", "0.7", "1h30m")), []string{"threshold_relaxed Low for 5m > 1h30m rules.yml:4 monitoring"}},
		{"waits shorter", of(rule("Low", "<", "0.7", "5m")), of(rule("Low", "<", "0.7", "30s")), []string{"threshold_tightened Low for 5m > 30s rules.yml:4 monitoring"}},
		{"floor becomes relative", of(compared("absolute", "x < 1")), of(compared("window", "x < x offset 1d")), []string{"threshold_relaxed Low x < 1 > x < x offset 1d rules.yml:4 monitoring"}},
		{"relative becomes a floor", of(compared("window", "x < x offset 1d")), of(compared("absolute", "x < 1")), []string{"alert_changed Low x < x offset 1d > x < 1 rules.yml:4 monitoring"}},
		{"switched off", of(rule("Low", "<", "0.7", "5m")), of(muted), []string{"alert_silenced Low  > disabled true rules.yml:4 monitoring"}},
		{"inhibited", of(), of(silence), []string{"alert_silenced inhibit all  > silence inhibit am.yml:9 monitoring"}},
		{"no longer inhibited", of(silence), of(), []string{}},
		{"added", of(), of(rule("Low", "<", "0.7", "5m")), []string{"alert_added Low  > x < 0.7 rules.yml:4 monitoring"}},
	})
}

func TestFilesAndPackages(t *testing.T) {
	t.Parallel()
	pkg := func(version string) *sbom.Inventory {
		return &sbom.Inventory{Packages: []sbom.Package{{Name: "torch", Ecosystem: "pypi", Version: version, At: at("requirements.txt", 2)}}}
	}
	law := func(content map[string]any) *sbom.Inventory {
		inv := file("mlpolicy.hcl", "config", content["profile"].(map[string]any)["text"].(string)+"x")
		inv.Documents = []sbom.Document{document("mlpolicy", "mlpolicy.hcl", content)}
		return inv
	}
	block := func(text string, line int64) map[string]any { return map[string]any{"text": text, "line": line} }
	run(t, []diffTest{
		{"version", pkg("2.0"), pkg("2.1"), []string{"package_version_moved torch 2.0 > 2.1 requirements.txt:2 "}},
		{"added", &sbom.Inventory{}, pkg("2.1"), []string{"package_added torch  > 2.1 requirements.txt:2 "}},
		{"removed", pkg("2.1"), &sbom.Inventory{}, []string{"package_removed torch 2.1 >  requirements.txt "}},
		{"training code", file("train/loss.py", "code", "aa"), file("train/loss.py", "code", "bb"), []string{"code_changed train/loss.py sha256:aa > sha256:bb train/loss.py:1 training"}},
		{"other code", file("web/page.py", "code", "aa"), file("web/page.py", "code", "bb"), []string{}},
		{"test of training code", file("tests/train.py", "code", "aa"), file("tests/train.py", "code", "bb"), []string{}},
		{"policy", file("ml/acme.rego", "policy", "aa"), file("ml/acme.rego", "policy", "bb"), []string{"policy_changed ml/acme.rego sha256:aa > sha256:bb ml/acme.rego:1 policy"}},
		{"test of a policy", file("ml/acme_test.rego", "policy", "aa"), file("ml/acme_test.rego", "policy", "bb"), []string{}},
		{"trust root", file("keys/acme.pub", "trust", "aa"), file("keys/acme.pub", "trust", "bb"), []string{"trust_root_changed keys/acme.pub sha256:aa > sha256:bb keys/acme.pub:1 policy"}},
		{"baseline", file("mlpolicy-baseline.json", "policy", "aa"), file("mlpolicy-baseline.json", "policy", "bb"), []string{"waiver_changed mlpolicy-baseline.json sha256:aa > sha256:bb mlpolicy-baseline.json:1 policy"}},
		{"configuration of ours removed", file("mlpolicy.hcl", "config", "aa"), &sbom.Inventory{}, []string{"policy_changed mlpolicy.hcl sha256:aa >  mlpolicy.hcl policy"}},
		{"blocks of our configuration", law(map[string]any{"profile": block("a", 1), "waiver old": block("w", 5), "trust t": block("t", 9)}),
			law(map[string]any{"profile": block("b", 1), "waiver new": block("w", 5), "trust t": block("u", 9)}), []string{
				"waiver_changed mlpolicy.hcl waiver old w >  mlpolicy.hcl policy", "policy_changed mlpolicy.hcl profile a > b mlpolicy.hcl:1 policy",
				"waiver_changed mlpolicy.hcl waiver new  > w mlpolicy.hcl:5 policy", "trust_root_changed mlpolicy.hcl trust t t > u mlpolicy.hcl:9 policy"}},
	})
}

func TestStepsAndPermissions(t *testing.T) {
	t.Parallel()
	step := func(name string) sbom.PipelineJob {
		return sbom.PipelineJob{Name: name, Platform: "dvc", At: at("dvc.yaml", 3), Steps: []sbom.Step{{Run: "python " + name + ".py"}}}
	}
	ci := func(permission string, gate sbom.Tri) sbom.PipelineJob {
		j := sbom.PipelineJob{Name: "ship", Platform: "github", Permissions: map[string]string{"contents": permission}, PermissionsStated: sbom.Yes, At: at("ci.yml", 5)}
		if gate != "" {
			j.Purposes, j.Steps = []string{"gate"}, []sbom.Step{{Purposes: []string{"gate"}, ContinueOnError: gate}}
		}
		return j
	}
	identity := func(actions ...string) *sbom.Inventory {
		return &sbom.Inventory{Identities: []sbom.Identity{{ID: "role", Kind: "iam_role", Grants: []sbom.Grant{{Actions: actions, Resources: []string{"b"}, Effect: "allow", At: at("iam.tf", 2)}}}}}
	}
	pod := func(privileged sbom.Tri) *sbom.Inventory {
		return &sbom.Inventory{Workloads: []sbom.Workload{{Name: "api", Role: "serving", Security: sbom.Security{Privileged: privileged, At: at("k.yaml", 8)}, At: at("k.yaml", 1)}}}
	}
	exposed := func(public, auth sbom.Tri) *sbom.Inventory {
		return &sbom.Inventory{Exposures: []sbom.Exposure{{Workload: "api", Name: "svc", Kind: "loadbalancer", Public: public, Auth: auth, At: at("k.yaml", 20)}}}
	}
	run(t, []diffTest{
		{"filter step", jobs(step("dedup"), step("pack")), jobs(step("pack")), []string{"filter_weakened dvc.yaml#dedup dedup python dedup.py >  dvc.yaml data"}},
		{"another step", jobs(step("pack"), step("report")), jobs(step("report")), []string{"step_removed dvc.yaml#pack pack python pack.py >  dvc.yaml "}},
		{"token", jobs(ci("read", "")), jobs(ci("write", "")), []string{"permissions_widened ship contents read > write ci.yml:5 "}},
		{"token narrowed", jobs(ci("write", "")), jobs(ci("read", "")), []string{}},
		{"gate that no longer stops", jobs(ci("read", sbom.No)), jobs(ci("read", sbom.Yes)), []string{"gate_weakened ship blocks > continues on error ci.yml:5 policy"}},
		{"gate gone", jobs(ci("read", sbom.No)), jobs(ci("read", "")), []string{"gate_weakened ship blocks >  ci.yml:5 policy"}},
		{"gate with its job gone", jobs(ci("read", sbom.No)), jobs(), []string{"gate_weakened ship gate >  ci.yml policy"}},
		{"role", identity("s3:GetObject"), identity("s3:GetObject", "s3:*"), []string{"permissions_widened role  > s3:* on b iam.tf:2 "}},
		{"container", pod(sbom.No), pod(sbom.Yes), []string{"permissions_widened api  > privileged k.yaml:8 deployment"}},
		{"public", exposed(sbom.No, sbom.Yes), exposed(sbom.Yes, sbom.No), []string{
			"permissions_widened api authentication > no authentication on loadbalancer svc k.yaml:20 deployment", "permissions_widened api not public > public through loadbalancer svc k.yaml:20 deployment"}},
	})
}

func TestPrint(t *testing.T) {
	t.Parallel()
	changes := []sbom.Change{
		{Kind: BaseModelSwapped, Subject: "model of f in a.py", Before: "hf://a/b", After: "hf://c/d|`\x1b[2J", At: at("a.py", 3)},
		{Kind: DatasetDigestChanged, Subject: "d.csv", Before: "sha256:" + strings.Repeat("a", 64), After: "sha256:" + strings.Repeat("b", 64), At: at("d.csv", 0)},
		{Kind: AlertRemoved, Subject: "Low", Before: "x < 1", At: at("r.yml", 0)},
	}
	var text, markdown, none bytes.Buffer
	if err := Text(&text, changes); err != nil {
		t.Fatal(err)
	}
	if err := Markdown(&markdown, changes); err != nil {
		t.Fatal(err)
	}
	if err := Text(&none, nil); err != nil {
		t.Fatal(err)
	}
	wantText := "model swapped              model of f in a.py\n" +
		"                           a.py:3  hf://a/b -> hf://c/d|`\ufffd[2J\n" +
		"dataset content changed    d.csv\n" +
		"                           d.csv  sha256:aaaaaaaaaaaa -> sha256:bbbbbbbbbbbb\n" +
		"alert removed              Low\n" +
		"                           r.yml  was x < 1\n" +
		"3 changes\n"
	if text.String() != wantText {
		t.Errorf("got\n%s\nwant\n%s", text.String(), wantText)
	}
	if !strings.Contains(markdown.String(), "| model swapped | `model of f in a.py` | `hf://a/b` | `hf://c/d¦'\ufffd[2J` | `a.py:3` |\n") {
		t.Errorf("markdown\n%s", markdown.String())
	}
	if none.String() != "no change in ML terms\n" {
		t.Errorf("no changes: %q", none.String())
	}
}

func TestEveryKindHasAPhrase(t *testing.T) {
	t.Parallel()
	for kind, phrase := range phrases {
		if phrase == "" || kind == "" {
			t.Errorf("kind %q is said as %q", kind, phrase)
		}
	}
	if got := phrase("some_new_kind"); got != "some new kind" {
		t.Errorf("unknown kind is said as %q", got)
	}
}
