package evidence

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

const (
	scratchKustomize = "evidence/kustomize"
	// maxPatchTokens bounds the steps of a JSON pointer; those of pods have some ten.
	maxPatchTokens = 40
)

// kustomize reads kustomizations and the patches of RFC 6902 that they name. Patches that
// are partial objects are read as manifests; which of them are patches, and of what, a
// linker says (kubectl.docs.kubernetes.io, "kustomization").
var kustomize = sbom.Collector{
	Name:     "evidence/kustomize",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilySecrets},
	Match: func(f *sbom.File) bool {
		return f.Name() == "Kustomization" && f.Within(maxManifestBytes) || yamlFile(f)
	},
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if strings.TrimSuffix(strings.ToLower(f.Name()), f.Ext()) == "kustomization" {
			docs, err := tree.YAML(content)
			if err != nil {
				for _, family := range []sbom.Family{sbom.FamilyWorkloads, sbom.FamilySecrets} {
					(&tree.Documents{Err: err}).Problem(f, family, out)
				}
				return nil
			}
			for _, root := range docs {
				readKustomization(f, root, out)
			}
			return nil
		}
		if !bytes.Contains(content, []byte("op:")) || !bytes.Contains(content, []byte("path:")) {
			return nil
		}
		if root := tree.Of(f).Root(); len(operations(root)) > 0 {
			out.Keep(scratchKustomize, patchFile{path: f.Path, root: root})
		}
		return nil
	},
}

// kustomization is what one kustomization builds from what.
type kustomization struct {
	path      string
	resources []string // files and folders, from the root of the source
	patches   []kustomizePatch
	images    []kustomizeImage
}

// kustomizePatch is a patch in a file of its own, or one that is written inline.
type kustomizePatch struct {
	file string
	root *tree.Node
	kind string // of the target, "" for what the patch names itself
	name *regexp.Regexp
}

// kustomizeImage replaces an image wherever it is used.
type kustomizeImage struct{ name, newName, newTag, digest string }

// patchFile is a list of operations (RFC 6902).
type patchFile struct {
	path string
	root *tree.Node
}

func readKustomization(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	k := kustomization{path: f.Path}
	folder := path.Dir(f.Path)
	for _, key := range []string{"resources", "bases", "components"} {
		for _, name := range root.Get(key).Strings() {
			if !strings.Contains(name, "://") {
				k.resources = append(k.resources, path.Join(folder, name))
			}
		}
	}
	for _, key := range []string{"patches", "patchesStrategicMerge", "patchesJson6902"} {
		for _, item := range items(root.Get(key)) {
			k.patches = append(k.patches, readPatches(folder, item)...)
		}
	}
	for _, i := range items(root.Get("images")) {
		k.images = append(k.images, kustomizeImage{i.Get("name").Str(), i.Get("newName").Str(), i.Get("newTag").Str(), i.Get("digest").Str()})
	}
	for _, generator := range items(root.Get("secretGenerator")) {
		for _, l := range items(generator.Get("literals")) {
			if name, value, ok := strings.Cut(l.Str(), "="); ok && isSecret(name, strings.Trim(value, `"'`)) {
				out.Secrets = append(out.Secrets, sbom.Secret{Rule: "password", Context: "infrastructure", At: l.At(f.Path)})
			}
		}
	}
	out.Keep(scratchKustomize, k)
}

// readPatches reads an entry of patches (a file or text with a target) or of the older
// lists, where the text itself may be the name of a file.
func readPatches(folder string, item *tree.Node) []kustomizePatch {
	var p kustomizePatch
	text, at := item.Str(), item
	if item.Kind == tree.Map {
		target := item.Get("target")
		p.kind = target.Get("kind").Str()
		if name := target.Get("name").Str(); name != "" {
			p.name, _ = regexp.Compile("^(" + name + ")$") // a name that is no expression selects nothing
		}
		text, at = item.Get("patch").Str(), item.Get("patch")
		if file := item.Get("path").Str(); file != "" {
			p.file = path.Join(folder, file)
			return []kustomizePatch{p}
		}
	}
	if !strings.Contains(text, "\n") {
		p.file = path.Join(folder, text)
		return []kustomizePatch{p}
	}
	docs, err := tree.YAML([]byte(text))
	if err != nil {
		return nil
	}
	var out []kustomizePatch
	for _, root := range docs {
		shift(root, at.Line)
		inline := p
		inline.root = root
		out = append(out, inline)
	}
	return out
}

