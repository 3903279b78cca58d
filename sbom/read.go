package sbom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const (
	// wholeFileBytes is up to what size a file is read into memory once, hashed there
	// and handed to the collectors; above it the bytes are streamed to the hasher and
	// collectors read what they need.
	wholeFileBytes = 4 << 20
	// largeFileBytes is from what size a file is listed whatever it is: the limit above
	// which GitHub warns is ten times this, but text rarely gets here.
	largeFileBytes = 5 << 20
	hashBufferSize = 1 << 20
)

var hashBuffers = sync.Pool{New: func() any { b := make([]byte, hashBufferSize); return &b }}

// file reads one file: digest, then every collector that wants it.
func (g *generator) file(ctx context.Context, e entry) part {
	f := &File{Path: e.path, Size: e.size, Mode: e.mode, open: opener(g.source, e.path)}
	defer f.close()
	p := part{mode: e.mode}
	if err := g.load(ctx, f, &p); err != nil {
		g.unreadable(f, &p, err)
		return p
	}
	p.fact = g.fact(f)
	for _, c := range g.opts.Collectors {
		if e.vendor && !slices.Contains(c.Families, FamilyPackages) && !slices.Contains(c.Families, FamilyWeights) {
			continue
		}
		if !c.Match(f) {
			continue
		}
		if ctx.Err() != nil {
			return p
		}
		p.families = append(p.families, c.Families...)
		if c.MaxBytes > 0 && f.Size > c.MaxBytes && f.Substance() > c.MaxBytes {
			tooLarge(c, f, &p)
			continue
		}
		collect(ctx, c, f, &p.inv)
	}
	return p
}

// tooLarge makes a Problem of each family of the collector that has none yet for this
// file: several collectors of a family may refuse the same one.
func tooLarge(c Collector, f *File, p *part) {
	for _, family := range c.Families {
		if slices.Contains(p.refused, family) {
			continue
		}
		p.refused = append(p.refused, family)
		p.inv.AddProblem(At{Path: f.Path, Offset: -1}, family, "too_large",
			fmt.Sprintf("file has %d bytes, limit of %s is %d: not read", f.Size, c.Name, c.MaxBytes))
	}
}

// load reads the head, the digest and, for a small file, the content.
func (g *generator) load(ctx context.Context, f *File, p *part) error {
	sum := sha256.New()
	want := g.opts.Digests == "" || g.opts.Digests == DigestsAll
	if f.Size <= wholeFileBytes {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		f.Head = content[:min(len(content), HeadBytes)]
		if want {
			sum.Write(content)
		}
	} else {
		f.Head = make([]byte, HeadBytes)
		if _, err := f.ReadAt(f.Head, 0); err != nil {
			return err
		}
		if want {
			if err := hashFile(ctx, f, sum); err != nil {
				return err
			}
		}
	}
	if want {
		p.digest = hex.EncodeToString(sum.Sum(nil))
		f.SetSHA256(p.digest, "computed")
	}
	if IsLFSPointer(f.Head, f.Size) {
		if oid, _, err := ParseLFSPointer(f.Head); err == nil {
			f.SetSHA256(oid, "lfs_pointer")
		}
	}
	return nil
}

// hashFile streams the file through the hasher and notices a file that changes size
// while it is read.
func hashFile(ctx context.Context, f *File, sum hash.Hash) error {
	r, err := f.ReaderAt()
	if err != nil {
		return err
	}
	buf := hashBuffers.Get().(*[]byte)
	defer hashBuffers.Put(buf)
	for off := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.ReadAt(*buf, off)
		sum.Write((*buf)[:n])
		off += int64(n)
		if errors.Is(err, io.EOF) {
			if off != f.Size {
				return fmt.Errorf("size changed from %d to %d bytes while it was read", f.Size, off)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read at %d: %w", off, err)
		}
	}
}

