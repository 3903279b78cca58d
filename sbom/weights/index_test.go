package weights

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// shard is a collector of safetensors alone, so that the index is tested with the
// facts that the reader states.
var shard = sbom.Collector{
	Name: "test/safetensors", Families: []sbom.Family{sbom.FamilyWeights},
	Match: func(f *sbom.File) bool { return f.Ext() == ".safetensors" },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		w := sbom.Weights{Path: f.Path, Format: "safetensors", Content: "read"}
		_, err := readSafetensors(f, f.Size, &w)
		for _, e := range faults(err) {
			out.AddProblem(sbom.At{Path: f.Path, Offset: e.offset}, sbom.FamilyWeights, e.code, e.reason)
		}
		out.Weights = append(out.Weights, w)
		return nil
	},
}

func shardFile(tensors ...string) []byte {
	header := map[string]any{}
	for i, name := range tensors {
		header[name] = map[string]any{"dtype": "F32", "shape": []int{1}, "data_offsets": []int{4 * i, 4*i + 4}}
	}
	return safetensorsFile(mustJSON(header), 4*len(tensors))
}

func TestShards(t *testing.T) {
	const (
		one, two = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
		name     = "model.safetensors.index.json"
	)
	index := mustJSON(map[string]any{"metadata": map[string]any{"total_size": 12},
		"weight_map": map[string]string{"a": one, "b": one, "c": two}})
	whole := func() map[string][]byte {
		return map[string][]byte{"m/" + name: []byte(index), "m/" + one: shardFile("a", "b"), "m/" + two: shardFile("c")}
	}
	cases := []struct {
		name   string
		change func(files map[string][]byte)
		want   sbom.Shards
	}{
		{"whole", func(map[string][]byte) {}, sbom.Shards{}},
		{"missing", func(f map[string][]byte) { delete(f, "m/"+two) }, sbom.Shards{Missing: []string{two}}},
		{"extra", func(f map[string][]byte) { f["m/model-00003-of-00002.safetensors"] = shardFile("d") },
			sbom.Shards{Extra: []string{"model-00003-of-00002.safetensors"}}},
		{"other file beside", func(f map[string][]byte) { f["m/adapter.safetensors"] = shardFile("d") }, sbom.Shards{}},
		{"shard of another folder", func(f map[string][]byte) { f["n/model-00003-of-00002.safetensors"] = shardFile("d") }, sbom.Shards{}},
		{"cut", func(f map[string][]byte) { f["m/"+two] = f["m/"+two][:len(f["m/"+two])-1] }, sbom.Shards{WrongSize: []string{two}}},
		{"tensor in two shards", func(f map[string][]byte) { f["m/"+two] = shardFile("a", "c") },
			sbom.Shards{Duplicated: []string{"a"}, WrongSize: []string{name}}},
		{"tensor twice in the index", func(f map[string][]byte) {
			f["m/"+name] = []byte(`{"weight_map":{"a":"` + one + `","a":"` + two + `","b":"` + one + `"}}`)
		}, sbom.Shards{Duplicated: []string{"a"}}},
		{"fewer bytes than the index says", func(f map[string][]byte) { f["m/"+one] = shardFile("a") },
			sbom.Shards{WrongSize: []string{name}}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			files := whole()
			tc.change(files)
			fsys := fstest.MapFS{}
			for path, content := range files {
				fsys[path] = &fstest.MapFile{Data: content}
			}
			inv, err := sbom.Generate(t.Context(), fsys, sbom.Options{
				Collectors: []sbom.Collector{shard, indexCollector}, Linkers: []sbom.Linker{{Name: "shards", Link: linkShards}}})
			if err != nil {
				t.Fatal(err)
			}
			tc.want.Index, tc.want.Total = "m/"+name, 2
			for _, w := range inv.Weights {
				if w.Path == "m/"+name {
					if diff := cmp.Diff(tc.want, w.Shards); diff != "" {
						t.Error(diff)
					}
				}
				if w.Path == "m/"+one && (w.Shards.Position != 1 || w.Shards.Index != "m/"+name) {
					t.Errorf("first shard is tied as %+v", w.Shards)
				}
				if w.Path == "m/adapter.safetensors" && w.Shards.Index != "" {
					t.Error("a file that is no shard is tied to the index")
				}
			}
		})
	}
}

func TestIndexLeavesItsFolder(t *testing.T) {
	f := sbom.NewFile("m/pytorch_model.bin.index.json", []byte(`{"weight_map":{"a":"../../etc/model.bin","b":"/x.bin","c":"ok.bin","d":"s3://b/x.bin"}}`))
	var out sbom.Inventory
	if err := collectIndex(t.Context(), f, &out); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range out.Weights[0].External {
		got[e.Location] = e.Kind
	}
	want := map[string]string{"../../etc/model.bin": "parent", "/x.bin": "absolute", "s3://b/x.bin": "url"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOtherIndexFiles(t *testing.T) {
	var out sbom.Inventory
	if err := collectIndex(t.Context(), sbom.NewFile("search.index.json", []byte(`{"docs":[1]}`)), &out); err != nil || len(out.Weights)+len(out.Problems) > 0 {
		t.Errorf("a search index gives %+v %v", out.Weights, err)
	}
}
