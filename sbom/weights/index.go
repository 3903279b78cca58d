package weights

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

const (
	// scratchIndex is the key under which the index collector keeps a *shardIndex.
	scratchIndex = "weights/index"
	// maxShardsNamed bounds the lists of Shards; the largest model seen has 191 files.
	maxShardsNamed = 1024
)

// shardIndex is a "*.index.json": the file of each tensor of a sharded model
// (Hugging Face transformers, "Sharded checkpoints").
type shardIndex struct {
	path       string
	totalSize  int64             // metadata.total_size, -1 when unstated
	tensors    map[string]string // weight_map: tensor → file
	duplicated []string          // tensors that weight_map names twice
	files      []string          // files named, sorted
	outside    []string          // files that do not lie beside the index
}

// indexCollector reads the index of a sharded model.
var indexCollector = sbom.Collector{
	Name:     "weights/index",
	Families: []sbom.Family{sbom.FamilyWeights},
	Match:    func(f *sbom.File) bool { return strings.HasSuffix(strings.ToLower(f.Name()), ".index.json") },
	Collect:  collectIndex,
}

func collectIndex(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyWeights, out)
	weightMap := docs.Root().Get("weight_map")
	if weightMap == nil || weightMap.Kind != tree.Map {
		return nil // some other index
	}
	idx := &shardIndex{path: f.Path, totalSize: docs.Root().Get("metadata", "total_size").Int(-1), tensors: map[string]string{}}
	for _, pair := range weightMap.Pairs {
		if _, twice := idx.tensors[pair.Key]; twice {
			idx.duplicated = append(idx.duplicated, clip(pair.Key, maxNameBytes))
		}
		name := pair.Value.Str()
		idx.tensors[pair.Key] = name
		if path.Base(name) != name || strings.Contains(name, `\`) || name == "" || name == "." || name == ".." {
			idx.outside = append(idx.outside, name)
		}
		idx.files = append(idx.files, name)
	}
	slices.Sort(idx.files)
	idx.files = slices.Compact(idx.files)
	slices.Sort(idx.outside)
	idx.outside = slices.Compact(idx.outside)

	digest, source := f.SHA256()
	w := sbom.Weights{
		Path: f.Path, Format: "index", SizeBytes: f.Size, SHA256: digest, DigestSource: source, Content: "read",
		Expected: "index", Executable: sbom.No, CoversFile: sbom.Unstated, TensorCount: int64(len(idx.tensors)),
		At: sbom.At{Path: f.Path},
	}
	for _, name := range idx.outside[:min(len(idx.outside), maxOddities)] {
		w.External = append(w.External, sbom.External{Location: clip(name, maxNameBytes), Kind: locationKind(name), Exists: sbom.Unresolved})
	}
	out.Weights = append(out.Weights, w)
	out.Keep(scratchIndex, idx)
	return nil
}

// linkShards compares each index with the files beside it and ties them together.
func linkShards(inv *sbom.Inventory) {
	var indexes []*shardIndex
	for _, v := range inv.Scratch[scratchIndex] {
		if idx, ok := v.(*shardIndex); ok {
			indexes = append(indexes, idx)
		}
	}
	if len(indexes) == 0 {
		return
	}
	slices.SortFunc(indexes, func(a, b *shardIndex) int { return strings.Compare(a.path, b.path) })
	l := newShardLinker(inv)
	for _, idx := range indexes {
		l.link(idx)
	}
}

type shardLinker struct {
	inv    *sbom.Inventory
	byPath map[string]int // index in inv.Weights
	beside map[string][]string
	exists map[string]bool
}

func newShardLinker(inv *sbom.Inventory) *shardLinker {
	l := &shardLinker{inv: inv, byPath: map[string]int{}, beside: map[string][]string{}, exists: map[string]bool{}}
	for i := range inv.Weights {
		if _, ok := l.byPath[inv.Weights[i].Path]; !ok {
			l.byPath[inv.Weights[i].Path] = i
		}
	}
	for _, v := range inv.Scratch[sbom.ScratchPaths] {
		if name, ok := v.(string); ok {
			l.exists[name] = true
			l.beside[path.Dir(name)] = append(l.beside[path.Dir(name)], path.Base(name))
		}
	}
	return l
}

func (l *shardLinker) link(idx *shardIndex) {
	dir := path.Dir(idx.path)
	s := sbom.Shards{Index: idx.path, Total: len(idx.files), Duplicated: capList(idx.duplicated)}
	var sum int64
	complete := true
	for _, name := range idx.files {
		full := path.Join(dir, name)
		if !l.exists[full] {
			s.Missing = append(s.Missing, name)
			complete = false
			continue
		}
		data, known := l.dataSize(full)
		complete = complete && known
		sum += data
		if known && l.truncated(full) {
			s.WrongSize = append(s.WrongSize, name)
		}
	}
	for _, name := range l.beside[dir] {
		if _, named := slices.BinarySearch(idx.files, name); !named && sameSeries(name, idx.files) {
			s.Extra = append(s.Extra, name)
		}
	}
	l.doubled(idx, dir, &s)
	// metadata.total_size is the sum of the tensors' bytes; a shard of another model
	// or a cut one shows here even when each file is whole. Only the index can then
	// be named as wrong.
	if complete && idx.totalSize >= 0 && len(s.WrongSize) == 0 && sum != idx.totalSize {
		s.WrongSize = append(s.WrongSize, path.Base(idx.path))
	}
	slices.Sort(s.Extra)
	s.Missing, s.Extra, s.WrongSize = capList(s.Missing), capList(s.Extra), capList(s.WrongSize)
	l.tie(idx, dir, s)
}

// tie writes the result on the index and on each member.
func (l *shardLinker) tie(idx *shardIndex, dir string, s sbom.Shards) {
	if i, ok := l.byPath[idx.path]; ok {
		l.inv.Weights[i].Shards = s
	}
	for n, name := range idx.files {
		if i, ok := l.byPath[path.Join(dir, name)]; ok {
			member := s
			member.Position = n + 1
			l.inv.Weights[i].Shards = member
		}
	}
}

// dataSize is the size of the tensors of a safetensors shard: what metadata.total_size
// sums. Other formats do not say it in their header.
func (l *shardLinker) dataSize(full string) (int64, bool) {
	i, ok := l.byPath[full]
	if !ok {
		return 0, false
	}
	w := &l.inv.Weights[i]
	if w.Format != "safetensors" || w.DataBytes == 0 {
		return 0, false
	}
	return w.DataBytes, true
}

// truncated tells a shard whose tensors do not fit its file.
func (l *shardLinker) truncated(full string) bool {
	for i := range l.inv.Problems {
		p := &l.inv.Problems[i]
		if p.Path == full && p.Code == "truncated" {
			return true
		}
	}
	return false
}

// doubled finds tensors that a shard holds although weight_map puts them in another
// shard which is there too. Shards list their first tensors only, which is enough to
// see a shard that was swapped or added twice.
func (l *shardLinker) doubled(idx *shardIndex, dir string, s *sbom.Shards) {
	for _, name := range idx.files {
		i, ok := l.byPath[path.Join(dir, name)]
		if !ok {
			continue
		}
		for _, t := range l.inv.Weights[i].Tensors {
			if want, known := idx.tensors[t.Name]; known && want != name && l.exists[path.Join(dir, want)] {
				s.Duplicated = append(s.Duplicated, t.Name)
			}
		}
	}
	slices.Sort(s.Duplicated)
	s.Duplicated = capList(slices.Compact(s.Duplicated))
}

func capList(list []string) []string { return list[:min(len(list), maxShardsNamed)] }

// shardName is the name transformers and diffusers give a shard:
// PREFIX-00001-of-00005.EXT.
func shardName(name string) (series string, ok bool) {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	const tail = len("-00001-of-00005")
	if len(stem) <= tail {
		return "", false
	}
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	t := stem[len(stem)-tail:]
	if t[0] != '-' || !digits(t[1:6]) || t[6:10] != "-of-" || !digits(t[10:]) {
		return "", false
	}
	return stem[:len(stem)-tail] + "*" + ext, true
}

// sameSeries tells whether name is a shard of the same series as one of files.
func sameSeries(name string, files []string) bool {
	series, ok := shardName(name)
	if !ok {
		return false
	}
	for _, f := range files {
		if s, ok := shardName(f); ok && s == series {
			return true
		}
	}
	return false
}

// locationKind says where a location written in a model file leads.
func locationKind(location string) string {
	l := strings.ReplaceAll(location, `\`, "/")
	scheme, rest, found := strings.Cut(l, "://")
	switch {
	case found && scheme != "" && !strings.Contains(scheme, "/") && rest != "":
		return "url"
	case strings.HasPrefix(l, "/"), len(l) >= 2 && l[1] == ':', strings.HasPrefix(l, "~"):
		return "absolute"
	}
	for part := range strings.SplitSeq(l, "/") {
		if part == ".." {
			return "parent"
		}
	}
	return "relative"
}
