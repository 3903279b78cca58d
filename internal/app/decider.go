package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/gate"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/cyclonedx"
)

const (
	// orgMount is where the organisation's tree appears in the law, so that its packs and
	// those of the repository are opened the same way.
	orgMount = ".mlpolicy-organisation"
	// maxPolicies bounds the compiled policies that are kept; one takes some 20 MB.
	maxPolicies = 8
)

// Decider is the Evaluate of a server: internal/decide under the law that a case names.
type Decider struct {
	Version string
	// Registry opens an oci:// bundle of a policies block; nil refuses them.
	Registry func(ctx context.Context, ref string, opts bundles.OpenOptions) (*bundles.Bundle, error)
	// Isolate, if set, evaluates packs that are not embedded outside of this process.
	Isolate engine.Isolate

	mu       sync.Mutex                // held for no work
	policies map[string]*engine.Policy // by configuration and environment
	order    []string
	loading  map[string]*loading

	explainer chan struct{}
}

// Evaluate implements Evaluate.
func (d *Decider) Evaluate(ctx context.Context, c Case) (*Verdict, error) {
	law := lawTree{c.Law, c.Org}
	conf, err := d.config(law, c)
	if err != nil {
		return nil, err
	}
	if c.Trusted != nil {
		if err := d.trustedPacks(conf, c); err != nil {
			return nil, err
		}
	}
	if c.Gate != nil {
		gate.RequireProof(conf, c.Stages[0])
	}
	policy, err := d.policy(ctx, law, conf, c.Environment)
	if err != nil {
		return nil, err
	}
	req := decide.Request{Head: c.Head, Policy: policy, Config: conf, Stages: c.Stages, Now: c.Now, Version: d.Version, Mode: decide.ModeCheck,
		// A pull request may well touch nothing that is known here. What is deployed must be seen.
		Environment: c.Environment, AllowEmpty: c.Base != nil}
	if c.Base != nil {
		req.Base, req.BaseInventory = c.Base.Source, c.Base.Inventory()
	}
	if c.Review != nil {
		req.Extend = func(in *engine.Input) error {
			in.Review = *c.Review
			in.Collected[sbom.FamilyReview] = sbom.Collected{Looked: true}
			return nil
		}
	}
	var proof *gate.Gate
	if c.Gate != nil {
		var done func()
		if proof, done, err = d.prove(ctx, law, c, &req); err != nil {
			return nil, err
		}
		defer done()
	}
	result, err := decide.Run(ctx, req)
	if err != nil {
		return nil, err
	}
	v := &Verdict{Decision: result.Decision, Change: result.Input.Change, Input: result.InputJSON, BaseInput: result.BaseInputJSON, BOM: result.BOM}
	if proof != nil {
		v.Gate = proof.Result(result.Decision, "")
	}
	if c.Base != nil {
		c.Base.SetInventory(result.BaseInventory)
		var b bytes.Buffer
		if err := cyclonedx.Encode(&b, result.BaseInventory, cyclonedx.Options{Version: d.Version}); err != nil {
			return nil, fmt.Errorf("write the ML-BOM of the base: %w", err)
		}
		v.BaseBOM = b.Bytes()
	}
	if v.Context, err = codeContext(c.Head.FS, result.Decision, result.Inventory.Secrets); err != nil {
		return nil, err
	}
	record, err := result.Record(&req)
	if err != nil {
		return nil, err
	}
	v.Record, err = json.Marshal(record)
	return v, err
}

// config reads the configuration of the law: the repository's, with the organisation's
// as its floor and its packs beside; the organisation's alone where there is no other.
func (d *Decider) config(law lawTree, c Case) (*engine.Config, error) {
	conf, found, err := parseConfig(law, ConfigName, ConfigName, c)
	if err != nil || law.org == nil {
		return conf, err
	}
	org, orgFound, err := parseConfig(law, orgMount+"/"+ConfigName, OrgLawRepository+"/"+ConfigName, c)
	if err != nil || !orgFound {
		return conf, err
	}
	mount(org)
	if !found {
		return org, nil
	}
	if conf.Floor == nil {
		conf.Floor = org
	} else {
		conf.Floor.Floor = org // the repository's own floor holds as well
	}
	conf.Packs = append(conf.Packs, org.Packs...)
	conf.Trust = append(conf.Trust, org.Trust...)
	conf.Revoked = append(conf.Revoked, org.Revoked...)
	conf.RevocationFiles = append(conf.RevocationFiles, org.RevocationFiles...)
	conf.Digest = digestOf(conf.Digest, org.Digest)
	return conf, nil
}

// trustedPacks refuses packs of registries that the law in force does not name: whoever
// opens a pull request would choose where this server connects to.
func (d *Decider) trustedPacks(conf *engine.Config, c Case) error {
	known, err := d.config(lawTree{c.Trusted, c.Org}, c)
	if err != nil {
		return err
	}
	for _, p := range conf.Packs {
		named := slices.ContainsFunc(known.Packs, func(k engine.PackConfig) bool { return k.Source == p.Source })
		if strings.HasPrefix(p.Source, bundles.OCIScheme) && !named {
			return &LawError{Path: ConfigName, Message: fmt.Sprintf("policies %q: %s is not pulled for a pull request that is the first to name it", p.Name, p.Source)}
		}
	}
	return nil
}

