package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/policies"
)

// maxRegoBytes bounds one Rego file.
const maxRegoBytes = 4 << 20

// Pack is a pack of policies with its tests.
type Pack struct {
	// Controls are the controls of the pack, by the path of their file.
	Controls map[string]engine.Control
	// Modules are the policies, and what they import; Own are the paths of those that
	// belong to the pack.
	Modules map[string]*ast.Module
	Own     []string
	Tests   map[string]*ast.Module
	Cases   []Case
	Data    map[string]any // settings and other data beside the policies
	Policy  *engine.Policy

	sources    []engine.PackSource
	equivalent map[string]string // key of a Mutation → why nothing can notice it
	inputs     caseInputs
}

// OpenPack reads policies, tests (*_test.rego) and cases (*.txtar) from directories. A
// pack that holds the embedded one's root is tested in its place.
func OpenPack(ctx context.Context, name string, dirs ...fs.FS) (*Pack, error) {
	p := &Pack{Controls: map[string]engine.Control{}, Modules: map[string]*ast.Module{}, Tests: map[string]*ast.Module{}, equivalent: map[string]string{}}
	for i, dir := range dirs {
		if err := p.read(dir, i); err != nil {
			return nil, err
		}
	}
	if len(p.Own) == 0 {
		return nil, errors.New("there is no policy (*.rego) here")
	}
	slices.Sort(p.Own)
	own := p.Modules[p.Own[0]].Package.Path
	embedded := len(own) > 1 && own[1].Equal(ast.StringTerm(EmbeddedRoot))
	source := engine.PackSource{Name: name, FS: dirs[0], Embedded: embedded}
	packs := []engine.PackSource{source}
	if !embedded {
		lib, err := fs.Sub(policies.FS, "lib")
		if err != nil {
			return nil, err
		}
		packs = append(packs, engine.PackSource{Name: EmbeddedRoot + "/lib", Kind: engine.KindLib, FS: lib, Embedded: true})
		if err := p.readModules(policies.FS, "lib", EmbeddedRoot); err != nil {
			return nil, err
		}
	}
	p.sources = packs
	policy, err := engine.Load(ctx, packs, engine.LoadOptions{Tests: true})
	if err != nil {
		return nil, err
	}
	p.Policy, p.Data = policy, policy.Data()
	for _, c := range policy.Controls() {
		p.Controls[c.Path] = c
	}
	return p, nil
}

// EmbeddedRoot is the root of the packages of the embedded pack.
const EmbeddedRoot = "mlpolicy"

// read adds the files of one directory; those of the second and later ones are tests and
// cases alone.
func (p *Pack) read(dir fs.FS, i int) error {
	return fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch {
		case path.Ext(name) == ".txtar":
			content, err := fs.ReadFile(dir, name)
			if err != nil {
				return err
			}
			c, err := ParseCase(strings.TrimSuffix(name, ".txtar"), content)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			p.Cases = append(p.Cases, c)
		case path.Base(name) == equivalentFile:
			return p.readEquivalent(dir, name)
		case strings.HasSuffix(name, "_test.rego"):
			m, err := parseRego(dir, name, name)
			if err != nil {
				return err
			}
			p.Tests[fmt.Sprintf("%d/%s", i, name)] = m
		case path.Ext(name) == ".rego" && i == 0:
			m, err := parseRego(dir, name, name)
			if err != nil {
				return err
			}
			p.Modules[name] = m
			p.Own = append(p.Own, name)
		}
		return nil
	})
}

// readModules adds the policies below root in dir under a prefix.
func (p *Pack) readModules(dir fs.FS, root, prefix string) error {
	return fs.WalkDir(dir, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".rego" || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		m, err := parseRego(dir, name, path.Join(prefix, name))
		if err != nil {
			return err
		}
		p.Modules[path.Join(prefix, name)] = m
		return nil
	})
}

func parseRego(dir fs.FS, name, as string) (*ast.Module, error) {
	info, err := fs.Stat(dir, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxRegoBytes {
		return nil, fmt.Errorf("%s has %d bytes, limit maxRegoBytes is %d", name, info.Size(), maxRegoBytes)
	}
	content, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, err
	}
	return ast.ParseModuleWithOpts(as, string(content), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
}
