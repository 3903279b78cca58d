// Package bundles builds, signs, verifies and opens policy bundles in OPA's format
// (Open Policy Agent, "Bundles": a gzipped tar of Rego, data.json and .manifest, with an
// optional .signatures.json). It reads no policy's meaning and evaluates nothing.
//
// A bundle is signed unless the caller says otherwise: a missing signature, an unknown
// key and an altered file are errors, never a bundle that "just loads".
package bundles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
)

const (
	// maxBundleBytes bounds a packed bundle; the embedded pack has a few hundred KiB.
	maxBundleBytes = 64 << 20
	// maxFileBytes bounds one file of an unpacked bundle.
	maxFileBytes = 16 << 20
)

// ErrUnsigned is wrapped by errors about a bundle without a signature.
var ErrUnsigned = errors.New("bundle is not signed")

// Module is one Rego file of a bundle.
type Module struct {
	Path   string // slash-separated, without a leading slash
	Source []byte
}

// Bundle is an opened bundle.
type Bundle struct {
	Revision string
	Roots    []string
	Modules  []Module // sorted by path
	Data     map[string]any
	Digest   string // sha256 of the packed bytes, lower-case hex
	Signed   bool   // a signature was verified
	KeyID    string // of the verified signature in the bundle
	Signer   string // whom OpenOptions.Verify named
}

// BuildOptions says what goes into a bundle beside the Rego files.
type BuildOptions struct {
	Revision string
	// Data becomes data.json: for a pack of controls, the defaults of their settings.
	Data map[string]any
	// SigningKey is a PEM private key (ECDSA P-256, P-384, P-521, Ed25519 or RSA); nil leaves the
	// bundle unsigned.
	SigningKey []byte
}

// Build packs the Rego files of a directory into w. Tests (*_test.rego) stay out. The
// unsigned part of a bundle depends on the files, the data and the revision alone.
func Build(w io.Writer, pack fs.FS, opts BuildOptions) error {
	b := bundle.Bundle{Data: opts.Data}
	if b.Data == nil {
		b.Data = map[string]any{}
	}
	roots := map[string]bool{}
	err := fs.WalkDir(pack, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".rego" || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		m, root, err := module(pack, name)
		if err != nil {
			return err
		}
		roots[root] = true
		b.Modules = append(b.Modules, m)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read pack: %w", err)
	}
	if len(b.Modules) == 0 {
		return errors.New("there is no Rego file to bundle")
	}
	slices.SortFunc(b.Modules, func(a, c bundle.ModuleFile) int { return strings.Compare(a.Path, c.Path) })
	for _, root := range dataRoots(b.Data, roots) {
		roots[root] = true
	}
	b.Manifest = bundle.Manifest{Revision: opts.Revision, Roots: sortedKeys(roots)}
	b.SetRegoVersion(ast.RegoV1)
	if opts.SigningKey != nil {
		if err := sign(&b, opts.SigningKey); err != nil {
			return err
		}
	}
	return bundle.NewWriter(w).DisableFormat(true).Write(b)
}

// dataRoots are the roots that data needs beside those of the policies. The settings of
// a pack's controls lie below a root that belongs to another pack, so each control is a
// root of its own: two bundles with overlapping roots do not load together.
func dataRoots(data map[string]any, modules map[string]bool) []string {
	var out []string
	for key, value := range data {
		if modules[key] {
			continue
		}
		below, _ := value.(map[string]any)
		settings, ok := below["settings"].(map[string]any)
		if !ok || len(below) != 1 || len(settings) == 0 {
			out = append(out, key)
			continue
		}
		for id := range settings {
			out = append(out, key+"/settings/"+id)
		}
	}
	return out
}

func module(pack fs.FS, name string) (m bundle.ModuleFile, root string, err error) {
	source, err := fs.ReadFile(pack, name)
	if err != nil {
		return m, "", err
	}
	parsed, err := ast.ParseModuleWithOpts(name, string(source), ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		return m, "", err
	}
	full := "/" + name                // OPA writes module paths with a leading slash
	if len(parsed.Package.Path) < 2 { // data.<root>…
		return m, "", fmt.Errorf("%s: package has no name", name)
	}
	first, ok := parsed.Package.Path[1].Value.(ast.String)
	if !ok {
		return m, "", fmt.Errorf("%s: package %s has no plain name", name, parsed.Package)
	}
	root = string(first)
	return bundle.ModuleFile{URL: full, Path: full, Raw: source, Parsed: parsed}, root, nil
}

