package references

import (
	"context"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

const (
	// maxRecipeBytes bounds the recipes that are parsed: the largest seen is below
	// 200 KiB, larger YAML and JSON is data.
	maxRecipeBytes = 2 << 20
	// maxDocumentBytes bounds the recipes that are kept as documents for policies.
	maxDocumentBytes = 256 << 10
)

// recipeCollector reads training and serving configuration in YAML, JSON and TOML: the
// key under which a value stands says whether it is loaded.
var recipeCollector = sbom.Collector{
	Name:     "references/recipe",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyDocuments},
	Match:    matchRecipe,
	Collect:  collectRecipe,
}

// notRecipes are files with readers of their own, or that hold no loader settings.
var notRecipes = map[string]bool{
	"config.json": true, "tokenizer_config.json": true, "generation_config.json": true, "adapter_config.json": true, "tokenizer.json": true, "vocab.json": true,
	"package.json": true, "package-lock.json": true, "tsconfig.json": true, "dvc.yaml": true, "mkdocs.yml": true, "pnpm-lock.yaml": true,
	"pyproject.toml": true, "special_tokens_map.json": true, "added_tokens.json": true, ".pre-commit-config.yaml": true, "trainer_state.json": true, "croissant.json": true,
	"model_index.json": true, "uv.lock": true, "poetry.lock": true,
}

func matchRecipe(f *sbom.File) bool {
	switch f.Ext() {
	case ".yaml", ".yml", ".json", ".toml":
		return f.Size <= maxRecipeBytes && !elsewhere(f) && !notRecipes[f.Name()] && !strings.HasSuffix(f.Name(), ".index.json") && !strings.HasSuffix(f.Name(), "-lock.json")
	}
	return false
}

// toolDirs hold settings of editors and caches.
var toolDirs = set(".vscode", ".idea", ".devcontainer", ".git", ".cache", ".ipynb_checkpoints", ".claude", ".cursor", ".config", ".dvc")

// elsewhere tells settings of editors and tools (JSON with comments) and recorded
// results, which say what was loaded once and load nothing.
func elsewhere(f *sbom.File) bool {
	for _, dir := range strings.Split(f.Dir(), "/") {
		if toolDirs[dir] {
			return true
		}
		if f.Ext() == ".json" && dir == "results" {
			return true
		}
	}
	return false
}

func collectRecipe(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyReferences, out)
	r := &recipe{file: f, out: out}
	for _, doc := range docs.Docs {
		if doc.Has("$schema") && doc.Has("properties") {
			continue // a JSON schema describes keys, it does not set them
		}
		r.document(doc)
	}
	if len(out.References) > 0 && len(docs.Docs) == 1 && f.Size <= maxDocumentBytes {
		if root := docs.Root(); !root.Has("apiVersion") && !root.Has("jobs") && !root.Has("services") {
			out.Documents = append(out.Documents, sbom.Document{Kind: "recipe", Path: f.Path, Content: root.Any()})
		}
	}
	return nil
}

type recipe struct {
	file    *sbom.File
	out     *sbom.Inventory
	serving bool       // a deployment: what it names it serves
	root    *tree.Node // of the document that is read
}

// document reads one document.
func (r *recipe) document(doc *tree.Node) {
	r.serving = doc.Has("apiVersion") && doc.Has("kind") || doc.Has("services")
	r.root = doc
	r.node(doc, "", nil)
}

// node visits n, which stands under key in parent.
func (r *recipe) node(n *tree.Node, key string, parent *tree.Node) {
	switch n.Kind {
	case tree.Map:
		r.pairValue(n)
		for _, p := range n.Pairs {
			r.pair(n, p)
		}
	case tree.List:
		if key == "args" || key == "command" || key == "cmd" {
			r.args(n)
		}
		for _, item := range n.Items {
			if item.Kind == tree.Map || item.Kind == tree.List {
				r.node(item, key, parent)
			}
		}
	}
}

func (r *recipe) pair(parent *tree.Node, p tree.Pair) {
	key := strings.ToLower(p.Key)
	switch {
	case key == "description" || key == "help" || key == "title":
		return
	case key == "dataset_mixer" || key == "data_mix" || key == "dataset_mix":
		r.mixer(p.Value)
		return
	case (key == "datasets" || key == "test_datasets" || key == "pretraining_dataset" || key == "pretrain_datasets") && p.Value.Kind == tree.List:
		r.datasets(key, p)
		return
	case key == "run" || key == "setup" || key == "script" || key == "command" || key == "entrypoint":
		if p.Value.Kind == tree.String && strings.ContainsAny(p.Value.Text, "\n ") {
			r.script(p)
			return
		}
	}
	if name, ok := r.special(key, parent, p); ok {
		r.add(name, p, parent)
		return
	}
	switch p.Value.Kind {
	case tree.String:
		if v := r.variable(p.Value); v != nil {
			r.interpolated(p, v, parent)
			return
		}
		if pos, ok := positionOf(p.Key); ok && pos.accepts(p.Value.Text) && !alias(p) {
			r.add(pos, p, parent)
		}
	case tree.List:
		pos, ok := positionOf(p.Key)
		if !ok {
			pos, ok = pluralPosition(p.Key)
		}
		if ok {
			for _, item := range p.Value.Items {
				if item.Kind == tree.String && pos.accepts(item.Text) {
					r.add(pos, tree.Pair{Key: p.Key, Line: p.Line, Column: p.Column, Value: item}, parent)
				}
			}
		}
		r.node(p.Value, p.Key, parent)
	case tree.Map:
		r.node(p.Value, p.Key, parent)
	}
}

