package weights

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// lightGBM is a model as LightGBM writes it: the header says where its trees are. The
// second tree splits by category and is linear.
func lightGBM() string {
	trees := []string{
		"num_leaves=2\nnum_cat=0\nsplit_feature=1\nsplit_gain=3\nthreshold=0.5\ndecision_type=2\nleft_child=-1\nright_child=-2\nleaf_value=0.1 0.9\nleaf_weight=3 4\nleaf_count=3 4\ninternal_value=0\ninternal_weight=0\ninternal_count=7\nis_linear=0\nshrinkage=1\n\n\n",
		"num_leaves=3\nnum_cat=1\nsplit_feature=0 2\nthreshold=0 1e-35\ndecision_type=1 10\nleft_child=1 -1\nright_child=-3 -2\nleaf_value=1 -inf 3\ncat_boundaries=0 2\ncat_threshold=5 1\nis_linear=1\nleaf_const=1 2 3\nnum_features=1 0 2\nleaf_features=0  1 2 \nleaf_coeff=0.5  1 2 \nshrinkage=0.1\n\n\n",
		"num_leaves=1\nnum_cat=0\nsplit_feature=\nthreshold=\nleft_child=\nright_child=\nleaf_value=0.05\nshrinkage=1\n\n\n",
	}
	var sizes []string
	for i, tree := range trees {
		trees[i] = fmt.Sprintf("Tree=%d\n%s", i, tree)
		sizes = append(sizes, fmt.Sprint(len(trees[i])))
	}
	return "tree\nversion=v3\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=2\nobjective=binary sigmoid:1\nfeature_names=a b=c d\nfeature_infos=[0:1] none 3:5:-1\ntree_sizes=" +
		strings.Join(sizes, " ") + "\n\n" + strings.Join(trees, "") + "end of trees\n\nfeature_importances:\nb=c=1\n\nparameters:\n[boosting: gbdt]\nend of parameters\n\npandas_categorical:null\n"
}

// xgboostBinary is a model in the binary format of XGBoost: one tree of three nodes.
func xgboostBinary() []byte {
	text := func(s string) []byte { return append(le64(uint64(len(s))), s...) }
	learner := make([]byte, 136)
	learner[4], learner[12], learner[16], learner[20] = 2, 1, 1, 1 // features, attributes, metrics, version
	model := make([]byte, 160)
	model[0], model[4] = 1, 1
	tree := make([]byte, 148)
	tree[0], tree[4], tree[16] = 1, 3, 2
	const none = uint32(1<<32 - 1)
	nodes := laidOut("", none, uint32(1), uint32(2), uint32(1), uint32(0), uint32(1<<31), none, none, uint32(0), uint32(0), uint32(0), none, none, uint32(0), uint32(0), make([]byte, 3*16))
	return laidOut("binf", learner, text("binary:logistic"), text("gbtree"), model, tree, nodes, uint32(0),
		uint64(2), text("best_iter"), text("3"), text("objective"), text(`{"name":"binary:logistic"}`), uint64(1), text("logloss"))
}

const pmmlModel = `<?xml version="1.0"?><PMML version="4.4"><Header/></PMML>`

// agent is the archive of Stable-Baselines3 with a pickle in its description.
func agent(t testing.TB, pickled []byte) []byte {
	data := mustJSON(map[string]any{"n_envs": 1, "policy_class": map[string]any{":type:": "x", ":serialized:": base64.StdEncoding.EncodeToString(pickled)}})
	return zipOf(t, "data", data, "policy.pth", string(torchZip(t, torchPickle(3, nil), 3)))
}

