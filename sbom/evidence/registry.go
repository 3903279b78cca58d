package evidence

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// mlmodel reads the MLmodel file of a logged MLflow model (MLflow Models, "Storage Format").
var mlmodel = sbom.Collector{
	Name:     "evidence/mlmodel",
	Families: []sbom.Family{sbom.FamilyRegistry},
	Match:    func(f *sbom.File) bool { return f.Name() == "MLmodel" },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		root, err := yamlRoot(f, sbom.FamilyRegistry, out)
		if err != nil || root == nil {
			return err
		}
		entry := sbom.RegistryEntry{Kind: "mlflow-model", Name: path.Base(f.Dir()), Run: root.Get("run_id").Str(),
			Version: root.Get("model_uuid").Str(), Created: root.Get("utc_time_created").Str(), At: sbom.At{Path: f.Path, Line: 1}}
		if flavors := root.Get("flavors"); flavors != nil {
			entry.At = root.KeyAt(f.Path, "flavors")
			for _, p := range flavors.Pairs {
				entry.Flavors = append(entry.Flavors, flavor(p))
			}
		}
		out.Registry = append(out.Registry, entry)
		return nil
	},
}

func flavor(p tree.Pair) sbom.Flavor {
	return sbom.Flavor{
		Name: p.Key, Serialization: p.Value.Get("serialization_format").Str(), Code: p.Value.Get("code").Str(),
		Loader: p.Value.Get("loader_module").Str(),
		Model:  firstOf(p.Value, "pickled_model", "model_path", "python_model", "model_data", "data"),
	}
}

// firstOf is the text of the first key that is there.
func firstOf(n *tree.Node, keys ...string) string {
	for _, key := range keys {
		if s := n.Get(key).Str(); s != "" {
			return s
		}
	}
	return ""
}

// mlflowRegistry reads the model registry of an MLflow file store:
// models/<name>/version-N/meta.yaml and models/<name>/aliases/<alias>
// (mlflow store/model_registry/file_store.py).
var mlflowRegistry = sbom.Collector{
	Name:     "evidence/mlflow-registry",
	Families: []sbom.Family{sbom.FamilyRegistry},
	Match: func(f *sbom.File) bool {
		return registryVersion.MatchString(f.Path) || registryAlias.MatchString(f.Path)
	},
	Collect: collectMLflowRegistry,
}

var (
	registryVersion = regexp.MustCompile(`(^|/)models/([^/]+)/version-[0-9]+/meta\.yaml$`)
	registryAlias   = regexp.MustCompile(`(^|/)models/([^/]+)/aliases/([^/]+)$`)
)

const scratchAliases = "evidence/registry-aliases"

type registryAliasFact struct {
	dir, alias, version string
	at                  sbom.At
}

func collectMLflowRegistry(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	if m := registryAlias.FindStringSubmatch(f.Path); m != nil {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		out.Keep(scratchAliases, registryAliasFact{dir: path.Dir(f.Dir()), alias: m[3], version: strings.TrimSpace(string(content)), at: sbom.At{Path: f.Path, Line: 1}})
		return nil
	}
	root, err := yamlRoot(f, sbom.FamilyRegistry, out)
	if err != nil || root.Get("version") == nil {
		return err
	}
	out.Registry = append(out.Registry, sbom.RegistryEntry{
		Kind: "mlflow", Name: root.Get("name").Str(), Version: root.Get("version").Str(), Stage: root.Get("current_stage").Str(),
		State: root.Get("status").Str(), Source: root.Get("source").Str(), Run: root.Get("run_id").Str(),
		Created: root.Get("creation_timestamp").Str(), At: root.KeyAt(f.Path, "version"),
	})
	return nil
}

// linkAliases gives each registered version its aliases.
func linkAliases(inv *sbom.Inventory) {
	for _, v := range inv.Scratch[scratchAliases] {
		a := v.(registryAliasFact)
		for i := range inv.Registry {
			e := &inv.Registry[i]
			if e.Kind == "mlflow" && e.Version == a.version && strings.HasPrefix(e.At.Path, a.dir+"/version-") {
				e.Aliases = unique(append(e.Aliases, a.alias))
			}
		}
	}
}

// kitfile reads a Kitfile of KitOps (kitops pkg/artifact/kitfile.go).
var kitfile = sbom.Collector{
	Name:     "evidence/kitfile",
	Families: []sbom.Family{sbom.FamilyRegistry},
	Match:    func(f *sbom.File) bool { return f.Name() == "Kitfile" || strings.HasPrefix(f.Name(), "Kitfile.") },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		root, err := yamlRoot(f, sbom.FamilyRegistry, out)
		if err != nil || root.Get("manifestVersion") == nil {
			return err
		}
		entry := sbom.RegistryEntry{Kind: "kitfile", Name: root.Get("package", "name").Str(), Version: root.Get("package", "version").Str(),
			Source: root.Get("model", "path").Str(), At: root.KeyAt(f.Path, "manifestVersion")}
		model := root.Get("model")
		entry.Files = kitPart(f, entry.Files, model)
		for _, section := range []string{"datasets", "code", "docs", "prompts"} {
			if list := root.Get(section); list != nil {
				for _, item := range list.Items {
					entry.Files = kitPart(f, entry.Files, item)
				}
			}
		}
		if parts := model.Get("parts"); parts != nil {
			for _, item := range parts.Items {
				entry.Files = kitPart(f, entry.Files, item)
			}
		}
		out.Registry = append(out.Registry, entry)
		return nil
	},
}

func kitPart(f *sbom.File, files []sbom.CardDigest, n *tree.Node) []sbom.CardDigest {
	p := n.Get("path").Str()
	if p == "" {
		return files
	}
	d := sbom.CardDigest{Path: path.Join(f.Dir(), p), SizeBytes: -1, At: n.KeyAt(f.Path, "path")}
	if digest := n.Get("layerInfo", "digest").Str(); digest != "" {
		d.Algorithm, d.Value, _ = strings.Cut(digest, ":")
		d.At = n.Get("layerInfo").KeyAt(f.Path, "digest")
	}
	return append(files, d)
}

// yamlRoot parses a YAML file whatever its name ends in.
func yamlRoot(f *sbom.File, family sbom.Family, out *sbom.Inventory) (*tree.Node, error) {
	content, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	docs, err := tree.YAML(content)
	d := &tree.Documents{Docs: docs, Err: err}
	d.Problem(f, family, out)
	return d.Root(), nil
}
