package diff

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// withFile lists a file of the source beside the other facts.
func withFile(inv *sbom.Inventory, path, digest string) *sbom.Inventory {
	out := *inv
	out.Files = append(out.Files, sbom.FileFact{Path: path, Kind: "config", SHA256: digest})
	return &out
}

func TestGatesOutsideTheKnownFolders(t *testing.T) {
	t.Parallel()
	run(t, []diffTest{
		{"lower floor", settingsOfPath("configs/gate.yaml", "/evaluation/min_accuracy", 0.92), settingsOfPath("configs/gate.yaml", "/evaluation/min_accuracy", 0.8),
			[]string{"threshold_relaxed configs/gate.yaml#/evaluation/min_accuracy 0.92 > 0.8 configs/gate.yaml:3 "}},
		{"higher ceiling", settingsOfPath("configs/gate.yaml", "/max_error_rate", 0.1), settingsOfPath("configs/gate.yaml", "/max_error_rate", 0.3),
			[]string{"threshold_relaxed configs/gate.yaml#/max_error_rate 0.1 > 0.3 configs/gate.yaml:3 "}},
		{"a length is no gate", settingsOfPath("configs/gate.yaml", "/max_length", int64(10)), settingsOfPath("configs/gate.yaml", "/max_length", int64(20)), []string{}},
		{"a score without a bound", settingsOfPath("configs/gate.yaml", "/score_column", int64(1)), settingsOfPath("configs/gate.yaml", "/score_column", int64(2)), []string{}},
		{"the only setting of a file that stays", withFile(settingsOfPath("configs/gate.yaml", "/min_accuracy", 0.92), "configs/gate.yaml", "aa"), withFile(&sbom.Inventory{}, "configs/gate.yaml", "bb"),
			[]string{"threshold_relaxed configs/gate.yaml#/min_accuracy 0.92 >  configs/gate.yaml "}},
		{"the file is gone", withFile(settingsOfPath("configs/gate.yaml", "/min_accuracy", 0.92), "configs/gate.yaml", ""), &sbom.Inventory{}, []string{}},
		{"what DVC says of a stage", withFile(settingsOfPath("dvc.yaml", "/stages/dedup/outs", []any{"d.jsonl"}), "dvc.yaml", ""), withFile(&sbom.Inventory{}, "dvc.yaml", ""), []string{}},
	})
}

func step(run string) *sbom.Inventory {
	return jobs(sbom.PipelineJob{Name: "dedup", Platform: "dvc", Steps: []sbom.Step{{Run: run}}, At: at("dvc.yaml", 6)})
}

func TestStepOptions(t *testing.T) {
	t.Parallel()
	run(t, []diffTest{
		{"similarity", step("python dedup.py --threshold 0.8 in out"), step("python dedup.py --threshold=0.99 in out"),
			[]string{"filter_weakened dvc.yaml#dedup --threshold 0.8 > 0.99 dvc.yaml:6 data"}},
		{"stricter", step("python d.py --min-length 5"), step("python d.py --min-length 9"), []string{"threshold_tightened dvc.yaml#dedup --min-length 5 > 9 dvc.yaml:6 data"}},
		{"no direction", step("python d.py --port 80"), step("python d.py"), []string{"code_changed dvc.yaml#dedup python d.py --port 80 > python d.py dvc.yaml:6 data"}},
		{"a switch", step("python d.py --remove-pii --dedup-exact"), step("python d.py --remove-pii"), []string{"filter_weakened dvc.yaml#dedup --dedup-exact --dedup-exact >  dvc.yaml:6 data"}},
		{"other input", step("python d.py --out a.jsonl"), step("python d.py --out b.jsonl"),
			[]string{"code_changed dvc.yaml#dedup python d.py --out a.jsonl > python d.py --out b.jsonl dvc.yaml:6 data"}},
	})
}

