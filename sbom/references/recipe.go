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
	// 200 KiB. Larger JSON is data and is left to its readers; any other larger recipe is
	// a Problem (see sbom.File.Within).
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
	MaxBytes: maxRecipeBytes,
	Collect:  collectRecipe,
}

// notRecipes are files with readers of their own, or that hold no loader settings.
var notRecipes = map[string]bool{
	"config.json": true, "tokenizer_config.json": true, "generation_config.json": true, "adapter_config.json": true, "tokenizer.json": true, "vocab.json": true,
	"package.json": true, "package-lock.json": true, "tsconfig.json": true, "dvc.yaml": true, "mkdocs.yml": true, "pnpm-lock.yaml": true,
	"special_tokens_map.json": true, "added_tokens.json": true, ".pre-commit-config.yaml": true, "trainer_state.json": true, "croissant.json": true,
	"model_index.json": true, "uv.lock": true, "poetry.lock": true,
}

func matchRecipe(f *sbom.File) bool {
	switch f.Ext() {
	case ".yaml", ".yml", ".json", ".toml":
		return f.Within(maxRecipeBytes) && !elsewhere(f) && !notRecipes[f.Name()] && !strings.HasPrefix(f.Name(), "tsconfig") && !strings.HasSuffix(f.Name(), ".index.json") && !strings.HasSuffix(f.Name(), "-lock.json")
	}
	return isTemplateFile(f) || yamlByName(f)
}

// toolDirs hold settings of editors and caches.
var toolDirs = set(".vscode", ".idea", ".devcontainer", ".git", ".cache", ".ipynb_checkpoints", ".claude", ".cursor", ".config", ".dvc")

// recordedDirs hold what was measured or answered once, with the settings of that time.
var recordedDirs = set("results", "result", "responses", "outputs", "output", "predictions", "generations", "logs", "wandb")

// elsewhere tells settings of editors and tools (JSON with comments) and recorded
// results, which say what was loaded once and load nothing.
func elsewhere(f *sbom.File) bool {
	for _, dir := range strings.Split(f.Dir(), "/") {
		if toolDirs[dir] {
			return true
		}
		if f.Ext() == ".json" && recordedName(dir) {
			return true
		}
	}
	return f.Ext() == ".json" && recordedName(strings.TrimSuffix(f.Name(), ".json"))
}

// recordedName tells by its words a folder or file of what was measured.
func recordedName(name string) bool {
	for _, word := range strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return c == '_' || c == '-' }) {
		if recordedDirs[word] {
			return true
		}
	}
	return false
}

