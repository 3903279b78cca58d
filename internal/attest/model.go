package attest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ModelOptions says how a model is listed and hashed.
type ModelOptions struct {
	// Ignore are relative paths to leave out, each with its subtree.
	Ignore []string
	// Signature is the path of the signature file, which is never part of the model.
	Signature string
	// Exclude are further files beside the model that are no part of it: its BOM, its
	// statements. They are not recorded as ignored.
	Exclude []string
	// Known are whole-file SHA-256 digests of an earlier pass over the same files, by name.
	Known map[string]string
	// IgnoreUnsigned accepts files that the signature does not name, except code and
	// weights.
	IgnoreUnsigned bool
	HashType       string // sha256 (default) | blake2b | blake3
	ShardSize      int64  // 0 signs whole files
}

// tree lists the model; signer are the paths that its signer ignored.
func (o ModelOptions) open(model string, signer []string, links bool) (*tree, error) {
	opts := treeOptions{links: links, ignore: slices.Clone(signer)}
	for _, name := range o.Ignore {
		clean, err := cleanIgnore(filepath.ToSlash(name))
		if err != nil {
			return nil, fmt.Errorf("ignored path: %w", err)
		}
		opts.ignore = append(opts.ignore, clean)
	}
	for _, file := range append([]string{o.Signature}, o.Exclude...) {
		if rel, ok := insideModel(model, file); ok {
			opts.exclude = append(opts.exclude, rel)
		}
	}
	t, err := openTree(model, opts)
	if err == nil {
		t.known = o.Known
	}
	return t, err
}