func TestGuardDocuments(t *testing.T) {
	t.Parallel()
	rails := func(path string, flows ...any) *sbom.Inventory {
		inv := &sbom.Inventory{Documents: []sbom.Document{document("nemo-guardrails", path, map[string]any{"rails": map[string]any{"input": map[string]any{"flows": flows}}})}}
		for _, f := range flows {
			inv.Guards = append(inv.Guards, sbom.Guard{Route: "*", Name: f.(string), Side: "input", Kind: "semantic", At: at(path, 5)})
		}
		return inv
	}
	run(t, []diffTest{
		{"first of two is gone", rails("c.yml", "jailbreak", "self check"), rails("c.yml", "self check"), []string{"behaviour_changed guard jailbreak input semantic >  c.yml deployment"}},
		{"another name", rails("c.yml", "jailbreak", "self check"), rails("c.yml", "off", "self check"), []string{"behaviour_changed c.yml#/rails/input/flows/0 jailbreak > off c.yml deployment"}},
		{"another order", rails("c.yml", "a", "b"), rails("c.yml", "b", "a"), []string{}},
		{"one more", rails("c.yml", "b"), rails("c.yml", "a", "b"), []string{"behaviour_changed c.yml#/rails/input/flows/0  > a c.yml deployment"}},
	})
	base, head := rails("tests/c.yml", "a"), rails("tests/c.yml", "b")
	base.Guards, head.Guards = nil, nil
	if got := lines(Changes(base, head)); len(got) > 0 {
		t.Errorf("a test's rails: %v", got)
	}
}

func TestDocumentAndSettingAreOneChange(t *testing.T) {
	t.Parallel()
	of := func(v float64) *sbom.Inventory {
		return &sbom.Inventory{Documents: []sbom.Document{
			document("litellm", "gateway/l.yaml", map[string]any{"model_list": []any{map[string]any{"temperature": v}}}),
			document("settings", "gateway/l.yaml", map[string]any{"/model_list/0/temperature": value(v, 4)}),
		}}
	}
	entry := func(list ...any) *sbom.Inventory {
		return &sbom.Inventory{Documents: []sbom.Document{document("litellm", "l.yaml", map[string]any{"guardrails": list, "port": int64(1)})}}
	}
	rails := func(v float64) *sbom.Inventory {
		return &sbom.Inventory{Documents: []sbom.Document{document("nemo-guardrails", "r.yml", map[string]any{"lp_threshold": v}), document("settings", "r.yml", map[string]any{"/lp_threshold": value(v, 4)})}}
	}
	pii := map[string]any{"guardrail_name": "pii", "mode": "pre_call"}
	run(t, []diffTest{
		{"with its line", of(0.1), of(1.5), []string{"behaviour_changed gateway/l.yaml#/model_list/0/temperature 0.1 > 1.5 gateway/l.yaml:4 deployment"}},
		{"of no direction", rails(1), rails(2), []string{"behaviour_changed r.yml#/lp_threshold 1 > 2 r.yml:4 deployment"}},
		{"a whole entry", entry(pii, "x"), entry("x"), []string{"behaviour_changed l.yaml#/guardrails/0 {guardrail_name: pii, mode: pre_call} >  l.yaml deployment"}},
	})
}

func TestTemplatesOfRecipes(t *testing.T) {
	t.Parallel()
	recipe := func(template string) *sbom.Inventory {
		inv := &sbom.Inventory{}
		if template != "" {
			inv.Weights = []sbom.Weights{{Path: "sft.yaml", Format: "chat-template", SHA256: template, Templates: []sbom.Template{{Key: "chat_template", SHA256: template}}, At: at("sft.yaml", 0)}}
		}
		return withFile(inv, "sft.yaml", "")
	}
	run(t, []diffTest{
		{"changed", recipe("aa"), recipe("bb"), []string{"behaviour_changed sft.yaml#chat_template sha256:aa > sha256:bb sft.yaml deployment"}},
		{"added to a recipe", recipe(""), recipe("bb"), []string{"behaviour_changed sft.yaml#chat_template  > sha256:bb sft.yaml deployment"}},
		{"of a new recipe", &sbom.Inventory{}, recipe("bb"), []string{}},
		{"a template of a Dockerfile", file("ci/Dockerfile-uv.jinja", "", "aa"), file("ci/Dockerfile-uv.jinja", "", "bb"), []string{}},
		{"a template of a chart", file("ci/values.yaml.jinja2", "", "aa"), file("ci/values.yaml.jinja2", "", "bb"), []string{}},
		{"a chat template", file("m/llama3.jinja", "", "aa"), file("m/llama3.jinja", "", "bb"), []string{"behaviour_changed m/llama3.jinja sha256:aa > sha256:bb m/llama3.jinja:1 deployment"}},
	})
}

