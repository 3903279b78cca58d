package attest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// The simulated lifecycle: 40 families of 5 models, 1,000 statements.
const (
	families            = 40
	statementsPerFamily = 25
)

// record is one statement before it is signed.
type record struct {
	id        string
	signer    string
	statement object
	document  *Document // signed, once it was needed
}

// world is a lifecycle with its trust. Every test works on a copy.
type world struct {
	records []record
	signers map[string]*Signer
	policy  *Policy
	revoked map[string]string
	target  Target
	judged  map[string]Judged // by digest of the document: judging is pure
}

func sum(name string) string {
	s := sha256.Sum256([]byte(name))
	return hex.EncodeToString(s[:])
}

// digestName is the digest of a thing of the simulation by its name.
func digestName(name string) string { return "sha256:" + sum(name) }

func thing(name, kind, version string) object {
	annotations := object{}
	if kind != "" {
		annotations[annotationKind] = kind
	}
	if version != "" {
		annotations[annotationVersion] = version
	}
	return object{"name": name, "digest": object{"sha256": sum(name)}, "annotations": annotations}
}

func input(kind, name, uri string) object {
	return object{"name": kind + ":" + name, "uri": uri, "digest": object{"sha256": sum(name)}}
}

var simStart = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// slsa is provenance of a stage; hour orders the stages in time.
func slsa(stage string, hour int, subject object, inputs ...object) object {
	list := []any{}
	for _, in := range inputs {
		list = append(list, in)
	}
	start := simStart.Add(time.Duration(hour) * time.Hour)
	return object{"_type": statementType, "subject": []any{subject}, "predicateType": PredicateSLSA, "predicate": object{
		"buildDefinition": object{"buildType": buildTypePrefix + stage + "/v1", "externalParameters": object{"stage": stage}, "resolvedDependencies": list},
		"runDetails":      object{"builder": object{"id": "https://ci.example/" + stage}, "metadata": object{"startedOn": stamp(start), "finishedOn": stamp(start.Add(30 * time.Minute))}},
	}}
}

func vsa(name, resource, result string, hour int) object {
	return object{"_type": statementType, "subject": []any{object{"name": name, "digest": object{"sha256": sum(name)}}}, "predicateType": PredicateVSA, "predicate": object{
		"verifier": object{"id": VerifierID}, "timeVerified": stamp(simStart.Add(time.Duration(hour) * time.Hour)), "resourceUri": resource,
		"policy": object{"uri": "p", "digest": object{"sha256": sum("policy")}}, "verificationResult": result, "verifiedLevels": []any{"SLSA_BUILD_LEVEL_1"},
	}}
}

func evidence(predicateType, name string) object {
	return object{"_type": statementType, "subject": []any{object{"name": name, "digest": object{"sha256": sum(name)}}}, "predicateType": predicateType,
		"predicate": object{"result": "PASSED", "verifier": object{"id": "scan"}}}
}

func code(f int) object {
	return object{"name": "code", "uri": "git+https://github.com/acme/train", "digest": object{"gitCommit": fmt.Sprintf("%040x", f+1)}}
}

func image() object {
	return object{"name": "env", "uri": "pkg:oci/trainer", "digest": object{"sha256": sum("trainer image")}}
}

func base(f int) object {
	return input("base", fmt.Sprintf("base%d", f), fmt.Sprintf("hf://meta/base%d@%040x", f, f))
}

