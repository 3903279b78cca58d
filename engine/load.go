package engine

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
)

// ownRoot is the root of the embedded pack and of the rules every pack may import.
const ownRoot = "mlpolicy"

// libPackage holds the rules every pack may import.
const libPackage = ownRoot + ".lib"

// maxTypeErrors bounds the errors of one compilation; more do not help anybody.
const maxTypeErrors = 100

// LoadOptions change how packs are loaded.
type LoadOptions struct {
	// Settings override the defaults of controls: control id → name → value.
	Settings map[string]map[string]any
	// FactSchemas type the documents under input.facts: name → JSON Schema.
	FactSchemas map[string][]byte
	// Timeout bounds one evaluation; 0 is DefaultTimeout.
	Timeout time.Duration
	// Tests also parses and checks the *_test.rego files of the packs; see
	// Policy.TestModules.
	Tests bool
	// Isolate, if set, evaluates the packs that are not embedded. They are loaded and
	// checked here, and nothing of them is evaluated here.
	Isolate Isolate
}

// Policy is a set of loaded packs, compiled once. It is safe for concurrent use.
type Policy struct {
	controls []Control // sorted by id
	packs    []InputPolicy
	levels   map[string]Level // of a pack, by name
	digest   string
	timeout  time.Duration
	reads    map[string]bool // sections that a control reads, requires or applies to

	compiler *ast.Compiler
	store    storage.Store
	data     map[string]any
	typed    *evaluator      // all controls of packs of ours
	conftest []*conftestPack // one each
	isolate  Isolate
	isolated []IsolatedPack // what isolate evaluates; empty without one
	// overrides and factSchemas are handed on to it.
	overrides   map[string]map[string]any
	factSchemas map[string][]byte
	tests       map[string]*ast.Module // with LoadOptions.Tests
}

// loader carries what Load gathers.
type loader struct {
	opts     LoadOptions
	ds       diagnostics
	modules  map[string]*ast.Module // "pack/path" → module
	files    map[string][2]string   // "pack/path" → pack, path
	controls []*annotated
	tests    map[string]*ast.Module
	settings map[string]any // control id → name → value
	data     map[string]any
	roots    map[string]string // root → pack
	prefixes map[string]string // prefix of ids → pack
	all      *ast.Capabilities // what the parser knows; the compiler allows less
}

// Load reads, checks and compiles packs. Everything that is wrong with them is reported
// together, as a *LoadError; a pack never loads in part.
func Load(ctx context.Context, packs []PackSource, opts LoadOptions) (*Policy, error) {
	l := &loader{
		opts: opts, modules: map[string]*ast.Module{}, files: map[string][2]string{}, tests: map[string]*ast.Module{},
		settings: map[string]any{}, data: map[string]any{}, roots: map[string]string{}, prefixes: map[string]string{},
		all: ast.CapabilitiesForThisVersion(),
	}
	p := &Policy{levels: map[string]Level{}, timeout: cmp.Or(opts.Timeout, DefaultTimeout), reads: map[string]bool{}}
	p.isolate, p.overrides, p.factSchemas = opts.Isolate, opts.Settings, opts.FactSchemas
	names, digests := map[string]bool{}, []string{}
	for _, source := range ordered(packs) {
		if source.Kind == KindLib && l.roots[ownRoot] != "" {
			continue // the pack that owns the root brings lib itself
		}
		if source.Name == "" || names[source.Name] {
			l.ds.add(source.Name, "", 0, 0, "pack has no name of its own")
			continue
		}
		names[source.Name] = true
		files, err := readPack(source)
		if err != nil {
			l.ds.add(source.Name, "", 0, 0, "%v", err)
			continue
		}
		if p.isolate != nil && !source.Embedded {
			p.isolatePack(source, files)
		}
		switch source.Kind {
		case KindPack, KindLib:
			l.pack(source, files)
		case KindConftest:
			if c := loadConftest(ctx, source, files, &l.ds); c != nil {
				p.conftest = append(p.conftest, c)
				p.controls = append(p.controls, c.controls...)
			}
		default:
			l.ds.add(source.Name, "", 0, 0, "unknown kind of pack %q; there is: conftest", source.Kind)
		}
		p.packs = append(p.packs, InputPolicy{Name: source.Name, Source: source.Source, Digest: files.digest, Signed: source.Signed, Embedded: source.Embedded})
		p.levels[source.Name] = source.Level
		digests = append(digests, fmt.Sprintf("%q %s %s", source.Name, cmp.Or(source.Kind, "pack"), files.digest))
	}
	if len(packs) == 0 {
		return nil, errors.New("load policies: no pack is given")
	}
	if err := l.finish(ctx, p); err != nil {
		return nil, err
	}
	slices.Sort(digests)
	sum := sha256.Sum256([]byte(strings.Join(digests, "\n")))
	p.digest = hex.EncodeToString(sum[:])
	return p, nil
}