func parseConfig(law lawTree, name, shown string, c Case) (*engine.Config, bool, error) {
	content, err := readSmall(law, name)
	if errors.Is(err, fs.ErrNotExist) {
		return config.Default(), false, nil
	}
	if err != nil {
		return nil, false, &LawError{Path: shown, Message: err.Error()}
	}
	conf, err := config.ParseAt(shown, content, c.Now)
	if err != nil {
		return nil, false, configError(shown, err)
	}
	for _, p := range conf.Packs {
		for _, name := range p.Files() {
			if !local(*name) && (name != &p.Source || !strings.HasPrefix(*name, bundles.OCIScheme)) {
				return nil, false, &LawError{Path: shown, Message: fmt.Sprintf("policies %q: only paths inside the repository and oci:// can be read here", p.Name)}
			}
		}
	}
	return conf, true, nil
}

// local tells whether a path stays in the tree it is written in. Any other would be read
// from this machine.
func local(name string) bool {
	return filepath.IsLocal(name) && !strings.Contains(name, "\\") && !strings.HasPrefix(name, bundles.OCIScheme)
}

// configError is where the first mistake of a configuration is.
func configError(shown string, err error) error {
	var diagnostics *config.Error
	e := &LawError{Path: shown, Message: err.Error()}
	if errors.As(err, &diagnostics) && len(diagnostics.Diagnostics) > 0 {
		first := diagnostics.Diagnostics[0]
		e.Message = first.Summary
		if first.Detail != "" {
			e.Message += ": " + first.Detail
		}
		if first.Subject != nil {
			e.Line = first.Subject.Start.Line
		}
	}
	return e
}

// mount moves the paths of the organisation's configuration to where its tree appears.
func mount(org *engine.Config) {
	for i := range org.Packs {
		for _, name := range org.Packs[i].Files() {
			*name = mounted(*name)
		}
	}
	for i := range org.Trust {
		keys := slices.Clone(org.Trust[i].PublicKeys)
		for k := range keys {
			keys[k] = mounted(keys[k])
		}
		org.Trust[i].PublicKeys = keys
	}
	for i, name := range org.RevocationFiles {
		org.RevocationFiles[i] = mounted(name)
	}
}

// mounted is where a file of the organisation's tree appears. A path that leaves the tree
// stays as it is, and is refused when it is read.
func mounted(name string) string {
	if !local(name) {
		return name
	}
	return path.Join(orgMount, filepath.ToSlash(name))
}

// policy loads the policies of a configuration, or takes those that are loaded. Nothing
// waits for it but who needs the same policies: compiling them twice at once costs more.
func (d *Decider) policy(ctx context.Context, law lawTree, conf *engine.Config, environment string) (*engine.Policy, error) {
	key, cacheable := packKey(law, conf, environment)
	if !cacheable {
		return d.load(ctx, law, conf, environment)
	}
	defer d.alone(key)()
	d.mu.Lock()
	p, ok := d.policies[key]
	d.mu.Unlock()
	if ok {
		return p, nil
	}
	p, err := d.load(ctx, law, conf, environment)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.policies == nil {
		d.policies = map[string]*engine.Policy{}
	}
	if len(d.order) >= maxPolicies {
		delete(d.policies, d.order[0])
		d.order = d.order[1:]
	}
	d.policies[key] = p
	d.order = append(d.order, key)
	return p, nil
}

// loading is a lock for what is loaded under one key.
type loading struct {
	sync.Mutex
	users int
}

// alone waits until nobody else loads the same key, and returns what ends it.
func (d *Decider) alone(key string) func() {
	d.mu.Lock()
	if d.loading == nil {
		d.loading = map[string]*loading{}
	}
	l := d.loading[key]
	if l == nil {
		l = &loading{}
		d.loading[key] = l
	}
	l.users++
	d.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		d.mu.Lock()
		defer d.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(d.loading, key)
		}
	}
}

func (d *Decider) load(ctx context.Context, law lawTree, conf *engine.Config, environment string) (*engine.Policy, error) {
	p, err := decide.LoadPolicy(ctx, decide.PolicyOptions{Config: conf, Environment: environment, Law: decide.Law{FS: law}, Registry: d.Registry, Isolate: d.Isolate})
	var invalid *engine.LoadError
	if errors.As(err, &invalid) && len(invalid.Diagnostics) > 0 {
		first := invalid.Diagnostics[0]
		return nil, &LawError{Path: path.Join(first.Pack, first.File), Line: first.Line, Message: first.Message}
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &LawError{Path: ConfigName, Message: err.Error()}
	}
	return p, nil
}

// packKey names what policies are loaded from. A pack from a registry is pulled each
// time: a tag may have moved.
func packKey(law lawTree, conf *engine.Config, environment string) (string, bool) {
	parts := []string{environment}
	settings, err := json.Marshal([]any{conf.Controls, conf.Environments, conf.Packs})
	if err != nil {
		return "", false
	}
	parts = append(parts, string(settings))
	for _, p := range conf.Packs {
		if !local(p.Source) {
			return "", false
		}
		beside := p.Source + decide.SignatureSuffix
		names := append(p.Files(), &beside)
		for _, root := range names {
			err := fs.WalkDir(law, path.Clean(filepath.ToSlash(*root)), func(name string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				content, err := readSmall(law, name)
				parts = append(parts, name, string(content))
				return err
			})
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", false
			}
		}
	}
	return digestOf(parts...), true
}

// lawTree is the tree of a repository with that of its organisation in a folder.
type lawTree struct{ repo, org fs.FS }

// Open implements fs.FS.
func (l lawTree) Open(name string) (fs.File, error) {
	if name == orgMount || strings.HasPrefix(name, orgMount+"/") {
		if l.org == nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return l.org.Open(path.Join(".", strings.TrimPrefix(strings.TrimPrefix(name, orgMount), "/")))
	}
	return l.repo.Open(name)
}
