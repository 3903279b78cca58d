package attest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Check compares a model with the manifest (OMS v1.0 §8.4).
func (m *Manifest) Check(ctx context.Context, model string, opts ModelOptions) (*ModelResult, error) {
	t, err := opts.open(model, m.IgnorePaths, m.AllowSymlinks)
	if err != nil {
		return nil, err
	}
	defer t.close()
	c := &checker{m: m, tree: t, opts: opts, result: &ModelResult{Manifest: m}}
	if m.single {
		if !t.single {
			return nil, refused("subject", "the signature covers one file, the model is a directory")
		}
		m = m.renamed(t.name)
		c.m = m
	}
	c.ignored()
	for _, f := range t.refused {
		c.differ(f.path, f.err)
	}
	if err := c.compare(ctx); err != nil {
		return nil, err
	}
	c.unsigned()
	slices.SortFunc(c.result.Differences, func(a, b Difference) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Code, b.Code))
	})
	slices.Sort(c.result.Unsigned)
	return c.result, nil
}

// renamed gives the only resource of an old single-file signature the name of the file.
func (m *Manifest) renamed(name string) *Manifest {
	out := *m
	out.Resources = slices.Clone(m.Resources)
	for i := range out.Resources {
		out.Resources[i].file = name
	}
	return &out
}

type checker struct {
	m      *Manifest
	tree   *tree
	opts   ModelOptions
	result *ModelResult
}

func (c *checker) differ(path string, err error) {
	code := "unreadable"
	var r *Refused
	if errors.As(err, &r) {
		code = r.Code
	}
	c.result.Differences = append(c.result.Differences, Difference{Path: path, Code: code, Reason: err.Error()})
}

// ignored reports what the signer left out: a signer who ignores a directory of code has
// not signed it.
func (c *checker) ignored() {
	for _, p := range c.m.IgnorePaths {
		if !slices.Contains(defaultIgnored, p) && !slices.Contains(c.result.Ignored, p) {
			c.result.Ignored = append(c.result.Ignored, p)
		}
	}
	slices.Sort(c.result.Ignored)
	c.result.Unsigned = append(c.result.Unsigned, c.tree.skipped...)
}

// compare hashes every signed file and compares. A file that the user ignores and the
// signature names is compared all the same: what is signed cannot be waved through.
func (c *checker) compare(ctx context.Context) error {
	sizes := map[string]int64{}
	for _, f := range c.tree.files {
		sizes[f.name] = f.size
	}
	var jobs []*job
	var resources []Resource
	for file, group := range c.m.byFile() {
		size, ok := sizes[file]
		if !ok {
			size, ok = c.hiddenSize(file)
		}
		if !ok {
			c.differ(file, refused("missing", "%s is signed and not there", file))
			continue
		}
		if last := group[len(group)-1]; last.end >= 0 && last.end != size {
			c.differ(file, refused("content", "%s has %d bytes, %d are signed", file, size, last.end))
			continue
		}
		for _, r := range group {
			jobs = append(jobs, &job{name: file, start: r.start, end: r.end, want: size})
			resources = append(resources, r)
		}
		c.result.Files++
	}
	if err := c.tree.hashAll(ctx, c.m.HashType, jobs); err != nil {
		return err
	}
	for i, j := range jobs {
		switch {
		case j.err != nil:
			c.differ(j.name, j.err)
		case j.digest != resources[i].Digest:
			c.differ(j.name, refused("content", "%s was changed: it has %s %s, signed is %s", resources[i].Name, c.m.HashType, j.digest, resources[i].Digest))
		}
	}
	return nil
}

// hiddenSize is the size of a signed file that an ignored path of the user hides.
func (c *checker) hiddenSize(file string) (int64, bool) {
	if !covers(c.tree.skipped, file) {
		return 0, false
	}
	info, err := c.tree.root.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Size(), true
}

// unsigned judges the files that the signature does not name (§8.4 step 9, §8.5).
func (c *checker) unsigned() {
	signed := map[string]bool{}
	for _, r := range c.m.Resources {
		signed[r.file] = true
	}
	for _, f := range c.tree.files {
		switch {
		case signed[f.name]:
		case f.size == 0 && c.m.Method == methodShards:
			c.result.Unsigned = append(c.result.Unsigned, f.name) // has no shard to sign (§6.3.2)
		case !c.opts.IgnoreUnsigned:
			c.differ(f.name, refused("unsigned", "%s is not signed", f.name))
		case loadable(c.tree.root, f.name):
			c.differ(f.name, refused("unsigned", "%s is not signed, and is code or weights that may be loaded", f.name))
		default:
			c.result.Unsigned = append(c.result.Unsigned, f.name)
		}
	}
	c.result.Unsigned = slices.DeleteFunc(c.result.Unsigned, func(name string) bool { return signed[name] })
}

// String says in one line what a result found.
func (r *ModelResult) String() string {
	if err := r.Err(); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d files match the signature", r.Files)
}