// ordered puts the packs in an order that does not depend on the caller: embedded first,
// lib after all packs of ours, then by name.
func ordered(packs []PackSource) []PackSource {
	rank := func(p PackSource) int {
		switch {
		case p.Embedded && p.Kind == KindPack:
			return 0
		case p.Kind == KindPack:
			return 1
		}
		return 2
	}
	out := slices.Clone(packs)
	slices.SortStableFunc(out, func(a, b PackSource) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Name, b.Name))
	})
	return out
}

// pack parses the modules of a pack of ours and reads its annotations.
func (l *loader) pack(source PackSource, files *packFiles) {
	root, controls := "", 0
	parsed := l.parseAll(source.Name, files.rego)
	for i, f := range files.rego {
		m := l.parsed(source.Name, f, parsed[i])
		if m == nil {
			continue
		}
		name := packageName(m)
		if source.Kind == KindLib && !within(name, libPackage) {
			continue
		}
		first, _, _ := strings.Cut(name, ".")
		if root == "" {
			root = first
		}
		if first != root {
			l.ds.add(source.Name, f.path, m.Package.Location.Row, 0, "package %s is outside the root %q of its pack: a pack has one root of its own", name, root)
			continue
		}
		l.modules[source.Name+"/"+f.path] = m
		l.files[source.Name+"/"+f.path] = [2]string{source.Name, f.path}
		if l.module(source, f, m) {
			controls++
		}
	}
	if root != "" {
		if other, taken := l.roots[root]; taken {
			l.ds.add(source.Name, "", 0, 0, "root %q belongs to pack %q; a pack needs a root of its own", root, other)
		}
		l.roots[root] = source.Name
	}
	if source.Kind == KindPack && controls == 0 {
		l.ds.add(source.Name, "", 0, 0, "pack has no controls")
	}
	l.packData(source, root, files.data)
	if l.opts.Tests {
		parsed := l.parseAll(source.Name, files.tests)
		for i, f := range files.tests {
			if m := l.parsed(source.Name, f, parsed[i]); m != nil {
				l.tests[source.Name+"/"+f.path] = m
				l.files[source.Name+"/"+f.path] = [2]string{source.Name, f.path}
			}
		}
	}
}

// parsedFile is what the parser makes of a file.
type parsedFile struct {
	module *ast.Module
	err    error
}