// insideModel is the path of a file relative to the model directory, when it lies there.
func insideModel(model, file string) (string, bool) {
	if file == "" {
		return "", false
	}
	base, err1 := realPath(model)
	abs, err2 := realPath(file)
	if err1 != nil || err2 != nil {
		return "", false
	}
	rel, err := filepath.Rel(base, abs)
	if err != nil || rel == "." || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// realPath resolves the directory of a path, which may name a file that is not there yet.
func realPath(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(abs); err == nil && info.IsDir() {
		return filepath.EvalSymlinks(abs)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	return filepath.Join(dir, filepath.Base(abs)), err
}

// BuildManifest lists and hashes a model for signing. Links and special files are
// refused (OMS v1.0 §6.1).
func BuildManifest(ctx context.Context, model string, opts ModelOptions) (*Manifest, error) {
	t, err := opts.open(model, nil, false)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if len(t.refused) > 0 {
		return nil, t.refused[0].err
	}
	m := &Manifest{Name: t.name, Method: methodFiles, HashType: opts.HashType, ShardSize: opts.ShardSize}
	if m.HashType == "" {
		m.HashType = hashSHA256
	}
	if digestBytes[m.HashType] == 0 {
		return nil, fmt.Errorf("hash type %q is not supported: sha256, blake2b and blake3 are", m.HashType)
	}
	if m.ShardSize > 0 {
		m.Method = methodShards
	}
	if err := m.hash(ctx, t); err != nil {
		return nil, err
	}
	if !t.single {
		m.IgnorePaths = m.recordIgnored(opts, model)
	}
	return m, nil
}

// FileDigests are the SHA-256 digests of whole files, by name; nil when the manifest has
// digests of another kind.
func (m *Manifest) FileDigests() map[string]string {
	if m.Method != methodFiles || m.HashType != hashSHA256 || m.single {
		return nil
	}
	out := make(map[string]string, len(m.Resources))
	for _, r := range m.Resources {
		out[r.file] = r.Digest
	}
	return out
}

func (m *Manifest) hash(ctx context.Context, t *tree) error {
	var jobs []*job
	for _, f := range t.files {
		jobs = append(jobs, m.jobsFor(f)...)
	}
	if len(jobs) == 0 {
		return refused("content", "the model has no file to sign")
	}
	if err := t.hashAll(ctx, m.HashType, jobs); err != nil {
		return err
	}
	for _, j := range jobs {
		if j.err != nil {
			return j.err
		}
		r := Resource{Name: j.name, Digest: j.digest, file: j.name, start: j.start, end: j.end}
		if m.Method == methodShards {
			r.Name = fmt.Sprintf("%s:%d:%d", j.name, j.start, j.end)
		}
		m.Resources = append(m.Resources, r)
	}
	slices.SortFunc(m.Resources, byName)
	m.Root = rootDigest(m.Resources)
	return nil
}

// jobsFor cuts a file as the manifest says. A file without bytes has no shard (§6.3.2).
func (m *Manifest) jobsFor(f entry) []*job {
	if m.Method == methodFiles {
		return []*job{{name: f.name, end: -1, want: f.size}}
	}
	var jobs []*job
	for start := int64(0); start < f.size; start += m.ShardSize {
		jobs = append(jobs, &job{name: f.name, start: start, end: min(start+m.ShardSize, f.size), want: f.size})
	}
	return jobs
}

// recordIgnored are the ignored paths that the statement tells: the defaults, the
// user's, and the signature inside the model (§6.2).
func (m *Manifest) recordIgnored(opts ModelOptions, model string) []string {
	out := slices.Clone(defaultIgnored)
	for _, name := range opts.Ignore {
		if clean, err := cleanIgnore(filepath.ToSlash(name)); err == nil {
			out = append(out, clean)
		}
	}
	if rel, ok := insideModel(model, opts.Signature); ok {
		if clean, err := cleanIgnore(rel); err == nil {
			out = append(out, clean)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SignModel signs a model and returns the bundle.
func SignModel(ctx context.Context, model string, signer *Signer, opts ModelOptions) ([]byte, *Manifest, error) {
	m, err := BuildManifest(ctx, model, opts)
	if err != nil {
		return nil, nil, err
	}
	payload, err := m.Payload()
	if err != nil {
		return nil, nil, err
	}
	// What we write, we must be able to read: a name we would refuse is not signed.
	if _, err := ParseManifest(payload); err != nil {
		return nil, nil, fmt.Errorf("the model cannot be signed: %w", err)
	}
	bundle, err := signer.Sign(payload)
	return bundle, m, err
}

// Difference is a file of a model that is not as it was signed.
type Difference struct {
	Path   string `json:"path"`
	Code   string `json:"code"` // content | missing | unsigned | symlink | special | changed | unreadable
	Reason string `json:"reason"`
}

// ModelResult is what the verification of a model found.
type ModelResult struct {
	Manifest *Manifest
	Signed   *Signed
	// Differences is empty when the model is the signed one.
	Differences []Difference
	// Ignored are the paths that the signer chose to leave out, beyond git's own.
	Ignored []string
	// Unsigned are paths of the model that the signature does not cover and that were
	// accepted: ignored by the signer, by the user, or as unsigned files.
	Unsigned []string
	Files    int // files that were compared
}

// Err is nil when the model is the signed one.
func (r *ModelResult) Err() error {
	if len(r.Differences) == 0 {
		return nil
	}
	first := r.Differences[0]
	if more := len(r.Differences) - 1; more > 0 {
		return refused(first.Code, "%s, and %d more", first.Reason, more)
	}
	return refused(first.Code, "%s", first.Reason)
}

// OpenModelBundle verifies the signature of a model signature and reads its manifest,
// without looking at a model.
func OpenModelBundle(data []byte, trust *Trust) (*Manifest, *Signed, error) {
	b, err := ParseBundle(data)
	if err != nil {
		return nil, nil, err
	}
	b.keyless = false // OMS v1.0 §4.1: a chain is always the certificate method
	signed, err := trust.Verify(b)
	if err != nil {
		return nil, nil, err
	}
	m, err := ParseManifest(signed.Payload)
	if err != nil {
		return nil, nil, err
	}
	if signed.legacy && !m.legacy {
		return nil, nil, refused("signature", "the signature uses the encoding of version 0.2.0 over a current statement")
	}
	return m, signed, nil
}

// VerifyModel verifies the signature, then every file of the model against it. An error
// is about the bundle; what differs on disk is in the result, and in its Err.
func VerifyModel(ctx context.Context, model string, bundle []byte, trust *Trust, opts ModelOptions) (*ModelResult, error) {
	m, signed, err := OpenModelBundle(bundle, trust)
	if err != nil {
		return nil, err
	}
	result, err := m.Check(ctx, model, opts)
	if err != nil {
		return nil, err
	}
	result.Signed = signed
	return result, nil
}
