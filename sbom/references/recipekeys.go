package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// variable is the value that an OmegaConf or Hydra interpolation ${a.b} stands for, nil
// for anything else.
func (r *recipe) variable(n *tree.Node) *tree.Node {
	name, opens := strings.CutPrefix(n.Text, "${")
	name, closes := strings.CutSuffix(name, "}")
	if !opens || !closes || strings.ContainsAny(name, ":{$ ") {
		return nil
	}
	v := r.root.Get(strings.Split(name, ".")...)
	if v == nil || v.Kind != tree.String || strings.Contains(v.Text, "${") {
		return nil
	}
	return v
}

// interpolated records a literal that stands elsewhere in the document, unless the key
// it stands under says the same.
func (r *recipe) interpolated(p tree.Pair, v *tree.Node, parent *tree.Node) {
	pos, ok := positionOf(p.Key)
	if !ok || !pos.accepts(v.Text) {
		return
	}
	at := v.At(r.file.Path)
	for i := range r.out.References {
		if have := &r.out.References[i]; have.At == at && have.Kind == pos.kind {
			return
		}
	}
	p.Value = v
	r.add(pos, p, parent)
}

// grouped are keys whose meaning is that of the map they stand in: tokenizer: {name: …}.
var grouped = set("name", "path", "id", "repo", "repo_id", "hf_name", "hf_id", "hf_path", "uri", "source", "name_or_path")

// groupPosition is the meaning of such a key.
func groupPosition(file, pointer, key string) (position, bool) {
	if !grouped[key] {
		return position{}, false
	}
	parts := strings.Split(pointer, "/")
	if len(parts) < 3 {
		if parts = strings.Split(file, "/"); len(parts) < 2 { // a group of settings is a folder (Hydra)
			return position{}, false
		}
		parts = []string{"", strings.TrimSuffix(parts[len(parts)-2], "s"), key}
	}
	pos, ok := positionOf(parts[len(parts)-2] + "_name")
	if !ok && len(parts) > 3 { // adapters: [{repo: …}], adapters: {legal: {repo: …}}
		pos, ok = pluralPosition(parts[len(parts)-3])
	}
	if pos.role == "push" || pos.role == "output" {
		return position{}, false
	}
	pos.shaped = true
	return pos, ok
}

// special are keys whose meaning depends on what stands beside them.
func (r *recipe) special(key string, parent *tree.Node, p tree.Pair) (position, bool) {
	if p.Value.Kind != tree.String {
		return position{}, false
	}
	component := parent.Get("_component_").Str() // torchtune
	var pos position
	switch {
	case key == "type" && parent.Get("library").Str() == "huggingface": // NeMo's tokenizer
		pos = position{"tokenizer", "tokenizer", false}
	case key == "source" && strings.Contains(component, "dataset"):
		pos = position{"dataset", "train", false}
	case key == "checkpoint_dir" && strings.Contains(component, "heckpointer"):
		pos = position{"model", "base", false}
	case key == "path" && strings.Contains(component, "tokenizer"):
		pos = position{"tokenizer", "tokenizer", false}
	case key == "dataset_path" && parent.Has("task"): // lm-eval task files
		pos = position{"dataset", "eval", false}
	case parent.Get("_target_").Str() != "" && KindOf(p.Value.Text) == NameHub: // Hydra: an argument of that class
		var ok bool
		if pos, ok = positionOf(key); !ok {
			pos, ok = calleePosition(parent.Get("_target_").Str())
		}
		if !ok || pos.role == "push" || pos.role == "output" {
			return position{}, false
		}
	case key == "adapter" && KindOf(p.Value.Text) == NameHub:
		pos = position{"adapter", "adapter", true}
	case key == "path" && KindOf(p.Value.Text) == NameHub && describesDataset(parent):
		pos = position{"dataset", "train", false}
	case (key == "repository" || key == "repo") && parent.Get("type").Str() == "huggingface" && KindOf(p.Value.Text) == NameHub:
		pos = servedOrAdapter(p.Value.Pointer)
	case key == "url" && (strings.HasPrefix(p.Value.Text, "ollama://") || KindOf(p.Value.Text) == NameBucket && parent.Has("engine")):
		pos = position{"model", "serve", false}
	case (key == "url" || key == "uri" || key == "repo_id" || key == "repository") && strings.HasPrefix(p.Value.Text, "hf://"):
		pos = servedOrAdapter(p.Value.Pointer)
	default:
		var ok bool
		named := key == "name" && (parent.Has("uri") || parent.Has("url") || parent.Has("path") || parent.Has("storageUri"))
		if pos, ok = groupPosition(r.file.Path, p.Value.Pointer, key); !ok || named || KindOf(p.Value.Text) != NameHub {
			return position{}, false
		}
	}
	return pos, pos.accepts(p.Value.Text)
}