// parseAll parses the files of a pack side by side.
func (l *loader) parseAll(pack string, files []packFile) []parsedFile {
	out := make([]parsedFile, len(files))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			for i := range next {
				out[i].module, out[i].err = ast.ParseModuleWithOpts(pack+"/"+files[i].path, string(files[i].text), ast.ParserOptions{
					ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: l.all,
				})
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

// parsed reports what is wrong with a file that was parsed, or returns its module.
func (l *loader) parsed(pack string, f packFile, p parsedFile) *ast.Module {
	if p.err != nil {
		l.astErrors(pack, f.path, p.err)
		return nil
	}
	if p.module == nil {
		l.ds.add(pack, f.path, 0, 0, "file is empty")
	}
	return p.module
}

func (l *loader) astErrors(pack, file string, err error) {
	var list ast.Errors
	if !errors.As(err, &list) {
		l.ds.add(pack, file, 0, 0, "%v", err)
		return
	}
	for _, e := range list {
		p, f, row, col := pack, file, 0, 0
		if e.Location != nil {
			row, col = e.Location.Row, e.Location.Col
			if place, ok := l.files[e.Location.File]; ok {
				p, f = place[0], place[1]
			}
		}
		message := e.Message + l.functionNeighbours(e.Message)
		if e.Details != nil {
			for _, line := range e.Details.Lines() {
				message += "; " + strings.TrimSpace(line)
			}
		}
		l.ds.add(p, f, row, col, "%s", message)
	}
}

// functionNeighbours names what a call of an unknown function may have meant.
func (l *loader) functionNeighbours(message string) string {
	name, ok := strings.CutPrefix(message, "undefined function ")
	if !ok {
		return ""
	}
	known := map[string]bool{}
	if strings.HasPrefix(name, "data.") {
		for _, m := range l.modules {
			for _, r := range m.Rules {
				if len(r.Head.Args) > 0 {
					known[m.Package.Path.String()+"."+string(r.Head.Name)] = true
				}
			}
		}
	} else {
		for _, b := range capabilities().Builtins {
			if b.Infix == "" && !strings.HasPrefix(b.Name, "internal.") {
				known[b.Name] = true
			}
		}
	}
	if removedBuiltin(name) {
		return ": policies have no network, environment, clock and randomness"
	}
	return neighbours(name, slices.Sorted(maps.Keys(known)))
}

// within says whether a package is pkg or lies below it.
func within(name, pkg string) bool {
	return name == pkg || strings.HasPrefix(name, pkg+".")
}

// module reads one module; it returns true when it is a control.
func (l *loader) module(source PackSource, f packFile, m *ast.Module) bool {
	l.needsNot(source.Name, f, m)
	rules := map[string]int{}
	for _, r := range m.Rules {
		name := r.Head.Ref()[0].Value.String()
		if _, ok := rules[name]; !ok {
			rules[name] = r.Location.Row
		}
	}
	if within(packageName(m), libPackage) {
		if row, ok := rules["deny"]; ok {
			l.ds.add(source.Name, f.path, row, 0, "package %s holds shared rules and has a rule deny", packageName(m))
		}
		return false
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		if conftestRule.MatchString(name) && name != "deny" {
			l.ds.add(source.Name, f.path, rules[name], 0,
				"rule %s is never evaluated: a control has one rule, deny (a conftest pack is declared with kind = \"conftest\")", name)
		}
	}
	claims := customOf(m)["id"] != nil
	_, denies := rules["deny"]
	if !denies {
		if claims {
			l.ds.add(source.Name, f.path, m.Package.Location.Row, 0, "package %s has the annotations of a control and no rule deny", packageName(m))
		}
		return false
	}
	c := readControl(source.Name, f.path, m, &l.ds)
	if c == nil {
		return true
	}
	l.claim(c, m)
	l.controls = append(l.controls, c)
	return true
}

// needsNot refuses a file that negates without the import that makes `not` safe: without
// it, `not x in undefined` is undefined, and the control never fires.
func (l *loader) needsNot(pack string, f packFile, m *ast.Module) {
	if bytes.Contains(f.text, []byte("import future.keywords.not")) {
		return
	}
	row := 0
	ast.WalkExprs(m, func(e *ast.Expr) bool {
		if e.Negated && row == 0 {
			row = e.Location.Row
		}
		return false
	})
	if row > 0 {
		l.ds.add(pack, f.path, row, 0, "`not` without `import future.keywords.not`: with it a missing value is no silent pass")
	}
}

// claim checks that an id is new and its prefix belongs to the pack, and that deny is a
// set of results.
func (l *loader) claim(c *annotated, m *ast.Module) {
	fail := func(format string, args ...any) {
		l.ds.add(c.Pack, c.Path, m.Package.Location.Row, 0, format, args...)
	}
	for _, other := range l.controls {
		if other.ID == c.ID {
			fail("id %s is taken by %s of pack %s", c.ID, other.Path, other.Pack)
		}
		if other.Package == c.Package {
			fail("package %s is that of %s too: one control, one file, one package", c.Package, other.Path)
		}
	}
	prefix := c.ID[:strings.LastIndex(c.ID, "-")]
	owner, taken := l.prefixes[prefix]
	switch {
	case slices.Contains(ownPrefixes, prefix) && !within(c.Package, ownRoot):
		fail("ids %s-… belong to the embedded pack; a pack has a prefix of its own", prefix)
	case taken && owner != c.Pack:
		fail("ids %s-… belong to pack %s; a pack has a prefix of its own", prefix, owner)
	default:
		l.prefixes[prefix] = c.Pack
	}
	for _, r := range m.Rules {
		if r.Head.Ref()[0].Value.String() == "deny" && (r.Head.RuleKind() != ast.MultiValue || len(r.Head.Ref()) != 1 || len(r.Head.Args) > 0 || r.Default) {
			l.ds.add(c.Pack, c.Path, r.Location.Row, 0, "deny must be a set of results: deny contains {\"subject\": …, \"detail\": …, \"at\": …} if { … }")
			continue
		}
		if r.Head.Ref()[0].Value.String() == "deny" {
			l.resultKeys(c, r)
		}
	}
}

// resultKeys checks the result that a rule writes out, which would be an error of every
// evaluation otherwise.
func (l *loader) resultKeys(c *annotated, r *ast.Rule) {
	result, ok := r.Head.Key.Value.(ast.Object)
	if !ok {
		return // made elsewhere, checked when it is evaluated
	}
	for _, key := range result.Keys() {
		name, ok := key.Value.(ast.String)
		if ok && !slices.Contains(resultFields, string(name)) {
			l.ds.add(c.Pack, c.Path, r.Location.Row, 0, "a result has no field %q%s", string(name), neighbours(string(name), resultFields))
		}
	}
	for _, name := range resultFields[:requiredFields] {
		if result.Get(ast.StringTerm(name)) == nil {
			l.ds.add(c.Pack, c.Path, r.Location.Row, 0, "the result has no %s: it needs subject, detail and at", name)
		}
	}
}

// ownPrefixes are the prefixes of the ids of the embedded pack. They stay reserved when
// another pack replaces it: an id is never reused.
var ownPrefixes = []string{"DATA", "EXP", "TRAIN", "REG", "DEP", "MON", "CI", "FS", "X"}

// packData takes the data documents of a pack below its own root. The settings that a
// bundle ships are left out: they are made again from the annotations.
func (l *loader) packData(source PackSource, root string, data map[string]any) {
	if own, ok := data[ownRoot].(map[string]any); ok {
		own = maps.Clone(own)
		delete(own, "settings")
		data = maps.Clone(data)
		if data[ownRoot] = own; len(own) == 0 {
			delete(data, ownRoot)
		}
	}
	for key := range data {
		if key != root {
			l.ds.add(source.Name, "", 0, 0, "data.%s is outside the root %q of its pack", key, root)
			return
		}
	}
	if err := mergeTree(l.data, data); err != nil {
		l.ds.add(source.Name, "", 0, 0, "%v", err)
	}
}

// Controls returns the loaded controls, sorted by id.
func (p *Policy) Controls() []Control { return slices.Clone(p.controls) }

// Packs returns the loaded packs.
func (p *Policy) Packs() []InputPolicy { return slices.Clone(p.packs) }

// Digest is the hex SHA-256 over the names, kinds and digests of the loaded packs.
func (p *Policy) Digest() string { return p.digest }

// Reads says whether a loaded control looks into a section of the input.
func (p *Policy) Reads(section string) bool { return p.reads[section] }

// Compiler returns the compiled modules of the packs of ours, for tools that test and
// explain them. It must not be changed.
func (p *Policy) Compiler() *ast.Compiler { return p.compiler }

// Data returns the data document the controls see: the settings and the data of packs.
// It must not be changed.
func (p *Policy) Data() map[string]any { return p.data }

// TestModules returns the parsed test files of the packs, by pack and path, when Load
// was asked for them.
func (p *Policy) TestModules() map[string]*ast.Module { return maps.Clone(p.tests) }