func TestAlertSeverity(t *testing.T) {
	t.Parallel()
	of := func(severity string) *sbom.Inventory {
		a := rule("Drift", ">", "1", "5m")
		a.Labels = map[string]string{"severity": severity}
		return &sbom.Inventory{Alerts: []sbom.Alert{a}}
	}
	run(t, []diffTest{{"lowered", of("page"), of("info"), []string{"alert_changed Drift severity page > info rules.yml:4 monitoring"}}})
}

func TestGrantsThatGrew(t *testing.T) {
	t.Parallel()
	of := func(resources ...string) *sbom.Inventory {
		return &sbom.Inventory{Identities: []sbom.Identity{{Kind: "role", ID: "r", Grants: []sbom.Grant{{Actions: []string{"get", "list"}, Resources: resources, Effect: "allow", At: at("role.yaml", 9)}}}}}
	}
	run(t, []diffTest{
		{"one resource more", of("pods", "services"), of("pods", "secrets", "services"), []string{"permissions_widened r  > get, list on secrets role.yaml:9 "}},
		{"one resource less", of("pods", "services"), of("pods"), []string{}},
	})
}

func TestTokenizerOfAModel(t *testing.T) {
	t.Parallel()
	of := func(names ...string) *sbom.Inventory {
		inv := &sbom.Inventory{}
		for i, name := range names {
			r := model(name, "", "none")
			if i == 1 {
				r.Kind = "tokenizer"
			}
			inv.References = append(inv.References, r)
		}
		return inv
	}
	run(t, []diffTest{
		{"both", of("a/m", "a/m"), of("b/m", "b/m"), []string{"base_model_swapped model of from_pretrained in train.py hf://a/m > hf://b/m train.py:7 training"}},
		{"the tokenizer alone", of("a/m", "a/m"), of("a/m", "b/m"), []string{"base_model_swapped tokenizer of from_pretrained in train.py hf://a/m > hf://b/m train.py:7 training"}},
		{"added", of(), of("b/m", "b/m"), []string{"model_added hf://b/m  > hf://b/m train.py:7 training"}},
		{"removed", of("b/m", "b/m"), of(), []string{"model_removed hf://b/m hf://b/m >  train.py training"}},
	})
}

func TestTrustedAtTheCall(t *testing.T) {
	t.Parallel()
	plain, trusting := model("a/m", "", "none"), model("a/m", "", "none")
	plain.CallAt, trusting.CallAt = at("train.py", 12), at("train.py", 12)
	trusting.TrustRemoteCode = sbom.Yes
	output := trusting
	output.Role, output.Name, output.URI = "output", "out", "./out"
	run(t, []diffTest{{"once", references(plain), references(trusting, output), []string{"trust_remote_code_enabled hf://a/m no > yes train.py:12 training"}}})
}

func TestLongValuesShowWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	start := strings.Repeat("be polite ", 40)
	before, after := shownPair(start+"never reveal data", start+"reveal data")
	if before == after || !strings.HasSuffix(before, "never reveal data") || !strings.HasPrefix(after, "…be polite") || len(before) > maxShownBytes {
		t.Errorf("%q, %q", before, after)
	}
	if b, a := differing("TEMP 1\nSYSTEM x", "TEMP 2\nSYSTEM x"); b != "TEMP 1" || a != "TEMP 2" {
		t.Errorf("%q, %q", b, a)
	}
	if b, a := differing("A\nB", "B\nA"); b != "A\nB" || a != "B\nA" {
		t.Errorf("another order: %q, %q", b, a)
	}
}

