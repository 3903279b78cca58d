// Package area says which ML-critical area a path belongs to: data, training, registry,
// deployment, monitoring, features or policy. It goes by what was found in the file, else
// by whole words of its name; it reads nothing.
package area

import (
	"path"
	"regexp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Areas says which ML-critical area a path belongs to: by what was found in the file,
// else by its name.
type Areas struct{ byFact map[string]string }

// From learns the areas from the facts of inventories; those of a later line win, so
// what is most telling about a file comes last.
func From(inventories ...*sbom.Inventory) Areas {
	a := Areas{byFact: map[string]string{}}
	for _, inv := range inventories {
		for i := range inv.Workloads {
			if area := workloadAreas[inv.Workloads[i].Role]; area != "" {
				a.byFact[inv.Workloads[i].At.Path] = area
			}
		}
		for i := range inv.References {
			r := &inv.References[i]
			if r.Role == "serve" && r.How != "call" {
				a.byFact[r.At.Path] = "deployment"
			}
		}
		for i := range inv.Routes {
			a.byFact[inv.Routes[i].At.Path] = "deployment"
		}
		for i := range inv.Guards {
			a.byFact[inv.Guards[i].At.Path] = "deployment"
		}
		for i := range inv.Registry {
			a.byFact[inv.Registry[i].At.Path] = "registry"
		}
		for i := range inv.Alerts {
			a.byFact[inv.Alerts[i].At.Path] = "monitoring"
		}
		for i := range inv.Features {
			a.byFact[inv.Features[i].At.Path] = "features"
		}
	}
	return a
}

var workloadAreas = map[string]string{
	"training": "training", "serving": "deployment", "gateway": "deployment", "monitoring": "monitoring",
	"feature_store": "features", "registry": "registry",
}

// areaRules name areas by words of a path. Words are whole: train.py, sft_trainer,
// deploy/, but not "constrain". The first that matches wins: the more special first.
var areaRules = []struct {
	area    string
	pattern *regexp.Regexp
}{
	{"policy", word(`polic(y|ies)|rego|waivers?|exceptions?|mlpolicy|codeowners`)},
	{"monitoring", word(`monitor(ing|s)?|alerts?|alertmanager|prometheus|grafana|evidently|whylogs|drift|observability`)},
	{"features", word(`features?|feature[_-]?(store|views?|repo|definitions?)|feast|transformations?`)},
	{"registry", word(`registry|mlmodel|kitfile|model[_-]?registry|promote|promotion|register[_-]?model`)},
	{"deployment", word(`deploy(ment|ments|er)?|serv(e|er|ing)|inference|k8s|kubernetes|helm|charts|gateway|endpoints?|bentofile|modelfile|prompts?|guardrails?|chat[_-]template|generation[_-]config`)},
	{"data", DataWords},
	{"training", word(`train(er|ing|s)?|finetun(e|ing)|fine[_-]tun(e|ing)|pretrain(ing)?|sft|dpo|ppo|grpo|rlhf|reward|loss(es)?|lora|qlora|axolotl|optimi[sz]ers?|distill(ation)?|recipes?`)},
}

// DataWords matches the words of what data goes through before training.
var DataWords = word(`data|datasets?|preprocess(ing|or)?|prepare|dedup(lication|licate)?|filters?|filtering|clean(ing|er)?|curat(e|ion|or)|ingest(ion)?|decontaminat(e|ion)|tokeni[sz]e|label(l?ing)|corpus|scrape|crawl|etl`)

// word matches a word of a path, between separators and the ends.
func word(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[/_.-])(` + words + `)([/_.-]|$)`)
}

// Elsewhere matches paths whose code neither trains nor runs anything: tests and documents.
var Elsewhere = regexp.MustCompile(`(?i)(^|/)(tests?|testing|testdata|fixtures|docs?|examples?)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$|\.(md|rst)$`)

// Tests matches paths of tests: what they name or set, nothing trains or runs.
var Tests = regexp.MustCompile(`(?i)(^|/)(tests?|testing|testdata|fixtures)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$`)

// Of is the area of a path, "" when it is in none.
func (a Areas) Of(name string) string {
	if area := a.byFact[name]; area != "" {
		return area
	}
	if name == "" || Elsewhere.MatchString(name) {
		return ""
	}
	// The file name tells more than the folders, the nearer folder more than the farther.
	for part := name; part != "." && part != "/"; part = path.Dir(part) {
		for _, rule := range areaRules {
			if rule.pattern.MatchString(path.Base(part)) {
				return rule.area
			}
		}
	}
	return ""
}