func collectRecipe(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	if f.Size == 0 || jsonLines(f) { // an empty file names nothing
		return nil
	}
	r := &recipe{file: f, out: out}
	if isTemplateFile(f) {
		data, err := f.Bytes()
		r.template(string(data))
		return err
	}
	if yamlByName(f) {
		data, err := f.Bytes()
		if err != nil {
			return err
		}
		docs, err := tree.YAML(data)
		if err != nil {
			out.AddProblem(f.At(1), sbom.FamilyReferences, "malformed", err.Error())
			return nil
		}
		for _, doc := range docs {
			r.document(doc)
		}
		return nil
	}
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyReferences, out)
	if docs.Template {
		data, err := f.Bytes()
		r.template(string(data))
		return err
	}
	for _, doc := range docs.Docs {
		if doc.Has("$schema") && doc.Has("properties") {
			continue // a JSON schema describes keys, it does not set them
		}
		if f.Name() == "pyproject.toml" { // what is not a tool's describes the package
			if doc = doc.Get("tool"); doc == nil {
				continue
			}
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
		if key == "environment" || key == "env" {
			r.environment(n)
		}
		if key == "args" || key == "command" || key == "cmd" || flagList(n) {
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
	case key == "dataset_name" && (parent.Has("dataset_path") || parent.Has("include") || parent.Has("task") && (parent.Has("doc_to_text") || parent.Has("output_type") || parent.Has("dataset_kwargs"))): // a part of that dataset (lm-eval)
		return
	case key == "model_args" && p.Value.Kind == tree.String && strings.Contains(p.Value.Text, "="):
		sh := newShell(r.out, r.file.Path, r.how(), nil)
		at := p.Value.At(r.file.Path)
		sh.modelArgs(p.Value.Text, at, at)
		return
	case key == "model_name" && parent.Has("litellm_params"): // the name it is served under (LiteLLM)
		return
	case key == "dataset_mixer" || key == "data_mix" || key == "dataset_mix":
		r.mixer(p.Value)
		return
	case (key == "datasets" || key == "test_datasets" || key == "pretraining_dataset" || key == "pretrain_datasets") && p.Value.Kind == tree.List:
		r.datasets(key, p)
		return
	case commandKeys[key] && spaced(p.Value):
		r.script(p)
		return
	}
	if r.embedded(key, p) {
		return
	}
	if hasFlags(key, p.Value) {
		r.script(p)
		return
	}
	if name, ok := r.special(key, parent, p); ok {
		r.add(name, p, parent)
		return
	}
	switch p.Value.Kind {
	case tree.String:
		p.Value = orElse(p.Value)
		if v := r.variable(p.Value); v != nil {
			r.interpolated(p, v, parent)
			return
		}
		if r.hosted(p, parent) {
			return
		}
		before := len(r.out.References)
		pos, ok := positionOf(p.Key)
		if ok && !alias(p) {
			r.names(pos, p, parent)
		} else if !ok && strings.Contains(p.Value.Text, ",") {
			r.named(p, parent)
		}
		if len(r.out.References) == before && !r.serving && (!ok || pos.role != "push" && pos.role != "output") {
			r.own(p)
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
		if r.described(p, parent) {
			return
		}
		r.node(p.Value, p.Key, parent)
	}
}

// pairValue reads a name/value pair of a container's environment.
func (r *recipe) pairValue(n *tree.Node) {
	name, value := n.Get("name"), n.Get("value")
	if value == nil {
		if value = n.Get("default"); value == nil {
			value = n.Get("defaultValue")
		}
	}
	if name == nil || value == nil || name.Kind != tree.String || value.Kind != tree.String {
		return
	}
	p := tree.Pair{Key: name.Text, Line: name.Line, Column: name.Column, Value: orElse(value)}
	if r.hosted(p, nil) {
		return
	}
	r.named(p, nil)
}

// environment reads a list of NAME=value (Compose).
func (r *recipe) environment(n *tree.Node) {
	for _, item := range n.Items {
		name, value, ok := strings.Cut(item.Str(), "=")
		if !ok || item.Kind != tree.String {
			continue
		}
		at := *item
		at.Text, at.Column = value, item.Column+len(name)+1
		at = *orElse(&at)
		p := tree.Pair{Key: name, Line: item.Line, Column: item.Column, Value: &at}
		if r.hosted(p, nil) {
			continue
		}
		r.named(p, nil)
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
			sh := newShell(r.out, r.file.Path, r.how(), func(line int) sbom.At {
				place := at
				if strings.Contains(item.Text, "\n") { // a block scalar starts on the line after its mark
					place.Line, place.Column = at.Line+line, 0
				}
				return place
			})
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

// embedded reads a file that stands in a document under its name: an entry of a
// ConfigMap, or the configuration of a RayService.
func (r *recipe) embedded(key string, p tree.Pair) bool {
	if p.Value.Kind != tree.String || !strings.Contains(p.Value.Text, "\n") {
		return false
	}
	name := p.Key
	if key == "serveconfigv2" {
		name = "serve.yaml"
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml", ".json", ".sh", ".py", ".env", ".properties":
	default:
		return false
	}
	before := len(r.out.References)
	readEmbedded(r.out, name, p.Value.Text, r.how(), sbom.At{Path: r.file.Path, Line: firstLineOf(p), Pointer: p.Value.Pointer})
	r.roles(before)
	return true
}

// firstLineOf is where the text of a block scalar starts: after its key.
func firstLineOf(p tree.Pair) int {
	if strings.Contains(p.Value.Text, "\n") && p.Value.Line <= p.Line {
		return p.Line + 1
	}
	return p.Value.Line
}

// script reads a shell text inside a document. Its lines follow the key where a block
// scalar starts.
func (r *recipe) script(p tree.Pair) {
	first := firstLineOf(p)
	sh := newShell(r.out, r.file.Path, r.how(), func(line int) sbom.At {
		return sbom.At{Path: r.file.Path, Line: first + line - 1, Pointer: p.Value.Pointer}
	})
	sh.read(p.Value.Text)
	r.roles(len(r.out.References) - sh.added)
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
		if n := parent.Get(key); n.Str() != "" {
			SetRevision(&ref, orElse(n).Text)
			break
		}
	}
	if strings.HasPrefix(p.Key, "ms_") && ref.Host == "huggingface" { // LLaMA-Factory: the name on ModelScope
		ref.Host, ref.URI = "modelscope", "modelscope://"+ref.Name
	}
	ref.Split = parent.Get("split").Str()
	r.out.References = append(r.out.References, ref)
}
