package engine

import (
	"maps"
	"slices"
)

// digestIndex finds the bytes behind a subject, so that a waiver or a baseline for one
// file does not hold for other bytes under the same name.
type digestIndex struct {
	path map[string]string // artefacts: weights, datasets, large files
	name map[string]string // components by ref, purl and name; "" when two differ
}

// digestsOf indexes the digests of an input.
func digestsOf(in *Input) *digestIndex {
	d := &digestIndex{path: map[string]string{}, name: map[string]string{}}
	for _, f := range in.Files {
		switch f.Kind {
		case "weights", "dataset", "checkpoint", "archive":
			// The digest of code or configuration changes with every edit; their
			// findings are told apart by the text of the line.
			d.addPath(f.Path, f.SHA256)
		}
	}
	for _, f := range in.Datasets {
		d.addPath(f.Path, f.SHA256)
	}
	for _, f := range in.Weights {
		d.addPath(f.Path, f.SHA256)
	}
	for _, c := range in.Components {
		digest := strongest(c.Digests)
		for _, name := range slices.Compact([]string{c.Ref, c.Purl, c.Name}) {
			if name == "" {
				continue
			}
			if old, there := d.name[name]; there && old != digest {
				digest = ""
			}
			d.name[name] = digest
		}
	}
	return d
}

func (d *digestIndex) addPath(path, sha256 string) {
	if path != "" && sha256 != "" {
		d.path[path] = "sha256:" + sha256
	}
}

// of looks a finding up: the file it is about, the component it is about, the artefact
// it lies in.
func (d *digestIndex) of(f RawFinding) string {
	if digest := d.path[f.Subject]; digest != "" {
		return digest
	}
	if digest := d.path[f.At.Path]; digest != "" {
		return digest
	}
	return d.name[f.Subject]
}

// strongest picks the digest that identifies a component.
func strongest(digests map[string]string) string {
	for _, algorithm := range []string{"sha256", "sha512", "sha384", "blake3"} {
		if hex := digests[algorithm]; hex != "" {
			return algorithm + ":" + hex
		}
	}
	for _, algorithm := range slices.Sorted(maps.Keys(digests)) {
		if digests[algorithm] != "" {
			return algorithm + ":" + digests[algorithm]
		}
	}
	return ""
}