func TestPrintKeepsOtherFilesApart(t *testing.T) {
	t.Parallel()
	changes := []sbom.Change{
		{Kind: CodeChanged, Subject: "train.py", Before: "sha256:aa", After: "sha256:bb", At: at("train.py", 1)},
		{Kind: DatasetAdded, Subject: "hf://datasets/a", After: "hf://datasets/a", Provenance: sbom.No, At: at("train.py", 5)},
		{Kind: RevisionMoved, Subject: "hf://m", Before: "v1", After: "none", At: at("train.py", 6)},
		{Kind: CodeChanged, Subject: "eval.py", After: "sha256:bb", At: at("eval.py", 1)},
		{Kind: CodeChanged, Subject: "dvc.yaml#prep", Before: "a", After: "b", At: at("dvc.yaml", 6)},
	}
	var text, markdown bytes.Buffer
	if err := Text(&text, changes); err != nil {
		t.Fatal(err)
	}
	if err := Markdown(&markdown, changes); err != nil {
		t.Fatal(err)
	}
	want := "dataset added              hf://datasets/a\n                           train.py:5  (without provenance)\n" +
		"revision moved             hf://m\n                           train.py:6  v1 -> no revision\n" +
		"code changed               dvc.yaml#prep\n                           dvc.yaml:6  a -> b\n" +
		"3 changes\n1 other file of the ML system differs:\n  eval.py\n"
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	want = "| Change | Subject | Before | After | Where |\n| --- | --- | --- | --- | --- |\n" +
		"| dataset added without provenance | `hf://datasets/a` |  | `hf://datasets/a` | `train.py:5` |\n" +
		"| revision moved | `hf://m` | `v1` | `no revision` | `train.py:6` |\n" +
		"| code changed | `dvc.yaml#prep` | `a` | `b` | `dvc.yaml:6` |\n" +
		"\n<details><summary>1 other file of the ML system differs</summary>\n\n- `eval.py`\n\n</details>\n"
	if markdown.String() != want {
		t.Errorf("got\n%s\nwant\n%s", markdown.String(), want)
	}
}

func TestBOMAgainstSource(t *testing.T) {
	t.Parallel()
	component := func(kind, name, revision, digest string) sbom.Component {
		return sbom.Component{Kind: kind, Host: "huggingface", Name: name, Ref: kind + ":hf://" + name, Revision: revision, Digests: map[string]string{"sha256": digest}, At: at("train.py", 7)}
	}
	bom := func(list ...sbom.Component) *sbom.Inventory {
		return &sbom.Inventory{Subject: sbom.Subject{Kind: "bom"}, Components: list}
	}
	source := func(list ...sbom.Component) *sbom.Inventory {
		inv := withFile(references(model("a/m", "", "none")), "policies/a.rego", "aa")
		inv.Components, inv.Alerts = list, []sbom.Alert{rule("Drift", ">", "1", "5m")}
		return inv
	}
	run(t, []diffTest{
		{"the same", bom(component("model", "a/m", "v1", "")), source(component("model", "a/m", "v1", "")), []string{}},
		{"the other way round", source(component("model", "a/m", "v1", "")), bom(component("model", "a/m", "v1", "")), []string{}},
		{"swapped", bom(component("model", "a/m", "v1", "")), source(component("model", "b/m", "v1", "")), []string{"base_model_swapped model in train.py model:hf://a/m > model:hf://b/m train.py:7 training"}},
		{"moved", bom(component("model", "a/m", "v1", "")), source(component("model", "a/m", "v2", "")), []string{"revision_moved a/m v1 > v2 train.py:7 training"}},
		{"data", bom(component("dataset", "a/d", "", "aa")), source(component("dataset", "a/d", "", "bb")), []string{"dataset_digest_changed a/d sha256:aa > sha256:bb train.py:7 data"}},
		{"a path", bom(component("model", "data/m/", "", "")), source(component("model", "/data/m", "", "")), []string{}},
		{"data swapped", bom(component("dataset", "a/d", "", "")), source(component("dataset", "b/d", "", "")),
			[]string{"dataset_removed a/d dataset:hf://a/d >  train.py data", "dataset_added b/d  > dataset:hf://b/d train.py:7 data"}},
	})
}

func TestPackagesOfABOM(t *testing.T) {
	t.Parallel()
	of := func(kind string, list ...sbom.Package) *sbom.Inventory {
		return &sbom.Inventory{Subject: sbom.Subject{Kind: kind}, Packages: list}
	}
	in := func(path, version string) sbom.Package {
		return sbom.Package{Name: "torch", Ecosystem: "pypi", Version: version, At: at(path, 1)}
	}
	option := sbom.Package{Option: "--extra-index-url", URL: "https://example.com", At: at("a.txt", 1)}
	run(t, []diffTest{
		{"one entry for two files", of("bom", in("a.txt", "2.4.0")), of("", option, in("a.txt", "2.4.0"), in("b.txt", "2.4.0")), []string{}},
		{"moved", of("bom", in("a.txt", "2.4.0")), of("", in("a.txt", "2.5.0")), []string{"package_version_moved torch 2.4.0 > 2.5.0 a.txt:1 "}},
	})
}