// family adds the 25 statements of one family: three datasets; a model, two adapters, a
// merge and a quantized model; each registered, tested and deployed.
func (w *world) family(f int) {
	n := func(what string) string { return fmt.Sprintf("f%d/%s", f, what) }
	for d := range 3 {
		ds := n(fmt.Sprintf("dataset%d", d))
		w.add(n(fmt.Sprintf("data%d", d)), "data", slsa("data", 1, thing(ds, "dataset", ""), input("dataset", ds+" raw", "s3://raw/"+ds)))
	}
	w.add(n("scan0"), "data", evidence(PredicateSVR, n("dataset0")))
	w.add(n("scan1"), "data", evidence(PredicateSVR, n("dataset1")))
	dataset := func(d int) object { return input("dataset", n(fmt.Sprintf("dataset%d", d)), "s3://data/x") }
	model := func(what string) object { return input("model", n(what), "") }
	w.add(n("train/model"), "training", slsa("training", 10, thing(n("model"), "model", ""), base(f), dataset(0), code(f), image()))
	w.add(n("train/adapter0"), "training", slsa("training", 20, thing(n("adapter0"), "adapter", ""), input("base", n("model"), ""), dataset(1), code(f), image()))
	w.add(n("train/adapter1"), "training", slsa("training", 20, thing(n("adapter1"), "adapter", ""), input("base", n("model"), ""), dataset(2), code(f), image()))
	w.add(n("train/merge"), "training", slsa("training", 30, thing(n("merge"), "merge", ""), model("model"), model("adapter0"), model("adapter1"), code(f)))
	w.add(n("train/quantized"), "training", slsa("training", 40, thing(n("quantized"), "quantized", ""), model("merge"), code(f)))
	for _, what := range []string{"model", "adapter0", "adapter1", "merge", "quantized"} {
		w.add(n("registry/"+what), "registry", slsa("registry", 50, thing(n(what), "model", "1.2.0"), input("model", n(what), "")))
		w.add(n("test/"+what), "registry", evidence(PredicateTestResult, n(what)))
		w.add(n("vsa/"+what), "deployment", vsa(n(what), "oci://r/"+n(what), "PASSED", 60))
	}
}

func (w *world) add(id, signer string, statement object) {
	w.records = append(w.records, record{id: id, signer: signer, statement: statement})
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{signers: map[string]*Signer{}, revoked: map[string]string{}, judged: map[string]Judged{}}
	for i, name := range []string{"data", "training", "registry", "deployment", "mallory"} {
		seed := sha256.Sum256([]byte{byte(i)})
		w.signers[name] = newSigner(t, ed25519.NewKeyFromSeed(seed[:]))
	}
	block := func(stage string, inputs []string, external []string, types ...string) StageTrust {
		return StageTrust{Name: stage, Stage: stage, InputsFrom: inputs, External: external, PredicateTypes: types,
			Trust: Trust{Keys: []Key{{Name: stage + ".pub", Public: w.signers[stage].Public()}}, Now: testNow}}
	}
	bases := []string{"git+https://github.com/acme/*", "pkg:oci/trainer@" + digestName("trainer image")}
	for f := range families {
		bases = append(bases, fmt.Sprintf("hf://meta/base%d@%s", f, digestName(fmt.Sprintf("base%d", f))))
	}
	w.policy = &Policy{Now: testNow, Blocks: []StageTrust{
		block("data", []string{"data"}, []string{"s3://raw/*"}, PredicateSLSA, PredicateSVR),
		block("training", []string{"data", "training"}, bases, PredicateSLSA),
		block("registry", []string{"training"}, nil, PredicateSLSA, PredicateTestResult),
		block("deployment", []string{"registry"}, nil, PredicateVSA),
	}}
	for f := range families {
		w.family(f)
	}
	w.at(7, "quantized")
	return w
}

// at makes a thing of a family the target of the deployment gate.
func (w *world) at(f int, what string) {
	name := fmt.Sprintf("f%d/%s", f, what)
	w.target = Target{Digests: []string{digestName(name)}, Stage: "deployment", Resource: "oci://r/" + name}
}

func (w *world) clone() *world {
	c := *w
	c.records, c.revoked = slices.Clone(w.records), maps.Clone(w.revoked)
	c.policy = &Policy{Now: w.policy.Now, Blocks: slices.Clone(w.policy.Blocks)}
	return &c
}

func (w *world) find(id string) int {
	i := slices.IndexFunc(w.records, func(r record) bool { return r.id == id })
	if i < 0 {
		panic("no record " + id)
	}
	return i
}

func (w *world) remove(id string) { i := w.find(id); w.records = slices.Delete(w.records, i, i+1) }