// TestDamage holds files of which a part is missing, changed or too much to a problem, and
// what they were made of to none.
func TestDamage(t *testing.T) {
	tarball, onnx, lgb := tarOf(t, "a.pkl", string(kind())), onnxModel(onnxNode("Conv", ""), pbMsg(5, append([]byte("\x08\x02\x10\x01"), pbMsg(9, []byte("12345678"))...))), lightGBM()
	flax := []byte("\x81\xa1w\xc7\x15\x01\x93\x91\x02\xa7float32\xc4\x0801234567")
	small := zipOf(t, "a.npy", string(npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "0123")))
	bound := func(pairs ...byte) []byte { return append(append([]byte("\x80\x04"), pairs...), '.') }
	for _, tc := range []struct {
		name   string
		file   string
		broken []byte
		want   string
		whole  []byte
	}{
		{"page of a server", "models.zip", []byte("<!DOCTYPE html><html></html>"), "unsupported", zipOf(t, "a.txt", "x")},
		{"empty archive file", "models.7z", nil, "truncated", sevenZip("a.txt", []byte("x"))},
		{"zeros", "models.tar.gz", make([]byte, 600), "unsupported", gzipped(tarOf(t, "a.txt", "x"))},
		{"page under a weak name", "a.model", []byte("<html>404</html>"), "unsupported", []byte("svm_type c_svc\n")},
		{"7z that is cut", "models.7z", sevenZip("a.txt", []byte("x"))[:40], "", sevenZip("a.txt", []byte("x"))},
		{"bytes behind a 7z", "models.7z", append(sevenZip("a.pkl", kind()), 0), "disagreement", sevenZip("a.pkl", kind())},
		{"checksum of a member of a 7z", "models.7z", flip(sevenZip("a.pkl", pickle4().str("text").stop()), 32+6), "malformed", sevenZip("a.pkl", pickle4().str("text").stop())},
		{"zip without its directory", "models.zip", zipOf(t, "a.txt", "hello")[:40], "truncated", zipOf(t, "a.txt", "hello")},
		{"tar without its end", "m.tar", tarball[:2*tarBlock], "truncated", tarball},
		{"compressed tar without its end", "m.tar.gz", gzipped(tarball[:2*tarBlock]), "truncated", gzipped(tarball)},
		{"checksum of a compressed tar", "m.tar.gz", flip(gzipped(tarball), -6), "malformed", gzipped(tarball)},
		{"compressed text under the name of a tar", "m.tar.gz", gzipped([]byte("<html>")), "unsupported", gzipped(tarball)},
		{"checksum of a compressed pickle", "m.pkl.gz", flip(gzipped(kind()), -6), "malformed", gzipped(kind())},
		{"checksum of an array", "a.npz", flip(small, bytes.Index(small, []byte("0123"))), "malformed", small},
		{"bytes behind an array", "a.npy", npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "01234"), "disagreement", npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "0123")},
		{"no tar in a compressed tar", "m.tar.gz", gzipped(bytes.Repeat([]byte{1}, 1024)), "unsupported", gzipped(make([]byte, 1024))},
		{"broken archive in an archive of models", "m.zip", zipOf(t, "a.pkl", string(kind()), "b.7z", "7z\xbc\xaf\x27\x1c"), "", zipOf(t, "a.txt", "x", "b.7z", "7z\xbc\xaf\x27\x1c")},
		{"line feeds behind an HDF5 file, and more", "m.h5", append(hdf5File(kerasDense), "\n\nx"...), "disagreement", append(hdf5File(kerasDense), "\n\n\n\n\n\n"...)},
		{"much behind an HDF5 file", "m.h5", append(hdf5File(kerasDense), make([]byte, maxPadding+1)...), "disagreement", append(hdf5File(kerasDense), make([]byte, maxPadding)...)},
		{"array without an order", "a.npy", npyFile("{'descr': '<f4', 'shape': (1,), }", "0123"), "malformed", npyFile("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "0123")},
		{"bytes behind a pickle", "a.pkl", append(kind(), 1, 2, 3), "disagreement", append(kind(), kind()...)},
		{"LightGBM without a tree", "m.txt", []byte(strings.Replace(lgb, "Tree=0", "Tree=7", 1)), "malformed", []byte(lgb)},
		{"LightGBM with a longer tree", "m.txt", []byte(strings.Replace(lgb, "0.1 0.9", "0.1 0.95555555555555", 1)), "malformed", []byte(lgb)},
		{"LightGBM cut in its parameters", "m.txt", []byte(lgb[:strings.Index(lgb, "end of parameters")]), "truncated", []byte(lgb)},
		{"LightGBM cut in its categories", "m.txt", []byte(lgb[:len(lgb)-3]), "truncated", []byte(lgb)},
		{"LightGBM with a hole", "m.txt", []byte(strings.Replace(lgb, "gbdt", "\x00\x00\x00\x00", 1)), "malformed", []byte(lgb)},
		{"XGBoost that is cut", "m.bin", xgboostBinary()[:300], "truncated", xgboostBinary()},
		{"XGBoost with bytes behind", "m.bin", append(xgboostBinary(), 7), "disagreement", xgboostBinary()},
		{"XGBoost that is not UTF-8", "m.json", []byte(strings.Replace(xgboostJSON(), `\u00e9`, "\xb4", 1)), "malformed", []byte(xgboostJSON())},
		{"negative count in UBJSON", "m.ubj", bytes.Replace(xgboostUBJSON(), []byte("[#L\x00"), []byte("[#L\xff"), 1), "malformed", xgboostUBJSON()},
		{"Flax that is no map", "m.msgpack", []byte("\x05"), "malformed", flax},
		{"Flax array of other size", "m.msgpack", bytes.Replace(flax, []byte("\x91\x02"), []byte("\x91\x03"), 1), "malformed", flax},
		{"Flax array without its data", "m.msgpack", bytes.Replace(flax, []byte("\xc4\x08"), []byte("\xa8\x30"), 1), "malformed", flax},
		{"attribute of XML twice", "m.pmml", []byte(strings.Replace(pmmlModel, `version="4.4"`, `version="4.4" version="4.4"`, 1)), "malformed", []byte(pmmlModel)},
		{"declaration of XML twice", "m.pmml", []byte(`<?xml version="1.0"?>` + pmmlModel), "malformed", []byte(strings.Replace(pmmlModel, `"1.0"`, `'1.0' encoding="UTF-8" standalone='yes' `, 1))},
		{"declaration that is none", "m.pmml", []byte(strings.Replace(pmmlModel, "version=", "version==", 1)), "malformed", []byte(strings.Replace(pmmlModel, `<?xml version="1.0"?>`, "", 1))},
		{"Flax extension of no type", "m.msgpack", append([]byte("\x82\xa1x\xc7\x02\x05ab"), flax[1:]...), "malformed", append([]byte("\x82\xa1x\xc7\x02\xffab"), flax[1:]...)},
		{"Flax complex number of one part", "m.msgpack", append(append([]byte("\x82"), flax[1:]...), "\xa1x\xc7\x02\x02\x91\x00"...), "malformed", append(append([]byte("\x82"), flax[1:]...), "\xa1x\xc7\x03\x02\x92\x00\x00"...)},
		{"Flax key twice", "m.msgpack", append([]byte("\x82\xa1w\x01"), flax[1:]...), "malformed", append([]byte("\x82\xa1v\x01"), flax[1:]...)},
		{"text in front of XML", "m.pmml", []byte("xx" + pmmlModel), "malformed", []byte("\n" + strings.Replace(pmmlModel, `<?xml version="1.0"?>`, "", 1))},
		{"two documents of XML", "m.pmml", []byte(pmmlModel + "<PMML/>"), "malformed", []byte(pmmlModel + "\n")},
		{"ONNX tensor of other size", "m.onnx", bytes.Replace(onnx, []byte("\x4a\x0812345678"), []byte("\x4a\x061234562\x00"), 1), "malformed", onnx},
		{"append to a dict", "a.pkl", bound('}', 'N', 'a'), "malformed", bound(']', 'N', 'a')},
		{"pairs for a list", "a.pkl", bound(']', '(', 'N', 'N', 'u'), "malformed", bound('}', '(', 'N', 'N', 'u')},
		{"items for a dict", "a.pkl", bound('}', '(', 'N', 0x90), "malformed", bound(0x8f, '(', 'N', 0x90)},
		{"key without a value", "a.pkl", bound('}', '(', 'N', 'u'), "malformed", bound('}', '(', 'N', 'N', 'u')},
		{"key without a value in DICT", "a.pkl", bound('(', 'N', 'd'), "malformed", bound('(', 'N', 'N', 'd')},
		{"key without a hash", "a.pkl", bound('}', ']', 'N', 's'), "malformed", bound('}', 'N', ']', 's')},
		{"arguments that are no tuple", "a.pkl", pickle4().global("a", "f").op(opEmptyList).op(opReduce).stop(), "malformed", pickle4().global("a", "f").op(opEmptyTuple).op(opReduce).stop()},
		{"text that is not UTF-8", "a.pkl", pickle4().str("ab\xffcd").stop(), "malformed", pickle4().str("ab\xed\xa0\x80cd").stop()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, ps := read(t, tc.file, tc.broken); len(ps) == 0 || !strings.Contains(problems(ps), tc.want) {
				t.Errorf("problems are %q, want %q", problems(ps), tc.want)
			}
			if _, ps := read(t, tc.file, tc.whole); len(ps) > 0 {
				t.Errorf("the twin has problems: %v", ps)
			}
		})
	}
}