// operations are the entries of a patch that add or replace something.
func operations(root *tree.Node) []*tree.Node {
	var out []*tree.Node
	for _, op := range items(root) {
		if kind := op.Get("op").Str(); (kind == "add" || kind == "replace") && strings.HasPrefix(op.Get("path").Str(), "/") && op.Has("value") {
			out = append(out, op)
		}
	}
	return out
}

// partial makes of operations the partial object that says the same, of a kind and name.
func partial(root *tree.Node, kind, name string) *tree.Node {
	text := func(s string) *tree.Node { return &tree.Node{Kind: tree.String, Text: s, Line: root.Line} }
	object := &tree.Node{Kind: tree.Map, Line: root.Line, Pairs: []tree.Pair{
		{Key: "apiVersion", Line: root.Line, Value: text("apps/v1")}, {Key: "kind", Line: root.Line, Value: text(kind)},
		{Key: "metadata", Line: root.Line, Value: &tree.Node{Kind: tree.Map, Line: root.Line, Pairs: []tree.Pair{{Key: "name", Line: root.Line, Value: text(name)}}}},
	}}
	for _, op := range operations(root) {
		tokens := strings.Split(strings.TrimPrefix(op.Get("path").Str(), "/"), "/")
		if len(tokens) <= maxPatchTokens {
			object = merge(object, nested(tokens, op.Get("value"), ""))
		}
	}
	return object
}

// nested wraps a value into the maps and lists of a pointer. A container has a name of
// its index, by which two operations on one meet.
func nested(tokens []string, v *tree.Node, parent string) *tree.Node {
	if len(tokens) == 0 {
		return v
	}
	key := strings.NewReplacer("~1", "/", "~0", "~").Replace(tokens[0])
	inner := nested(tokens[1:], v, key)
	if key == "-" || strings.Trim(key, "0123456789") == "" {
		if inner.Kind == tree.Map && !inner.Has("name") {
			named := *inner
			named.Pairs = append([]tree.Pair{{Key: "name", Line: v.Line, Value: &tree.Node{Kind: tree.String, Text: parent + key, Line: v.Line}}}, inner.Pairs...)
			inner = &named
		}
		return &tree.Node{Kind: tree.List, Line: v.Line, Items: []*tree.Node{inner}}
	}
	return &tree.Node{Kind: tree.Map, Line: v.Line, Pairs: []tree.Pair{{Key: key, Line: v.Line, Column: v.Column, Value: inner}}}
}

// merge joins two partial objects; entries of lists that have one name are one.
func merge(a, b *tree.Node) *tree.Node {
	if a == nil || a.Kind != b.Kind || a.Kind != tree.Map && a.Kind != tree.List {
		return b
	}
	out := *a
	out.Pairs = append([]tree.Pair(nil), a.Pairs...)
	out.Items = append([]*tree.Node(nil), a.Items...)
	for _, p := range b.Pairs {
		known := false
		for i := range out.Pairs {
			if out.Pairs[i].Key == p.Key {
				out.Pairs[i].Value, known = merge(out.Pairs[i].Value, p.Value), true
			}
		}
		if !known {
			out.Pairs = append(out.Pairs, p)
		}
	}
	for _, item := range b.Items {
		known := false
		for i, have := range out.Items {
			if name := have.Get("name").Str(); name != "" && name == item.Get("name").Str() {
				out.Items[i], known = merge(have, item), true
			}
		}
		if !known {
			out.Items = append(out.Items, item)
		}
	}
	return &out
}