// edit changes a statement and signs it again with the same key: an attacker who has it.
func (w *world) edit(id string, change func(object)) {
	i := w.find(id)
	var copied object
	if err := json.Unmarshal(must(json.Marshal(w.records[i].statement)), &copied); err != nil {
		panic(err)
	}
	change(copied)
	w.records[i] = record{id: id, signer: w.records[i].signer, statement: copied}
}

func (w *world) signAs(id, signer string) {
	i := w.find(id)
	w.records[i] = record{id: id, signer: signer, statement: w.records[i].statement}
}

// tamper changes a signed document without the key.
func (w *world) tamper(id string, edit func(object)) {
	i := w.find(id)
	bundle := editBundle(w.sign(i).Bundle.raw, edit)
	d := ReadDocuments(id, bundle)[0]
	w.records[i] = record{id: id, document: &d}
}

func (w *world) sign(i int) *Document {
	r := &w.records[i]
	if r.document == nil {
		bundle := must(w.signers[r.signer].Sign(must(json.Marshal(r.statement))))
		d := ReadDocuments(r.id, bundle)[0]
		r.document = &d
	}
	return r.document
}

func (w *world) walk() sbom.Provenance {
	var judged []Judged
	for i := range w.records {
		d := w.sign(i)
		j, ok := w.judged[d.Digest]
		if !ok || d.Err != nil {
			j = w.policy.judge(*d)
			w.judged[d.Digest] = j
		}
		judged = append(judged, j)
	}
	return NewChain(w.policy, judged, w.revoked).Walk(w.target)
}

func inputs(s object) []any {
	return s["predicate"].(object)["buildDefinition"].(object)["resolvedDependencies"].([]any)
}

func setInputs(s object, list []any) {
	s["predicate"].(object)["buildDefinition"].(object)["resolvedDependencies"] = list
}

// withoutInput drops the inputs whose name starts with prefix.
func withoutInput(prefix string) func(object) {
	return func(s object) {
		setInputs(s, slices.DeleteFunc(inputs(s), func(in any) bool { return strings.HasPrefix(in.(object)["name"].(string), prefix) }))
	}
}

func editInput(prefix string, change func(object)) func(object) {
	return func(s object) {
		for _, in := range inputs(s) {
			if strings.HasPrefix(in.(object)["name"].(string), prefix) {
				change(in.(object))
				return
			}
		}
		panic("no input " + prefix)
	}
}

func swapDigest(name string) func(object) {
	return func(in object) { in["digest"] = object{"sha256": sum(name)} }
}

func metadata(s object) object {
	return s["predicate"].(object)["runDetails"].(object)["metadata"].(object)
}

type attack struct {
	want  string // code of a gap, or revoked
	plant func(*world)
}