// OpenOptions says what a bundle must prove.
type OpenOptions struct {
	// PublicKey is a PEM public key; every file must be covered by a signature of it.
	PublicKey []byte
	// Verify, if set, verifies a signature from beside the bundle: over its packed bytes,
	// or over the digest of the manifest that names them in a registry (algorithm:hex, ""
	// for a file). It names the signer. One of Signatures must hold, and the bundle needs
	// no signature inside.
	Verify func(signature, packed []byte, manifest string) (signer string, err error)
	// Signatures are Sigstore bundles that lie beside the bundle.
	Signatures [][]byte
	// AllowUnsigned opens a bundle without checking who made it. The caller records it.
	AllowUnsigned bool
	// MinRevision refuses older bundles, as CompareRevisions orders them; "" takes all.
	MinRevision string
}

// Open reads a bundle and verifies it. With neither a public key nor Verify it is an error
// unless the options allow unsigned bundles.
func Open(r io.Reader, opts OpenOptions) (*Bundle, error) { return open(r, "", opts) }

// Open opens a bundle that was pulled, with the signatures that the registry has of it.
func (a *Artifact) Open(ctx context.Context, opts OpenOptions) (*Bundle, error) {
	if opts.Verify != nil && a.Signatures != nil {
		found, err := a.Signatures(ctx)
		if err != nil {
			return nil, err
		}
		opts.Signatures = slices.Concat(opts.Signatures, found)
	}
	return open(bytes.NewReader(a.Packed), a.Manifest, opts)
}

func open(r io.Reader, manifest string, opts OpenOptions) (*Bundle, error) {
	packed, err := io.ReadAll(io.LimitReader(r, maxBundleBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	if len(packed) > maxBundleBytes {
		return nil, fmt.Errorf("bundle is larger than maxBundleBytes (%d)", maxBundleBytes)
	}
	if opts.PublicKey == nil && opts.Verify == nil && !opts.AllowUnsigned {
		return nil, fmt.Errorf("no public key to verify the bundle with: %w", ErrUnsigned)
	}
	var signer string
	if opts.Verify != nil {
		if signer, err = opts.beside(packed, manifest); err != nil {
			return nil, err
		}
	}
	reader := bundle.NewReader(bytes.NewReader(packed)).WithSizeLimitBytes(maxFileBytes).
		WithRegoVersion(ast.RegoV1).WithProcessAnnotations(true)
	if opts.PublicKey == nil {
		reader = reader.WithSkipBundleVerification(true)
	} else {
		config, err := verification(opts.PublicKey)
		if err != nil {
			return nil, err
		}
		reader = reader.WithBundleVerificationConfig(config)
	}
	b, err := reader.Read()
	if err != nil {
		if strings.Contains(err.Error(), ".signatures.json") {
			err = fmt.Errorf("%w: %w", ErrUnsigned, err)
		}
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	sum := sha256.Sum256(packed)
	out := &Bundle{Revision: b.Manifest.Revision, Data: b.Data, Digest: hex.EncodeToString(sum[:]),
		Signed: opts.PublicKey != nil || opts.Verify != nil, Signer: signer}
	if opts.MinRevision != "" && (b.Manifest.Revision == "" || CompareRevisions(b.Manifest.Revision, opts.MinRevision) < 0) {
		return nil, fmt.Errorf("%w: revision %q is older than %q", ErrRolledBack, b.Manifest.Revision, opts.MinRevision)
	}
	if b.Manifest.Roots != nil {
		out.Roots = slices.Clone(*b.Manifest.Roots)
	}
	if opts.PublicKey != nil {
		out.KeyID = keyID
	}
	for _, m := range b.Modules {
		out.Modules = append(out.Modules, Module{Path: strings.TrimPrefix(m.Path, "/"), Source: m.Raw})
	}
	slices.SortFunc(out.Modules, func(a, c Module) int { return strings.Compare(a.Path, c.Path) })
	return out, nil
}

// beside finds the signature beside the bundle that holds.
func (opts *OpenOptions) beside(packed []byte, manifest string) (signer string, err error) {
	err = fmt.Errorf("there is no signature beside the bundle: %w", ErrUnsigned)
	for i, signature := range opts.Signatures {
		signer, refused := opts.Verify(signature, packed, manifest)
		if refused == nil {
			return signer, nil
		}
		if i == 0 {
			err = fmt.Errorf("signature beside the bundle: %w", refused)
		}
	}
	return "", err
}

func sortedKeys(set map[string]bool) *[]string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return &keys
}
