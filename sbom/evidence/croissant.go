package evidence

import (
	"bytes"
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// croissant reads the Croissant description of a dataset (mlcommons.org/croissant/1.0):
// a card that declares files with their digests.
var croissant = sbom.Collector{
	Name:     "evidence/croissant",
	Families: []sbom.Family{sbom.FamilyCards},
	Match:    func(f *sbom.File) bool { return f.Ext() == ".json" && f.Size <= maxMonitorBytes },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if !bytes.Contains(content, []byte("mlcommons.org/croissant")) {
			return nil
		}
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyCards, out)
		root := docs.Root()
		list := root.Get("distribution")
		if list == nil || list.Kind != tree.List {
			return nil
		}
		card := sbom.Card{Kind: "dataset", Subject: f.Dir(), License: firstOf(root, "license", "sc:license"), At: root.KeyAt(f.Path, "name")}
		card.Has = map[string]bool{
			"license": root.Get("license") != nil || root.Get("sc:license") != nil, "version": root.Has("version"),
			"source":     root.Has("isBasedOn") || root.Has("citeAs") || root.Has("url"),
			"collection": root.Has("rai:dataCollection"), "limitations": root.Has("rai:dataLimitations"),
			"intended_use": root.Has("rai:dataUseCases"), "base_model": false, "datasets": false, "eval": false,
		}
		for _, item := range list.Items {
			card.Digests = append(card.Digests, fileObject(f, item)...)
		}
		out.Cards = append(out.Cards, card)
		return nil
	},
}

// fileObject is a file with each digest that it declares; a FileSet has none.
func fileObject(f *sbom.File, item *tree.Node) []sbom.CardDigest {
	if kind := item.Get("@type").Str(); !strings.HasSuffix(kind, "FileObject") {
		return nil
	}
	base := sbom.CardDigest{SizeBytes: -1, At: item.KeyAt(f.Path, "contentUrl")}
	if where := item.Get("contentUrl").Str(); strings.Contains(where, "://") {
		base.URL = where
	} else {
		base.Path = where
	}
	var out []sbom.CardDigest
	for _, algorithm := range []string{"sha256", "md5"} {
		if v := item.Get(algorithm).Str(); v != "" {
			one := base
			one.Algorithm, one.Value, one.At = algorithm, v, item.KeyAt(f.Path, algorithm)
			out = append(out, one)
		}
	}
	if len(out) == 0 {
		return []sbom.CardDigest{base}
	}
	return out
}