// attacks plants one attack each; the target is the quantized model of family 7, whose
// chain is registry ← quantized ← merge ← model, adapter0, adapter1 ← datasets 0, 1, 2.
var attacks = map[string]attack{
	// Substitution at each stage: the bytes are not those that were attested.
	"deployed bytes replaced": {"no_statement", func(w *world) { w.target.Digests = []string{digestName("backdoored")} }},
	"registry statement for other bytes": {"wrong_stage", func(w *world) {
		w.edit("f7/registry/quantized", func(s object) { s["subject"].([]any)[0].(object)["digest"] = object{"sha256": sum("x")} })
	}},
	"registered from other bytes":   {"undeclared_input", func(w *world) { w.edit("f7/registry/quantized", editInput("model:", swapDigest("x"))) }},
	"quantized from other merge":    {"no_statement", func(w *world) { w.edit("f7/train/quantized", editInput("model:", swapDigest("x"))) }},
	"merged with a foreign adapter": {"no_statement", func(w *world) { w.edit("f7/train/merge", editInput("model:f7/adapter0", swapDigest("x"))) }},
	"adapter on another base":       {"no_statement", func(w *world) { w.edit("f7/train/adapter0", editInput("base:", swapDigest("x"))) }},
	"model from another dataset":    {"no_statement", func(w *world) { w.edit("f7/train/model", editInput("dataset:", swapDigest("x"))) }},
	"hub base with other bytes":     {"no_statement", func(w *world) { w.edit("f7/train/model", editInput("base:", swapDigest("x"))) }},
	"base from another publisher": {"no_statement", func(w *world) {
		w.edit("f7/train/model", editInput("base:", func(in object) { in["uri"] = "hf://meta-evil/base7" }))
	}},
	"code from a fork": {"no_statement", func(w *world) {
		w.edit("f7/train/model", editInput("code", func(in object) { in["uri"] = "git+https://github.com/mallory/train" }))
	}},
	"another training image": {"no_statement", func(w *world) { w.edit("f7/train/model", editInput("env", swapDigest("x"))) }},
	"raw data from another bucket": {"no_statement", func(w *world) {
		w.edit("f7/data0", editInput("dataset:", func(in object) { in["uri"] = "s3://mallory/raw" }))
	}},
	"dataset statement for another digest": {"no_statement", func(w *world) {
		w.edit("f7/data1", func(s object) { s["subject"].([]any)[0].(object)["digest"] = object{"sha256": sum("x")} })
	}},

	// Omission: what is not said cannot be checked.
	"dataset left out of training":     {"undeclared_input", func(w *world) { w.edit("f7/train/model", withoutInput("dataset:")) }},
	"dataset left out of adapter":      {"undeclared_input", func(w *world) { w.edit("f7/train/adapter1", withoutInput("dataset:")) }},
	"base left out of adapter":         {"undeclared_input", func(w *world) { w.edit("f7/train/adapter1", withoutInput("base:")) }},
	"merge of one model":               {"undeclared_input", func(w *world) { w.edit("f7/train/merge", withoutInput("model:f7/adapter")) }},
	"quantized from nothing":           {"undeclared_input", func(w *world) { w.edit("f7/train/quantized", withoutInput("model:")) }},
	"registered without the model":     {"undeclared_input", func(w *world) { w.edit("f7/registry/quantized", withoutInput("model:")) }},
	"second dataset of the BOM hidden": {"undeclared_input", func(w *world) { w.target.Declared = map[string]string{digestName("f7/extra"): "dataset extra"} }},
	"no inputs at all":                 {"undeclared_input", func(w *world) { w.edit("f7/train/model", func(s object) { setInputs(s, nil) }) }},

	// Missing statements.
	"registry statement missing": {"wrong_stage", func(w *world) { w.remove("f7/registry/quantized") }},
	"training statement missing": {"wrong_stage", func(w *world) { w.remove("f7/train/merge") }},
	"data statement missing":     {"no_statement", func(w *world) { w.remove("f7/data2") }},

	// Wrong signer.
	"training signed by a stranger":    {"wrong_signer", func(w *world) { w.signAs("f7/train/adapter0", "mallory") }},
	"data signed by the trainer":       {"wrong_signer", func(w *world) { w.signAs("f7/data0", "training") }},
	"training signed by the data team": {"wrong_signer", func(w *world) { w.signAs("f7/train/model", "data") }},
	"registry signed by the trainer":   {"wrong_signer", func(w *world) { w.signAs("f7/registry/quantized", "training") }},
	"trainer claims the data stage":    {"wrong_signer", func(w *world) { w.signAs("f7/data1", "training") }},
	"payload changed after signing":    {"wrong_signer", func(w *world) { w.tamper("f7/data1", changePayload) }},
	"signature of another statement": {"wrong_signer", func(w *world) {
		w.tamper("f7/data1", func(b object) { envelope(b)["signatures"] = []any{object{"sig": b64(make([]byte, 64))}} })
	}},

	// Pinning, order, contradiction.
	"dataset by name only": {"unpinned_input", func(w *world) {
		w.edit("f7/train/adapter0", editInput("dataset:", func(in object) { delete(in, "digest") }))
	}},
	"base by tag only": {"unpinned_input", func(w *world) { w.edit("f7/train/model", editInput("base:", func(in object) { delete(in, "digest") })) }},
	"data finished after its use": {"time_travel", func(w *world) {
		w.edit("f7/data0", func(s object) { metadata(s)["finishedOn"] = stamp(simStart.Add(15 * time.Hour)) })
	}},
	"two stories of one adapter": {"conflict", func(w *world) {
		w.add("f7/train/adapter0b", "training", slsa("training", 20, thing("f7/adapter0", "adapter", ""), input("base", "f7/model", ""), input("dataset", "f7/dataset2", ""), code(7), image()))
	}},
	"made from itself": {"cycle", func(w *world) {
		w.edit("f7/train/model", func(s object) { setInputs(s, append(inputs(s), input("model", "f7/quantized", ""))) })
	}},

	// Going back.
	"older version after a newer passed": {"rollback", func(w *world) {
		w.add("f7/registry/next", "registry", slsa("registry", 55, thing("f7/next", "model", "1.10.0"), input("model", "f7/next", "")))
		w.add("f7/vsa/next", "deployment", vsa("f7/next", "oci://r/f7/quantized", "PASSED", 70))
	}},
	"replay of another family's statements": {"no_statement", func(w *world) {
		w.target.Digests = []string{digestName("f7/quantized v2")}
		w.add("f7/vsa/replay", "deployment", vsa("f7/quantized", "oci://r/f7/quantized", "PASSED", 61))
	}},

	// Revocation.
	"dataset three levels up revoked": {"revoked", func(w *world) { w.revoked[digestName("f7/dataset0")] = "poisoned" }},
	"raw data four levels up revoked": {"revoked", func(w *world) { w.revoked[digestName("f7/dataset1 raw")] = "poisoned" }},
	"hub base revoked":                {"revoked", func(w *world) { w.revoked[digestName("base7")] = "backdoor" }},
	"training image revoked":          {"revoked", func(w *world) { w.revoked[digestName("trainer image")] = "compromised" }},
	"code revoked":                    {"revoked", func(w *world) { w.revoked[fmt.Sprintf("gitCommit:%040x", 8)] = "compromised" }},
	"the model itself revoked":        {"revoked", func(w *world) { w.revoked[digestName("f7/quantized")] = "recalled" }},
	"key of the trainer revoked":      {"revoked", func(w *world) { w.revoked["sha256:"+keyDigest(w.signers["training"].Public())] = "stolen" }},
}