// unreadable makes a Problem of every family that would have looked at the file by its
// name, and of files.
func (g *generator) unreadable(f *File, p *part, err error) {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	code := "unreadable"
	if errors.Is(err, ErrMissingBlob) {
		code = "missing_blob"
	}
	families := []Family{FamilyFiles}
	f.content, f.whole, f.reader, f.Head = nil, true, strings.NewReader(""), nil
	for _, c := range g.opts.Collectors {
		if c.Match(f) {
			families = append(families, c.Families...)
		}
	}
	slices.Sort(families)
	for _, family := range slices.Compact(families) {
		p.inv.AddProblem(At{Path: f.Path, Offset: -1}, family, code, err.Error())
	}
	p.fact = FileFact{Path: f.Path, SizeBytes: f.Size, Kind: fileKind(f), Storage: g.storage(f)}
}

// ErrMissingBlob is wrapped by the error of opening a file whose content the source
// knows of and does not have, as in a partial clone.
var ErrMissingBlob = errors.New("content is not in this clone")

func (g *generator) fact(f *File) FileFact {
	digest, _ := f.SHA256()
	fact := FileFact{Path: f.Path, SizeBytes: f.Size, SHA256: digest, Kind: fileKind(f), Storage: g.storage(f)}
	if IsLFSPointer(f.Head, f.Size) {
		fact.Storage = "lfs"
		if _, size, err := ParseLFSPointer(f.Head); err == nil {
			fact.SizeBytes = size
		}
	}
	return fact
}

func (g *generator) storage(f *File) string {
	if tracked(g.tree.lfs, f.Path) {
		return "lfs"
	}
	if g.opts.Storage != nil {
		if s := g.opts.Storage(f.Path); s != "" {
			return s
		}
	}
	return "plain"
}

// kinds tells what a file is for by its extension; content decides in the collectors.
var kinds = map[string]string{
	".safetensors": "weights", ".gguf": "weights", ".bin": "weights", ".pt": "weights", ".pth": "weights",
	".ckpt": "weights", ".onnx": "weights", ".h5": "weights", ".keras": "weights", ".pkl": "weights",
	".pickle": "weights", ".joblib": "weights", ".tflite": "weights", ".nemo": "weights", ".mar": "weights",
	".npz": "weights", ".msgpack": "weights", ".skops": "weights", ".ggml": "weights",
	".npy": "dataset", ".parquet": "dataset", ".arrow": "dataset", ".jsonl": "dataset", ".csv": "dataset", ".tsv": "dataset",
	".tfrecord": "dataset", ".webdataset": "dataset",
	".ipynb": "notebook", ".py": "code", ".sh": "code", ".js": "code", ".ts": "code", ".rego": "policy",
	".sql": "code", ".go": "code", ".scala": "code", ".java": "code", ".r": "code", ".cu": "code", ".cpp": "code",
	".jinja": "config", ".jinja2": "config", ".j2": "config", ".prompt": "prompt",
	".pub": "trust", ".pem": "trust", ".crt": "trust",
	".yaml": "config", ".yml": "config", ".toml": "config", ".tf": "config", ".hcl": "config", ".dvc": "config",
	".zip": "archive", ".tar": "archive", ".gz": "archive", ".7z": "archive", ".xz": "archive", ".zst": "archive",
}

// named tells what a file is for by its name, where the extension is anybody's.
var named = []struct {
	kind    string
	pattern *regexp.Regexp
}{
	{"statement", regexp.MustCompile(`(?i)(\.intoto\.jsonl?|\.sigstore\.json|(^|/)(provenance|lineage|attestation)s?[^/]*\.(json|jsonl|ya?ml|md))$`)},
	{"policy", regexp.MustCompile(`(?i)(^|/)((waivers?|exceptions?|revok)[^/]*|mlpolicy[^/]*)\.json$`)},
	{"prompt", regexp.MustCompile(`(?i)(^|/)([^/]*prompt[^/]*|prompts?/[^/]+)\.(txt|md)$`)},
}

func fileKind(f *File) string {
	for _, n := range named {
		if n.pattern.MatchString(f.Path) {
			return n.kind
		}
	}
	return kinds[f.Ext()]
}

// sourceDigest is the SHA-256 over the sorted (path, mode, digest) of all files.
func (g *generator) sourceDigest(parts []part) string {
	h := sha256.New()
	for i := range parts {
		fmt.Fprintf(h, "%s\x00%o\x00%s\n", path.Clean(g.tree.entries[i].path), parts[i].mode.Perm()&0o111, parts[i].digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}
