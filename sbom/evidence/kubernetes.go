package evidence

import (
	"bytes"
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// kubernetes reads Kubernetes objects: what runs, as whom, what may reach it. Objects of
// kinds that are not known are walked for pod specs (PodSpec v1 core), because operators
// for models embed them under names of their own.
var kubernetes = sbom.Collector{
	Name: "evidence/kubernetes",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyIdentities, sbom.FamilyExposures, sbom.FamilyNetworkPolicies,
		sbom.FamilyRoutes, sbom.FamilyGuards, sbom.FamilyStores, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return yamlFile(f) || f.Ext() == ".json" && f.Size <= maxManifestBytes && bytes.Contains(f.Head, []byte(`"apiVersion"`))
	},
	MaxBytes: maxManifestBytes,
	Collect:  collectKubernetes,
}

// maxManifestBytes bounds a manifest: a rendered chart of every CRD of a platform stays
// below 8 MiB. Larger JSON and lock files are data and no match; larger YAML is a Problem
// (see sbom.File.Within).
const maxManifestBytes = 8 << 20

func yamlFile(f *sbom.File) bool {
	return (f.Ext() == ".yaml" || f.Ext() == ".yml") && f.Within(maxManifestBytes)
}

func collectKubernetes(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	if !bytes.Contains(content, []byte("apiVersion")) || !bytes.Contains(content, []byte("kind")) {
		return nil
	}
	docs := tree.Of(f)
	if docs.Template {
		out.Documents = append(out.Documents, sbom.Document{Kind: "template", Path: f.Path})
		return nil
	}
	for _, family := range []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyNetworkPolicies, sbom.FamilyExposures, sbom.FamilyIdentities} {
		docs.Problem(f, family, out)
	}
	for _, doc := range docs.Docs {
		collectObject(f, doc, out)
	}
	return nil
}

// collectObject reads one object, or every object of a List.
func collectObject(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	if root.Get("apiVersion").Str() == "" || root.Get("kind").Str() == "" {
		return
	}
	if items := root.Get("items"); items != nil && items.Kind == tree.List && strings.HasSuffix(root.Get("kind").Str(), "List") {
		for _, item := range items.Items {
			collectObject(f, item, out)
		}
		return
	}
	o := newObject(f, root)
	if o.schema() {
		return
	}
	document(f, "kubernetes", root, out)
	switch {
	case o.network(out), o.access(out), o.gateway(out), o.admission(out):
	default:
		o.workload(out)
	}
}

// object is one Kubernetes object.
type object struct {
	file      *sbom.File
	root      *tree.Node
	kind      string
	group     string // API group without version, "" for the core
	name      string
	namespace string
}

func newObject(f *sbom.File, root *tree.Node) *object {
	group, _, ok := strings.Cut(root.Get("apiVersion").Str(), "/")
	if !ok {
		group = ""
	}
	meta := root.Get("metadata")
	name := meta.Get("name").Str()
	if name == "" {
		name = strings.TrimSuffix(meta.Get("generateName").Str(), "-")
	}
	return &object{file: f, root: root, kind: root.Get("kind").Str(), group: group, name: name, namespace: meta.Get("namespace").Str()}
}

// schema tells objects that describe other objects or patch them: they run nothing.
func (o *object) schema() bool {
	switch o.kind {
	case "CustomResourceDefinition", "Kustomization", "Component", "APIService", "PodTemplate", "ComponentDefinition":
		return true
	}
	return o.group == "" && !strings.HasPrefix(o.root.Get("apiVersion").Str(), "v") || o.group == "kustomize.config.k8s.io"
}

// at is the place of the object: the line of its kind, which every object has.
func (o *object) at() sbom.At { return o.root.KeyAt(o.file.Path, "kind") }

func (o *object) annotations() *tree.Node { return o.root.Get("metadata", "annotations") }

// qualified is how other objects name one of this namespace.
func qualified(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// sameNamespace compares namespaces; one that a manifest leaves out is decided by the
// tool that applies it (kubectl -n, kustomize), so it may be any.
func sameNamespace(a, b string) bool { return a == "" || b == "" || a == b }
