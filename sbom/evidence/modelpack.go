package evidence

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// modelPack reads what a model packed as an OCI artifact says about itself: the
// configuration (CNCF ModelPack, specs-go/v1/config.go) and the manifest, whose layers
// name the files by annotation.
var modelPack = sbom.Collector{
	Name:     "evidence/modelpack",
	Families: []sbom.Family{sbom.FamilyRegistry},
	Match:    func(f *sbom.File) bool { return f.Ext() == ".json" && f.Size <= maxMonitorBytes },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		config := bytes.Contains(content, []byte(`"modelfs"`)) && bytes.Contains(content, []byte(`"descriptor"`))
		manifest := bytes.Contains(content, []byte("vnd.cncf.model.")) && bytes.Contains(content, []byte(`"layers"`))
		if !config && !manifest {
			return nil
		}
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyRegistry, out)
		root := docs.Root()
		switch {
		case root.Get("modelfs") != nil:
			d := root.Get("descriptor")
			entry := sbom.RegistryEntry{Kind: "modelpack", Name: d.Get("name").Str(), Version: d.Get("version").Str(), Source: d.Get("sourceURL").Str(),
				Created: d.Get("createdAt").Str(), At: root.KeyAt(f.Path, "descriptor")}
			for _, id := range root.Get("modelfs", "diffIds").Strings() {
				digest := sbom.CardDigest{SizeBytes: -1, At: root.Get("modelfs").KeyAt(f.Path, "diffIds")}
				digest.Algorithm, digest.Value, _ = strings.Cut(id, ":")
				entry.Files = append(entry.Files, digest)
			}
			out.Registry = append(out.Registry, entry)
		case root.Get("layers") != nil:
			out.Registry = append(out.Registry, modelManifest(f, root))
		}
		return nil
	},
}

// filePathAnnotation names the file of a layer (ModelPack, specs-go/v1/annotations.go).
const filePathAnnotation = "org.cncf.model.filepath"

func modelManifest(f *sbom.File, root *tree.Node) sbom.RegistryEntry {
	notes := root.Get("annotations")
	entry := sbom.RegistryEntry{Kind: "modelpack", Name: notes.Get("org.opencontainers.image.title").Str(), Version: notes.Get("org.opencontainers.image.version").Str(),
		Source: notes.Get("org.opencontainers.image.source").Str(), Created: notes.Get("org.opencontainers.image.created").Str(), At: root.KeyAt(f.Path, "layers")}
	for _, layer := range root.Get("layers").Items {
		name := layer.Get("annotations", filePathAnnotation).Str()
		if name == "" || strings.HasSuffix(layer.Get("mediaType").Str(), "+gzip") || strings.HasSuffix(layer.Get("mediaType").Str(), ".tar") {
			continue // the digest of an archive is not that of the file in it
		}
		d := sbom.CardDigest{Path: path.Join(f.Dir(), name), SizeBytes: layer.Get("size").Int(-1), At: layer.KeyAt(f.Path, "digest")}
		d.Algorithm, d.Value, _ = strings.Cut(layer.Get("digest").Str(), ":")
		entry.Files = append(entry.Files, d)
	}
	return entry
}
