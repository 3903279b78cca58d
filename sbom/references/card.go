package references

import (
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// cardCollector reads the YAML front matter of model and dataset cards
// (huggingface_hub, ModelCardData and DatasetCardData). Their prose names nothing.
var cardCollector = sbom.Collector{
	Name:     "references/card",
	Families: []sbom.Family{sbom.FamilyCards, sbom.FamilyReferences, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Ext() == ".md" && (strings.HasPrefix(string(f.Head), "---\n") || strings.HasPrefix(string(f.Head), "---\r\n"))
	},
	MaxBytes: maxRecipeBytes,
	Collect:  collectCard,
}

// cardKeys are keys that only cards carry; front matter without one is a web page's.
var cardKeys = []string{"license", "base_model", "datasets", "model-index", "pipeline_tag", "library_name", "task_categories", "dataset_info", "pretty_name", "size_categories"}

func collectCard(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	text := string(data)
	end := strings.Index(text[3:], "\n---")
	if end < 0 {
		return nil
	}
	docs, err := tree.YAML(data[:3+end+1])
	d := tree.Documents{Docs: docs, Err: err}
	root := d.Root()
	found := false
	for _, key := range cardKeys {
		found = found || root.Has(key)
	}
	if err != nil && f.Name() == "README.md" {
		d.Problem(f, sbom.FamilyCards, out)
	}
	if !found {
		return nil
	}
	c := sbom.Card{Kind: "model", Subject: f.Dir(), License: root.Get("license").Str(), BaseModel: root.Get("base_model").Strings(),
		Relation: root.Get("base_model_relation").Str(), Datasets: root.Get("datasets").Strings(), At: f.At(1)}
	if root.Has("task_categories") || root.Has("dataset_info") || root.Has("size_categories") {
		c.Kind = "dataset"
	}
	prose := strings.ToLower(text[3+end:])
	c.Has = map[string]bool{
		"license": c.License != "", "base_model": len(c.BaseModel) > 0, "datasets": len(c.Datasets) > 0,
		"eval":         root.Has("model-index") || strings.Contains(prose, "# evaluation"),
		"intended_use": strings.Contains(prose, "intended use") || strings.Contains(prose, "# uses"), "limitations": strings.Contains(prose, "limitation"),
		"source": root.Has("source_datasets") || strings.Contains(prose, "source data"), "collection": strings.Contains(prose, "data collection"), "version": root.Has("version"),
	}
	out.Cards = append(out.Cards, c)
	if f.Size <= maxDocumentBytes {
		out.Documents = append(out.Documents, sbom.Document{Kind: "card", Path: f.Path, Content: root.Any()})
	}
	cardReferences(f, out, root, "base_model", position{"model", "base", false})
	cardReferences(f, out, root, "datasets", position{"dataset", "train", false})
	return nil
}

func cardReferences(f *sbom.File, out *sbom.Inventory, root *tree.Node, key string, pos position) {
	n := root.Get(key)
	if n == nil {
		return
	}
	items := n.Items
	if n.Kind == tree.String {
		items = []*tree.Node{n}
	}
	for _, item := range items {
		if item.Kind != tree.String || !pos.accepts(item.Text) {
			continue
		}
		r := New(pos.kind, pos.role, item.Text, item.At(f.Path))
		r.CallAt, r.How, r.Loader = root.KeyAt(f.Path, key), "card", key
		out.References = append(out.References, r)
	}
}