// flip changes one byte, counted from the end when at is negative.
func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	return b
}

// TestHiddenPickles holds pickles that stand in other forms to what they name.
func TestHiddenPickles(t *testing.T) {
	latin1 := func(inner []byte) []byte {
		text := ""
		for _, c := range inner {
			text += string(rune(c))
		}
		a := pickle4().global("torch.storage", "_load_from_bytes").global("_codecs", "encode").str(text).str("latin1")
		return a.op(opTuple2).op(opReduce).op(opTuple1).op(opReduce).stop()
	}
	w, _ := read(t, "m.pkl", latin1(evil()))
	fail(t, "bytes of protocol 2", strings.Contains(imports(w), "posix.system:call:nested"), true)
	fail(t, "the loader read what was read", w.Imports[0].Args, nestedOnly)
	w, _ = read(t, "m.pkl", latin1([]byte("no pickle at all, promised")))
	fail(t, "the loader of what is no pickle", w.Imports[0].Args == nestedOnly, false)

	w, ps := read(t, "agent.zip", agent(t, evil()))
	fail(t, "agent", imports(w)+problems(ps), "data!policy_class/posix.system:call:nested policy.pth!archive/data.pkl/torch._utils._rebuild_tensor_v2:call policy.pth!archive/data.pkl/torch.FloatStorage:ref policy.pth!archive/data.pkl/collections.OrderedDict:call")
	_, ps = read(t, "agent.zip", zipOf(t, "data", `{"a":{":serialized:":"%%"}}`, "policy.pth", string(torchZip(t, torchPickle(3, nil), 3))))
	fail(t, "agent without base64", problems(ps), "malformed")
	w, _ = read(t, "m.pkl", pickle4().str(base64.StdEncoding.EncodeToString(pickle4().named("os", "system").call("id").stop())).stop())
	fail(t, "short base64 with its padding", imports(w), "os.system:call:nested")
}