// variable is the value that an OmegaConf or Hydra interpolation ${a.b} stands for, nil
// for anything else.
func (r *recipe) variable(n *tree.Node) *tree.Node {
	name, ok := strings.CutPrefix(n.Text, "${")
	if name, ok = strings.CutSuffix(name, "}"); !ok || strings.ContainsAny(name, ":{$ ") {
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
func groupPosition(pointer, key string) (position, bool) {
	if !grouped[key] {
		return position{}, false
	}
	parts := strings.Split(pointer, "/")
	if len(parts) < 3 {
		return position{}, false
	}
	pos, ok := positionOf(parts[len(parts)-2] + "_name")
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
	case key == "source" && strings.Contains(component, "dataset"):
		pos = position{"dataset", "train", false}
	case key == "checkpoint_dir" && strings.Contains(component, "heckpointer"):
		pos = position{"model", "base", false}
	case key == "path" && strings.Contains(component, "tokenizer"):
		pos = position{"tokenizer", "tokenizer", false}
	case key == "dataset_path" && parent.Has("task"): // lm-eval task files
		pos = position{"dataset", "eval", false}
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
		if pos, ok = groupPosition(p.Value.Pointer, key); !ok || named || KindOf(p.Value.Text) != NameHub {
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

// pairValue reads a name/value pair of a container's environment.
func (r *recipe) pairValue(n *tree.Node) {
	name, value := n.Get("name"), n.Get("value")
	if name == nil || value == nil || name.Kind != tree.String || value.Kind != tree.String {
		return
	}
	if pos, ok := positionOf(name.Text); ok && pos.accepts(value.Text) {
		r.add(pos, tree.Pair{Key: name.Text, Line: name.Line, Column: name.Column, Value: value}, nil)
	}
}

// args reads a list of command line words.
func (r *recipe) args(n *tree.Node) {
	words := []word{{}} // an args list has no command of its own
	for _, item := range n.Items {
		if item.Kind == tree.List || item.Kind == tree.Map {
			continue
		}
		at := item.At(r.file.Path)
		if strings.HasPrefix(item.Text, "hf://") { // what a downloader is told to fetch
			pos := servedOrAdapter(item.Text)
			ref := New(pos.kind, pos.role, item.Text, at)
			ref.How, ref.Loader = r.how(), "args"
			r.out.References = append(r.out.References, ref)
			continue
		}
		if strings.ContainsAny(item.Text, " \n") {
			sh := newShell(r.out, r.file.Path, r.how(), func(int) sbom.At { return at })
			sh.read(item.Text)
			r.roles(len(r.out.References) - sh.added)
			continue
		}
		words = append(words, word{text: item.Text, at: at, known: true})
	}
	sh := newShell(r.out, r.file.Path, r.how(), nil)
	sh.command(words)
	r.roles(len(r.out.References) - sh.added)
}

// script reads a shell text inside a document. Its lines follow the key where a block
// scalar starts.
func (r *recipe) script(p tree.Pair) {
	first := p.Line
	if strings.Contains(p.Value.Text, "\n") && p.Value.Line <= p.Line {
		first = p.Line + 1
	} else if p.Value.Line > p.Line {
		first = p.Value.Line
	}
	sh := newShell(r.out, r.file.Path, r.how(), func(line int) sbom.At {
		return sbom.At{Path: r.file.Path, Line: first + line - 1, Pointer: p.Value.Pointer}
	})
	sh.read(p.Value.Text)
}

// roles turns what a deployment loads from number n on into what it serves.
func (r *recipe) roles(n int) {
	for i := n; r.serving && i < len(r.out.References); i++ {
		if ref := &r.out.References[i]; ref.Role == "base" {
			ref.Role = "serve"
		}
	}
}

func (r *recipe) how() string {
	return strings.TrimPrefix(strings.Replace(path.Ext(r.file.Path), ".yml", ".yaml", 1), ".")
}

func (r *recipe) add(pos position, p tree.Pair, parent *tree.Node) {
	ref := New(pos.kind, pos.role, p.Value.Text, p.Value.At(r.file.Path))
	ref.CallAt = sbom.At{Path: r.file.Path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer}
	ref.How, ref.Loader = r.how(), p.Key
	if pos.shaped {
		ref.Confidence = "medium"
	}
	if r.serving && ref.Role == "base" {
		ref.Role = "serve"
	}
	ref.TrustRemoteCode = parent.Get("trust_remote_code").Tri()
	revision := []string{"revision", p.Key + "_revision", "revision_of_model", "model_revision", "base_model_revision"}
	if pos.kind == "dataset" {
		revision = []string{"revision", p.Key + "_revision", "dataset_revision"}
	}
	if pos.role == "push" || pos.role == "output" {
		revision = nil // what is published is not asked for at a revision
	}
	for _, key := range revision {
		if v := parent.Get(key).Str(); v != "" {
			SetRevision(&ref, v)
			break
		}
	}
	if strings.HasPrefix(p.Key, "ms_") && ref.Host == "huggingface" { // LLaMA-Factory: the name on ModelScope
		ref.Host, ref.URI = "modelscope", "modelscope://"+ref.Name
	}
	ref.Split = parent.Get("split").Str()
	r.out.References = append(r.out.References, ref)
}