func changePayload(b object) {
	envelope(b)["payload"] = b64([]byte(strings.Replace(string(must(decodeBase64(envelope(b)["payload"].(string)))), "ci.example", "ci.evilone", 1)))
}

func TestLifecycleAttacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if len(w.records) != families*statementsPerFamily || families*5 != 200 {
		t.Fatalf("%d statements", len(w.records))
	}
	if got := w.walk(); len(got.Gaps)+len(got.Revoked) > 0 || len(got.Edges) == 0 {
		t.Fatalf("clean lifecycle: %+v", got)
	}
	if len(attacks) < 40 {
		t.Fatalf("%d attacks", len(attacks))
	}
	for _, name := range slices.Sorted(maps.Keys(attacks)) {
		a := attacks[name]
		c := w.clone()
		a.plant(c)
		got := c.walk()
		var codes []string
		for _, g := range got.Gaps {
			codes = append(codes, g.Code)
		}
		if len(got.Revoked) > 0 {
			codes = append(codes, "revoked")
		}
		if !slices.Contains(codes, a.want) {
			t.Errorf("%s: got %v, want %s\n%+v", name, codes, a.want, got.Gaps)
		}
	}
}

// cleanVariants are changes that must not deny: one in each of fifty ways.
func cleanVariants() map[string]func(*world) {
	variants := map[string]func(*world){
		"other order":           func(w *world) { slices.Reverse(w.records) },
		"every statement twice": func(w *world) { w.records = append(w.records, w.records...) },
		"rebuilt from the same inputs": func(w *world) {
			i := w.find("f7/train/merge")
			r := w.records[i]
			r.id += " again"
			w.records = append(w.records, r)
		},
		"unrelated digest revoked":     func(w *world) { w.revoked[digestName("unrelated")] = "x" },
		"dataset of another revoked":   func(w *world) { w.revoked[digestName("f8/dataset0")] = "x" },
		"stranger about another":       func(w *world) { w.signAs("f8/train/model", "mallory") },
		"stranger repeats a statement": func(w *world) { r := w.records[w.find("f7/train/model")]; w.add("copy", "mallory", r.statement) },
		"other family incomplete":      func(w *world) { w.remove("f9/data0") },
		"tests missing":                func(w *world) { w.remove("f7/test/quantized") },
		"summary missing":              func(w *world) { w.remove("f7/vsa/quantized") },
		"newer version failed": func(w *world) {
			w.add("n", "registry", slsa("registry", 55, thing("n", "model", "1.9.0"), input("model", "n", "")))
			w.add("v", "deployment", vsa("n", "oci://r/f7/quantized", "FAILED", 70))
		},
		"newer version elsewhere": func(w *world) {
			w.add("n", "registry", slsa("registry", 55, thing("n", "model", "1.9.0"), input("model", "n", "")))
			w.add("v", "deployment", vsa("n", "oci://r/other", "PASSED", 70))
		},
		"older version passed before": func(w *world) {
			w.add("n", "registry", slsa("registry", 55, thing("n", "model", "1.1.9"), input("model", "n", "")))
			w.add("v", "deployment", vsa("n", "oci://r/f7/quantized", "PASSED", 55))
		},
		"second digest algorithm": func(w *world) {
			w.edit("f7/train/merge", func(s object) {
				s["subject"].([]any)[0].(object)["digest"].(object)["sha512"] = strings.Repeat("a", 128)
			})
		},
		"upper case digest": func(w *world) {
			w.edit("f7/train/quantized", editInput("model:", func(in object) { in["digest"] = object{"sha256": strings.ToUpper(sum("f7/merge"))} }))
		},
		"no times": func(w *world) { w.edit("f7/data0", func(s object) { clear(metadata(s)) }) },
		"one more dataset": func(w *world) {
			w.edit("f7/train/model", func(s object) { setInputs(s, append(inputs(s), input("dataset", "f8/dataset0", ""))) })
		},
		"declared and there": func(w *world) {
			w.target.Declared = map[string]string{digestName("f7/dataset0"): "dataset0", digestName("base7"): "base"}
		},
		"external without revision": func(w *world) {
			w.edit("f7/train/model", editInput("base:", func(in object) { in["uri"] = "hf://meta/base7" }))
		},
		"free text in the parameters": func(w *world) {
			w.edit("f7/train/model", func(s object) {
				s["predicate"].(object)["buildDefinition"].(object)["externalParameters"].(object)["seed"] = 7
			})
		},
		"broken file beside": func(w *world) {
			d := ReadDocuments("broken", []byte("{"))[0]
			w.records = append(w.records, record{id: "broken", document: &d})
		},
		"link of the same step": func(w *world) { w.add("scai", "data", evidence(PredicateSVR, "f7/dataset2")) },
	}
	for i := range 50 - len(variants) {
		f, what := i+10, []string{"quantized", "merge", "adapter0", "adapter1", "model"}[i%5]
		variants[fmt.Sprintf("family %d %s", f, what)] = func(w *world) { w.at(f, what) }
	}
	return variants
}

func TestLifecycleCleanVariants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.walk() // signs once for all copies
	variants := cleanVariants()
	if len(variants) != 50 {
		t.Fatalf("%d variants", len(variants))
	}
	for name, change := range variants {
		c := w.clone()
		change(c)
		if got := c.walk(); len(got.Gaps)+len(got.Revoked) > 0 || len(got.Edges) == 0 {
			t.Errorf("%s: gaps %+v, revoked %+v, %d edges", name, got.Gaps, got.Revoked, len(got.Edges))
		}
	}
}

// TestRevokedPath prints the way from the target to the poisoned dataset.
func TestRevokedPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.revoked[digestName("f7/dataset1 raw")] = "poisoned"
	got := w.walk().Revoked
	want := []string{digestName("f7/quantized"), digestName("f7/quantized"), digestName("f7/merge"), digestName("f7/adapter0"), digestName("f7/dataset1"), digestName("f7/dataset1 raw")}
	if len(got) != 1 || !slices.Equal(got[0].Path, want) || got[0].Reason != "poisoned" {
		t.Errorf("got %+v", got)
	}
}
