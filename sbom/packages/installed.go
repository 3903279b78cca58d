package packages

import (
	"bytes"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/python"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	keepInstalled = "packages/installed"
	keepLicense   = "packages/license"
	// maxHeaderBytes bounds the headers of core metadata that are kept for the linker;
	// the largest seen, with 300 Requires-Dist lines, have 40 KiB.
	maxHeaderBytes = 512 << 10
)

type installedFile struct {
	path    string
	content []byte
}

type licensed struct {
	ref      string
	licenses []string
}

// collectInstalled keeps the small files that describe an installed distribution; syft
// reads them together in the linker.
func collectInstalled(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	if f.Name() != "direct_url.json" {
		data = headers(data)
	}
	if len(data) > maxHeaderBytes {
		out.AddProblem(f.At(0), sbom.FamilyPackages, "too_large", "headers of the metadata are longer than maxHeaderBytes (512 KiB)")
		return nil
	}
	out.Keep(keepInstalled, installedFile{f.Path, bytes.Clone(data)})
	return nil
}

// headers is core metadata without its description (PyPA, "Core metadata
// specifications": the body follows the first empty line).
func headers(data []byte) []byte {
	for _, end := range []string{"\n\n", "\n\r\n"} {
		if i := bytes.Index(data, []byte(end)); i >= 0 {
			data = data[:i+1]
		}
	}
	return data
}

func linkInstalled(inv *sbom.Inventory) {
	files := map[string][]byte{}
	for _, v := range inv.Scratch[keepInstalled] {
		f := v.(installedFile)
		files[f.path] = f.content
	}
	if len(files) == 0 {
		return
	}
	found, err := catalog(context.Background(), python.NewInstalledPackageCataloger(), files)
	seen := map[string]bool{}
	var entries sbom.Inventory
	for _, s := range found {
		p := sbom.Package{Name: Normalize(s.Name), Version: s.Version, Source: "installed", Ecosystem: "pypi"}
		for _, l := range s.Locations.ToSlice() {
			if l.Annotations[pkg.EvidenceAnnotationKey] == pkg.PrimaryEvidenceAnnotation {
				p.At = sbom.At{Path: l.RealPath, Line: 1}
			}
			seen[path.Dir(l.RealPath)] = true
		}
		if meta, ok := s.Metadata.(pkg.PythonPackage); ok && meta.DirectURLOrigin != nil {
			p.URL, p.Revision = meta.DirectURLOrigin.URL, meta.DirectURLOrigin.CommitID
			if vcs := meta.DirectURLOrigin.VCS; vcs != "" {
				p.URL = vcs + "+" + p.URL
			}
		}
		p.Locked = sbom.Unstated // installed: what it is, not how it was chosen
		add(&entries, p)
		keepLicenses(inv, p, s)
	}
	slices.SortStableFunc(entries.Packages, func(a, b sbom.Package) int { return strings.Compare(a.At.Path, b.At.Path) })
	inv.Packages = append(inv.Packages, entries.Packages...)
	for _, p := range slices.Sorted(keys(files)) {
		if name := path.Base(p); name == "METADATA" && !seen[path.Dir(p)] {
			reason := "core metadata has no name and version"
			if err != nil {
				reason = "syft: " + firstLine(err)
			}
			inv.AddProblem(sbom.At{Path: p, Offset: -1}, sbom.FamilyPackages, "malformed", reason)
		}
	}
}

func keys(m map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// keepLicenses keeps what the metadata says about licences for the component.
func keepLicenses(inv *sbom.Inventory, p sbom.Package, s pkg.Package) {
	var names []string
	for _, l := range s.Licenses.ToSlice() {
		name := l.SPDXExpression
		if name == "" {
			name = l.Value
		}
		if name != "" && !strings.Contains(name, "\n") {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		inv.Keep(keepLicense, licensed{componentRef(&p), slices.Compact(names)})
	}
}

// syftSecondOpinion adds the pinned packages that syft sees in a declaration and our
// reader does not. Of a line that both read, ours stays: it has the line.
func syftSecondOpinion(ctx context.Context, f *sbom.File, data []byte, source string, out *sbom.Inventory) {
	syftAdd(ctx, f, data, nil, source, out)
}

// syftLock does the same for a lock file, leaving out the project's own packages.
func syftLock(ctx context.Context, f *sbom.File, data []byte, project map[string]bool, out *sbom.Inventory) {
	syftAdd(ctx, f, data, project, "lock", out)
}

func syftAdd(ctx context.Context, f *sbom.File, data []byte, project map[string]bool, source string, out *sbom.Inventory) {
	known := map[string]bool{}
	for i := range out.Packages {
		known[out.Packages[i].Name] = true
	}
	cfg := python.CatalogerConfig{} // never GuessUnpinnedRequirements, never the network
	// An error of syft here says that a line has no exact version, or repeats what our
	// reader has said with the line.
	found, _ := catalog(ctx, python.NewPackageCataloger(cfg), map[string][]byte{f.Path: data})
	for _, s := range found {
		name := Normalize(s.Name)
		if known[name] || project[name] || nameEnd(name) != len(name) || s.Version == "" {
			continue
		}
		add(out, sbom.Package{Name: name, Version: s.Version, Source: source, At: sbom.At{Path: f.Path}})
	}
}
