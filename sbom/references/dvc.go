package references

import (
	"context"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// dvcCollector reads *.dvc and dvc.lock (dvc.org/doc/user-guide/project-structure) and
// the remotes of .dvc/config.
var dvcCollector = sbom.Collector{
	Name:     "references/dvc",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyFiles, sbom.FamilyStores, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Ext() == ".dvc" && f.Name() != ".dvc" || f.Name() == "dvc.lock" || f.Name() == "dvc.yaml" || strings.HasSuffix("/"+f.Path, "/.dvc/config")
	},
	MaxBytes: maxRecipeBytes,
	Collect:  collectDVC,
}

func collectDVC(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	if f.Name() == "config" {
		dvcRemotes(f, string(data), out)
		return nil
	}
	docs, err := tree.YAML(data)
	d := tree.Documents{Docs: docs, Err: err}
	d.Problem(f, sbom.FamilyReferences, out)
	root := d.Root()
	if root == nil {
		return nil
	}
	if f.Size <= maxDocumentBytes {
		out.Documents = append(out.Documents, sbom.Document{Kind: "dvc", Path: f.Path, Content: root.Any()})
	}
	root.Walk(func(key string, n *tree.Node) bool {
		if key == "outs" && n.Kind == tree.List && f.Name() != "dvc.yaml" {
			for _, item := range n.Items {
				dvcOut(f, item, out)
			}
		}
		return true
	})
	return nil
}

func dvcOut(f *sbom.File, item *tree.Node, out *sbom.Inventory) {
	name := item.Get("path").Str()
	if name == "" || strings.Contains(name, "://") {
		return
	}
	full := path.Join(f.Dir(), name)
	kind, role := "dataset", "train"
	if modelFile(name) || strings.Contains(strings.ToLower(full), "model") || strings.Contains(strings.ToLower(full), "checkpoint") {
		kind, role = "model", "base"
	}
	if f.Name() == "dvc.lock" {
		role = "output" // made by a stage of this repository
	}
	r := New(kind, role, name, item.Get("path").At(f.Path))
	r.URI, r.Host, r.How, r.Loader = "./"+full, "local", "dvc", "outs"
	out.References = append(out.References, r)
	out.Files = append(out.Files, sbom.FileFact{Path: full, SizeBytes: item.Get("size").Int(-1), SHA256: item.Get("sha256").Str(), Storage: "dvc", Kind: map[string]string{"dataset": "dataset", "model": "weights"}[kind]})
}

func dvcRemotes(f *sbom.File, text string, out *sbom.Inventory) {
	name, line := "", 0
	for i, l := range strings.Split(text, "\n") {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "[") {
			name, line = "", i+1
			if _, rest, ok := strings.Cut(l, `remote "`); ok {
				name = strings.Trim(rest, `"']`)
			}
		}
		key, value, ok := strings.Cut(l, "=")
		if ok && name != "" && strings.TrimSpace(key) == "url" {
			out.Stores = append(out.Stores, dvcStore(name, strings.TrimSpace(value), f.At(line)))
		}
	}
}

func dvcStore(name, uri string, at sbom.At) sbom.Store {
	tls := sbom.Unstated
	if strings.HasPrefix(uri, "http://") {
		tls = sbom.No
	}
	return sbom.Store{
		Kind: "dvc_remote", Name: name, Purpose: "data", URI: uri, Public: sbom.Unstated, Auth: sbom.Unstated, TLS: tls,
		Versioning: sbom.Unstated, Lock: sbom.Unstated, Encryption: sbom.Unstated, ScanOnPush: sbom.Unstated, At: at,
	}
}
