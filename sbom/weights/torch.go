package weights

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// readArchive reads the members of a zip and says what the zip is.
func readArchive(s *scan, p *part, z *zipFile) {
	p.w.Format = archiveFormat(z)
	if root, ok := torchRoot(z); ok {
		p.w.Format = "torch-zip"
		readTorch(s, p, z, root)
		return
	}
	for _, e := range z.entries {
		if strings.HasSuffix(e.name, "/") && e.size == 0 {
			continue
		}
		z.readMember(e)
	}
}

// archiveFormat names a zip by its members.
func archiveFormat(z *zipFile) string {
	has := map[string]bool{}
	arrays := len(z.entries) > 0
	for _, e := range z.entries {
		has[e.name] = true
		arrays = arrays && strings.HasSuffix(e.name, ".npy")
	}
	switch {
	case arrays:
		return "npz"
	case has["schema.json"]:
		return "skops"
	case has["config.json"] && has["metadata.json"]:
		return "keras-v3"
	case has["MAR-INF/MANIFEST.json"]:
		return "torch-mar"
	case slices.ContainsFunc(z.entries, func(e *zipEntry) bool { // torch/package/package_exporter.py, close
		return strings.HasSuffix(e.name, "/.data/extern_modules") || strings.HasSuffix(e.name, "/.data/python_version")
	}):
		return "torch-package"
	}
	return "zip"
}

// torchRoot is the folder that torch.save puts everything into (caffe2/serialize/
// inline_container.cc: the name of the archive), "" for a file of torch.package.
func torchRoot(z *zipFile) (string, bool) {
	for _, e := range z.entries {
		if dir, base := path.Split(e.name); base == "data.pkl" && strings.Count(dir, "/") <= 1 {
			return dir, true
		}
	}
	return "", false
}

// readTorch reads a file of torch.save or torch.jit.save: data.pkl names storages by
// persistent ids, each in a member data/KEY. Members that no id names are not taken for
// data.
func readTorch(s *scan, p *part, z *zipFile, root string) {
	format := "torch-zip"
	storages := map[string]storage{}
	for _, e := range z.entries {
		if path.Base(e.name) == "data.pkl" {
			s.storages = nil
			z.readMember(e)
			for _, st := range s.storages {
				storages[path.Dir(e.name)+"/data/"+st.key] = st
			}
		}
	}
	present := map[string]bool{}
	for _, e := range z.entries {
		present[e.name] = true
		if st, ok := storages[e.name]; ok {
			z.storage(e, st)
			continue
		}
		switch rel := strings.TrimPrefix(e.name, root); {
		case path.Base(e.name) == "data.pkl":
		case strings.HasPrefix(rel, "code/"), rel == "constants.pkl":
			format = "torchscript"
			z.readMember(e)
		default:
			z.readMember(e)
		}
	}
	for _, name := range sortedKeys(storages) {
		if n, ok := storages[name].bytes(); !present[name] && (!ok || n > 0) {
			z.fault("truncated", z.dirAt, "storage %s is not in the file", clip(name, 80))
		}
	}
	p.w.Format = format
	p.w.Executable = sbom.Yes
}

// storage compares the member of a storage with the size that its id declares.
func (z *zipFile) storage(e *zipEntry, st storage) {
	e.storage = true
	z.part.w.DataBytes += e.size
	n, ok := st.bytes()
	if ok && n != e.size && e.size > 0 {
		code, detail := "storage_size", fmt.Sprintf("storage %q has %d bytes, its id says %d", clip(st.key, 40), e.size, n)
		if e.size < n {
			z.fault("truncated", e.at, "%s", detail)
		} else {
			z.odd(code, e.at, "%s", detail)
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