// servedOrAdapter tells from the keys above a repository what it holds.
func servedOrAdapter(pointer string) position {
	if pointer = strings.ToLower(pointer); strings.Contains(pointer, "adapter") || strings.Contains(pointer, "lora") {
		return position{"adapter", "adapter", false}
	}
	return position{"model", "serve", false}
}

// alias tells a bare name under a key of a deployment (baseModel: llama3), which is the
// name of something that is served there, from an id of the hub.
func alias(p tree.Pair) bool {
	return KindOf(p.Value.Text) == NameBare && strings.ToLower(p.Key) != p.Key && strings.ToUpper(p.Key) != p.Key
}

// describesDataset tells a map that load_dataset is called with from one that names any
// other path: it has arguments of load_dataset, or says how rows are formatted.
func describesDataset(n *tree.Node) bool {
	for _, key := range []string{"split", "ds_type", "converter", "subset", "data_files", "streaming", "chat_template", "field_messages", "type"} {
		if n.Has(key) {
			return true
		}
	}
	return false
}

// mixer reads alignment-handbook's map of dataset to proportion.
func (r *recipe) mixer(n *tree.Node) {
	if n.Kind != tree.Map {
		return
	}
	for _, p := range n.Pairs {
		if (position{"dataset", "train", false}).accepts(p.Key) {
			at := sbom.At{Path: r.file.Path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer}
			ref := New("dataset", "train", p.Key, at)
			ref.How, ref.Loader = r.how(), "dataset_mixer"
			r.out.References = append(r.out.References, ref)
		} else if p.Key == "datasets" && p.Value.Kind == tree.List {
			r.datasets("datasets", p)
		}
	}
}

// datasets reads axolotl's and TRL's list of datasets: strings, or maps whose path, id
// or name is given to load_dataset.
func (r *recipe) datasets(key string, p tree.Pair) {
	pos := position{"dataset", "train", false}
	if strings.HasPrefix(key, "test") {
		pos.role = "eval"
	}
	for _, item := range p.Value.Items {
		if item.Kind == tree.String && (KindOf(item.Text) == NameHub || KindOf(item.Text) == NameLocal) && pos.accepts(item.Text) {
			r.add(pos, tree.Pair{Key: p.Key, Line: p.Line, Column: p.Column, Value: item}, nil)
		}
		if item.Kind != tree.Map {
			continue
		}
		for _, p := range item.Pairs {
			if p.Value.Kind == tree.Map {
				r.node(p.Value, p.Key, item)
			}
		}
		for _, name := range []string{"path", "id", "dataset_name", "name", "data_files"} {
			v := item.Get(name)
			if v != nil && v.Kind == tree.String && pos.accepts(v.Text) && (name == "path" || KindOf(v.Text) != NameBare) {
				at := item.KeyAt(r.file.Path, name)
				r.add(pos, tree.Pair{Key: p.Key + "." + name, Line: at.Line, Column: at.Column, Value: v}, item)
				break
			}
		}
	}
}
