package decide

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/policies"
)

// PolicyOptions says which packs are loaded.
type PolicyOptions struct {
	Config      *engine.Config
	Environment string
	// Replace lists what --policy names: it replaces the embedded pack, which "default"
	// adds back.
	Replace []string
	// PublicKey is the PEM key that bundles named by Replace must be signed with.
	PublicKey     []byte
	AllowUnsigned bool
	// Law is where policies and keys are read from: the working directory, or the base
	// revision so that the judged do not write it.
	Law Law
	// Registry opens an oci:// bundle; nil refuses them.
	Registry func(ctx context.Context, ref string, opts bundles.OpenOptions) (*bundles.Bundle, error)
	// FactSchemas types the facts of --facts by name.
	FactSchemas map[string][]byte
	// Isolate, if set, evaluates the packs that are not embedded outside of this process.
	Isolate engine.Isolate
}

// Law reads configuration, policies and keys by the path that was written.
type Law struct {
	// Dir is the directory that relative paths start from; "" where FS is all there is.
	Dir string
	// FS, if set, stands for the directory Root: the work tree in a base revision. What
	// lies inside of Root is read from it, however its path is written.
	FS   fs.FS
	Root string
}

// inside returns the path in FS of what is written as name, if it lies there.
func (l Law) inside(name string) (string, bool) {
	if l.FS == nil {
		return "", false
	}
	if l.Root == "" {
		return path.Clean(filepath.ToSlash(name)), true // fs.ValidPath refuses what leaves it
	}
	file := l.abs(name)
	dir, base := filepath.Dir(file), filepath.Base(file)
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	rel, err := filepath.Rel(l.Root, filepath.Join(dir, base))
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// Read returns a file of the law.
func (l Law) Read(name string) ([]byte, error) {
	if inner, ok := l.inside(name); ok {
		return fs.ReadFile(l.FS, inner)
	}
	return os.ReadFile(l.abs(name))
}

// Directory returns a directory of the law.
func (l Law) Directory(name string) (fs.FS, error) {
	if inner, ok := l.inside(name); ok {
		return fs.Sub(l.FS, inner)
	}
	root, err := os.OpenRoot(l.abs(name))
	if err != nil {
		return nil, err
	}
	return root.FS(), nil
}

func (l Law) isDir(name string) bool {
	if inner, ok := l.inside(name); ok {
		info, err := fs.Stat(l.FS, inner)
		return err == nil && info.IsDir()
	}
	info, err := os.Stat(l.abs(name))
	return err == nil && info.IsDir()
}

func (l Law) abs(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(l.Dir, name)
}

// EmbeddedName is the name of the embedded pack.
const EmbeddedName = "mlpolicy"

// LoadPolicy loads the embedded pack and what configuration and command line add or put
// in its place.
func LoadPolicy(ctx context.Context, opts PolicyOptions) (*engine.Policy, error) {
	var packs []engine.PackSource
	embedded := len(opts.Replace) == 0
	for i, name := range opts.Replace {
		if name == "default" {
			embedded = true
			continue
		}
		pack, err := opts.open(ctx, engine.PackConfig{Name: packName(name, i), Source: name}, bundles.OpenOptions{PublicKey: opts.PublicKey})
		if err != nil {
			return nil, err
		}
		packs = append(packs, pack)
	}
	for _, block := range opts.Config.Packs {
		proof, err := opts.proof(block)
		if err != nil {
			return nil, fmt.Errorf("policies %q: %w", block.Name, err)
		}
		pack, err := opts.open(ctx, block, proof)
		if err != nil {
			return nil, fmt.Errorf("policies %q: %w", block.Name, err)
		}
		packs = append(packs, pack)
	}
	if embedded {
		packs = append(packs, engine.PackSource{Name: EmbeddedName, Source: "embedded", FS: policies.FS, Digest: treeDigest(policies.FS), Embedded: true})
	} else if lib, err := fs.Sub(policies.FS, "lib"); err == nil {
		packs = append(packs, engine.PackSource{Name: EmbeddedName + "/lib", Source: "embedded", Kind: "lib", FS: lib, Digest: treeDigest(lib), Embedded: true})
	}
	return engine.Load(ctx, packs, engine.LoadOptions{Settings: settings(opts.Config, opts.Environment), FactSchemas: opts.FactSchemas, Isolate: opts.Isolate})
}

// packName is the name of a pack that only the command line names.
func packName(name string, i int) string {
	base := strings.TrimSuffix(strings.TrimSuffix(path.Base(filepath.ToSlash(name)), ".tar.gz"), ".tgz")
	if base == "." || base == "/" || base == "" {
		return fmt.Sprintf("policy%d", i+1)
	}
	return base
}

// settings merges the overrides of control blocks and of the environment.
func settings(c *engine.Config, environment string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for id, control := range c.Controls {
		if len(control.Settings) > 0 {
			out[id] = maps.Clone(control.Settings)
		}
	}
	for id, values := range c.Environments[environment].Settings {
		if out[id] == nil {
			out[id] = map[string]any{}
		}
		maps.Copy(out[id], values)
	}
	return out
}

// open opens a directory, a bundle or an OCI reference.
func (opts *PolicyOptions) open(ctx context.Context, block engine.PackConfig, proof bundles.OpenOptions) (engine.PackSource, error) {
	pack := engine.PackSource{Name: block.Name, Source: block.Source, Kind: block.Kind, Stages: block.Stages, Level: block.Level}
	proof.MinRevision = block.MinRevision
	proof.AllowUnsigned = opts.AllowUnsigned && proof.PublicKey == nil && proof.Verify == nil
	switch {
	case strings.HasPrefix(block.Source, bundles.OCIScheme):
		if opts.Registry == nil {
			return pack, fmt.Errorf("%s: this command does not pull from registries", block.Source)
		}
		b, err := opts.Registry(ctx, block.Source, proof)
		return fill(pack, b, err)
	case opts.Law.isDir(block.Source):
		dir, err := opts.Law.Directory(block.Source)
		if err != nil {
			return pack, fmt.Errorf("open %s: %w", block.Source, err)
		}
		pack.FS, pack.Digest = dir, treeDigest(dir)
		return pack, nil
	}
	packed, err := opts.Law.Read(block.Source)
	if err != nil {
		return pack, fmt.Errorf("there is no policy %s: %w", block.Source, err)
	}
	b, err := bundles.Open(bytes.NewReader(packed), proof)
	return fill(pack, b, err)
}

// fill puts an opened bundle into the pack.
func fill(pack engine.PackSource, b *bundles.Bundle, err error) (engine.PackSource, error) {
	if errors.Is(err, bundles.ErrUnsigned) {
		return pack, fmt.Errorf("%s: %w (say who signs it with --public-key or a verify block, or give --allow-unsigned)", pack.Source, err)
	}
	if err != nil {
		return pack, fmt.Errorf("%s: %w", pack.Source, err)
	}
	files := map[string][]byte{}
	for _, m := range b.Modules {
		files[m.Path] = m.Source
	}
	pack.FS, pack.Data, pack.Digest, pack.Signed = source.Files(files), b.Data, b.Digest, b.Signed
	return pack, nil
}

// treeDigest is the SHA-256 over the sorted (path, content) of the policies of a tree.
func treeDigest(tree fs.FS) string {
	h := sha256.New()
	var names []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (path.Ext(name) == ".rego" && !strings.HasSuffix(name, "_test.rego") || path.Base(name) == "data.json") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return ""
	}
	slices.Sort(names)
	for _, name := range names {
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return ""
		}
		sum := sha256.Sum256(content)
		fmt.Fprintf(h, "%s\x00%x\n", name, sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// PackData is the data that a bundle of the pack ships: the defaults of the settings of
// its controls, where `opa eval` finds them.
func PackData(p *engine.Policy) map[string]any {
	all := map[string]any{}
	for _, c := range p.Controls() {
		values := map[string]any{}
		for name, s := range c.Settings {
			values[name] = s.Default
		}
		all[c.ID] = values
	}
	return map[string]any{EmbeddedName: map[string]any{"settings": all}}
}