// TestMakers holds calls of results to those whose effect nobody can name.
func TestMakers(t *testing.T) {
	get := func(name string) *asm {
		return pickle4().global("builtins", "getattr").global("a.b", "C").str(name).op(opTuple2).op(opReduce)
	}
	partial := func(name string) []byte {
		a := pickle4().global("functools", "partial").global("builtins", "getattr").global("a.b", "C").str(name).op(opTuple2).op(opReduce)
		return a.op(opTuple1).op(opReduce).op(opEmptyTuple).op(opReduce).stop()
	}
	for name, tc := range map[string]struct {
		content []byte
		want    string
	}{
		"new":              {get("__new__").op(opEmptyTuple).op(opReduce).stop(), ""},
		"unpickle":         {get("_unpickle").op(opEmptyTuple).op(opReduce).stop(), ""},
		"method":           {get("run").op(opEmptyTuple).op(opReduce).stop(), "call_of_result"},
		"partial of new":   {partial("__new__"), ""},
		"partial of other": {partial("run"), "call_of_result"},
		"type of dill":     {pickle4().global("dill._dill", "_load_type").call("slice").call("x").stop(), ""},
		"result":           {pickle4().global("a", "f").call("x").call("x").stop(), "call_of_result"},
	} {
		w, _ := read(t, "m.pkl", tc.content)
		fail(t, name, oddities(w), tc.want)
	}
}

func TestYAMLTags(t *testing.T) {
	text := "a: !!python/object/apply:os.system [id]\nb: !<tag:yaml.org,2002:python/object/new:subprocess.Popen> [id]\nc: !!python/name:acme.f\nd: !!python/object:acme.Net {}\ne: !!python/tuple [1]\n"
	w, _ := read(t, "m.nemo", tarOf(t, "model_config.yaml", text))
	fail(t, "tags", imports(w), "model_config.yaml/os.system:call model_config.yaml/subprocess.Popen:call model_config.yaml/acme.f:ref model_config.yaml/acme.Net:new")
}

func TestTemplatePointer(t *testing.T) {
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("ab", 32) + "\nsize 4096\n"
	for name, want := range map[string]string{
		"m/tokenizer_config.json": "not_fetched", "m/chat_template.jinja": "not_fetched", "m/additional_chat_templates/rag.jinja": "not_fetched",
		"m/special_tokens_map.json": "",
	} {
		f := sbom.NewFile(name, []byte(pointer))
		var inv sbom.Inventory
		if matchTemplate(f) {
			if err := collectTemplate(t.Context(), f, &inv); err != nil {
				t.Fatal(err)
			}
		}
		fail(t, name, problems(inv.Problems), want)
		if want != "" && (len(inv.Weights) != 1 || inv.Weights[0].Content != "not_fetched" || inv.Weights[0].SizeBytes != 4096) {
			t.Errorf("%s: %v", name, inv.Weights)
		}
	}
	var inv sbom.Inventory
	if err := collectTemplate(t.Context(), sbom.NewFile("tokenizer_config.json", []byte(`{"model_max`)), &inv); err != nil {
		t.Fatal(err)
	}
	fail(t, "cut configuration", problems(inv.Problems), "malformed")
}

// TestStorageWithoutChecksum holds that torch may write storages without their CRC.
func TestStorageWithoutChecksum(t *testing.T) {
	b := torchZip(t, torchPickle(3, nil), 3)
	name := []byte("archive/data/0")
	for _, at := range []int{bytes.Index(b, name) - zipLocalSize + 14, bytes.LastIndex(b, name) - zipCentralSize + 16} {
		binary.LittleEndian.PutUint32(b[at:], 0)
	}
	w, ps := read(t, "m.pt", b)
	fail(t, "storage", oddities(w)+problems(ps), "")
}
