package references

import (
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// hubConfigCollector reads the configuration files of a Hugging Face model directory.
var hubConfigCollector = sbom.Collector{
	Name:     "references/hub",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		switch f.Name() {
		case "config.json", "tokenizer_config.json", "generation_config.json":
			return true
		}
		return false
	},
	MaxBytes: maxRecipeBytes,
	Collect:  collectHubConfig,
}

// modelDir is a directory of the source that holds a model or an adapter, kept for the
// linkers.
type modelDir struct {
	dir, kind, name, revision string
	properties                map[string]string
	at                        sbom.At
}

const keepDirs = "references/dirs"

func collectHubConfig(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyReferences, out)
	root := docs.Root()
	if root == nil || root.Kind != tree.Map {
		return nil
	}
	isModel := root.Has("model_type") || root.Has("architectures") || root.Has("auto_map") || root.Has("_name_or_path")
	if f.Name() == "config.json" && !isModel {
		r := &recipe{file: f, out: out} // some other program's config.json
		r.document(root)
		return nil
	}
	if f.Size <= maxDocumentBytes {
		kind := map[string]string{"config.json": "hf-config", "tokenizer_config.json": "hf-tokenizer-config", "generation_config.json": "hf-generation-config"}[f.Name()]
		out.Documents = append(out.Documents, sbom.Document{Kind: kind, Path: f.Path, Content: root.Any()})
	}
	if f.Name() == "config.json" {
		out.Keep(keepDirs, modelDir{dir: f.Dir(), kind: "model", at: f.At(1), properties: map[string]string{
			"architecture": strings.Join(root.Get("architectures").Strings(), ","), "model_type": root.Get("model_type").Str(),
		}})
	}
	// auto_map values "org/name--module.Class" load code from another repository
	// (transformers, dynamic_module_utils).
	for _, p := range autoMap(root) {
		for _, value := range p.Value.Strings() {
			if repo, _, ok := strings.Cut(value, "--"); ok && KindOf(repo) == NameHub {
				r := New("model", "base", repo, p.Value.At(f.Path))
				r.CallAt, r.How, r.Loader, r.Confidence = root.KeyAt(f.Path, "auto_map"), "config", "auto_map."+p.Key, "high"
				out.References = append(out.References, r)
			}
		}
	}
	return nil
}

func autoMap(root *tree.Node) []tree.Pair {
	if n := root.Get("auto_map"); n != nil {
		return n.Pairs
	}
	return nil
}

// adapterConfigCollector reads PEFT's adapter_config.json (peft, PeftConfig).
var adapterConfigCollector = sbom.Collector{
	Name:     "references/adapter",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyComponents, sbom.FamilyDocuments},
	Match:    func(f *sbom.File) bool { return f.Name() == "adapter_config.json" },
	MaxBytes: maxRecipeBytes,
	Collect:  collectAdapterConfig,
}

func collectAdapterConfig(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyReferences, out)
	root := docs.Root()
	if root == nil || root.Kind != tree.Map {
		return nil
	}
	if f.Size <= maxDocumentBytes {
		out.Documents = append(out.Documents, sbom.Document{Kind: "adapter-config", Path: f.Path, Content: root.Any()})
	}
	base := root.Get("base_model_name_or_path")
	out.Keep(keepDirs, modelDir{dir: f.Dir(), kind: "adapter", name: base.Str(), at: f.At(1), revision: root.Get("revision").Str(), properties: map[string]string{
		"peft_type": root.Get("peft_type").Str(), "lora_r": root.Get("r").Str(), "task": root.Get("task_type").Str(),
	}})
	if base.Str() == "" {
		return nil
	}
	r := New("model", "base", base.Str(), base.At(f.Path))
	r.CallAt = root.KeyAt(f.Path, "base_model_name_or_path")
	r.How, r.Loader = "config", "base_model_name_or_path"
	SetRevision(&r, root.Get("revision").Str()) // peft: "revision of the base model"
	out.References = append(out.References, r)
	return nil
}

// modelfileCollector reads Ollama Modelfiles (ollama, docs/modelfile.md).
var modelfileCollector = sbom.Collector{
	Name:     "references/modelfile",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Name() == "Modelfile" || strings.HasPrefix(f.Name(), "Modelfile.") || f.Ext() == ".modelfile"
	},
	MaxBytes: maxShellBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		data, err := f.Bytes()
		if err != nil {
			return err
		}
		out.Documents = append(out.Documents, sbom.Document{Kind: "modelfile", Path: f.Path, Content: map[string]any{"text": string(data[:min(len(data), maxDocumentBytes)])}})
		quoted := false
		for i, line := range strings.Split(string(data), "\n") {
			fields := strings.Fields(line)
			inside := quoted
			quoted = quoted != (strings.Count(line, `"""`)%2 == 1)
			if inside || len(fields) < 2 {
				continue
			}
			kind, role := "model", "base"
			switch strings.ToUpper(fields[0]) {
			case "FROM":
			case "ADAPTER":
				kind, role = "adapter", "adapter"
			default:
				continue
			}
			at := sbom.At{Path: f.Path, Line: i + 1, Column: strings.Index(line, fields[1]) + 1}
			r := New(kind, role, fields[1], at)
			r.How, r.Loader = "modelfile", strings.ToUpper(fields[0])
			if !strings.HasPrefix(fields[1], "hf.co/") && (r.Host == "huggingface" || r.Host == "oci") {
				r.Host, r.URI = "ollama", "ollama://"+fields[1]
			}
			out.References = append(out.References, r)
		}
		return nil
	},
}
