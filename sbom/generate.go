package sbom

import (
	"context"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// Digests selects which files are hashed.
type Digests string

// The values of Digests.
const (
	DigestsAll  Digests = "all"  // every file; the zero value of Options means this
	DigestsLFS  Digests = "lfs"  // only what Git LFS pointers say, nothing is read for it
	DigestsNone Digests = "none" // as lfs, and the source has no digest
)

// Options configures Generate. The zero value collects nothing but files, with digests.
type Options struct {
	Collectors []Collector
	Linkers    []Linker
	Subject    Subject
	Digests    Digests
	// Storage says how a path is stored when that is known from outside the tree
	// (git for a tracked file); "" leaves it plain. It may be nil.
	Storage func(path string) string
	// Progress, if set, is called now and then from one goroutine.
	Progress func(Progress)
	// Workers bounds the files read at once; 0 is GOMAXPROCS.
	Workers int
}

// Progress tells how far Generate is.
type Progress struct {
	Files, FilesDone int
	Bytes, BytesDone int64
}

const progressEvery = 100 * time.Millisecond

// Generate reads the source and returns every fact the collectors state about it,
// linked, in an order that depends on the source alone. Files that cannot be read are
// Problems; the error is for a source that cannot be read at all and for a cancelled
// context.
func Generate(ctx context.Context, source fs.FS, opts Options) (*Inventory, error) {
	tree, err := walk(ctx, source)
	if err != nil {
		return nil, err
	}
	g := &generator{source: source, opts: opts, tree: tree}
	parts, err := g.read(ctx)
	if err != nil {
		return nil, err
	}
	inv := g.merge(parts)
	for _, l := range opts.Linkers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l.Link(inv)
	}
	inv.Scratch = nil
	sortProblems(inv.Problems)
	return inv, nil
}

type generator struct {
	source fs.FS
	opts   Options
	tree   *tree
}

// part is what one file gave.
type part struct {
	inv      Inventory
	fact     FileFact
	mode     fs.FileMode
	digest   string // of the bytes as stored
	families []Family
	refused  []Family // families that have a Problem of the file being too large
}

// read hands every file to the collectors, in parallel, largest first so that one big
// model does not end up alone at the end.
func (g *generator) read(ctx context.Context) ([]part, error) {
	entries := g.tree.entries
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return entries[order[a]].size > entries[order[b]].size })

	parts := make([]part, len(entries))
	next := make(chan int)
	done := make(chan int64, len(entries))
	var wg sync.WaitGroup
	for range g.workers(len(entries)) {
		wg.Go(func() {
			for i := range next {
				parts[i] = g.file(ctx, entries[i])
				done <- entries[i].size
			}
		})
	}
	finished := make(chan struct{})
	go func() { // ends when done is closed below, and read waits for it
		defer close(finished)
		g.report(done)
	}()
	for _, i := range order {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	close(done)
	<-finished
	return parts, ctx.Err()
}

func (g *generator) workers(files int) int {
	n := g.opts.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return max(1, min(n, files))
}

func (g *generator) report(done <-chan int64) {
	p := Progress{Files: len(g.tree.entries), Bytes: g.tree.bytes}
	last := time.Now()
	for size := range done {
		p.FilesDone++
		p.BytesDone += size
		if g.opts.Progress != nil && time.Since(last) >= progressEvery {
			last = time.Now()
			g.opts.Progress(p)
		}
	}
	if g.opts.Progress != nil {
		g.opts.Progress(p)
	}
}

// merge joins the parts in path order.
func (g *generator) merge(parts []part) *Inventory {
	inv := &Inventory{Subject: g.opts.Subject, Collected: map[Family]Collected{}}
	for _, u := range g.tree.problems {
		for _, family := range u.families(g.opts.Collectors) {
			inv.AddProblem(At{Path: u.path, Offset: -1}, family, u.code, u.reason)
		}
	}
	looked := map[Family]int{FamilyFiles: len(parts)}
	for _, c := range g.opts.Collectors {
		for _, family := range c.Families {
			looked[family] += 0
		}
	}
	paths := make([]any, len(parts))
	for i := range parts {
		p := &parts[i]
		p.inv.ofTemplate(g.tree.entries[i].path)
		inv.append(&p.inv)
		paths[i] = g.tree.entries[i].path
		if p.fact.Kind != "" || p.fact.Storage == "lfs" || p.fact.SizeBytes >= largeFileBytes {
			inv.Files = append(inv.Files, p.fact)
		}
		for _, family := range p.families {
			looked[family]++
		}
	}
	for family, files := range looked {
		inv.Collected[family] = Collected{Looked: true, Files: files}
	}
	for _, family := range Families {
		if _, ok := inv.Collected[family]; !ok {
			inv.Collected[family] = Collected{Reason: "no collector looks for it"}
		}
	}
	if inv.Scratch == nil {
		inv.Scratch = map[string][]any{}
	}
	inv.Scratch[ScratchPaths] = paths
	if g.opts.Digests == "" || g.opts.Digests == DigestsAll {
		if inv.Subject.Digests == nil {
			inv.Subject.Digests = map[string]string{}
		}
		inv.Subject.Digests["sha256"] = g.sourceDigest(parts)
	}
	return inv
}

// ScratchPaths is the key under which linkers find every path of the source, as
// strings, sorted.
const ScratchPaths = "paths"

// append adds every section of other.
func (inv *Inventory) append(other *Inventory) {
	inv.Components = append(inv.Components, other.Components...)
	inv.References = append(inv.References, other.References...)
	inv.Weights = append(inv.Weights, other.Weights...)
	inv.Calls = append(inv.Calls, other.Calls...)
	inv.Workloads = append(inv.Workloads, other.Workloads...)
	inv.Identities = append(inv.Identities, other.Identities...)
	inv.Routes = append(inv.Routes, other.Routes...)
	inv.Alerts = append(inv.Alerts, other.Alerts...)
	inv.Pipelines = append(inv.Pipelines, other.Pipelines...)
	inv.Secrets = append(inv.Secrets, other.Secrets...)
	inv.Datasets = append(inv.Datasets, other.Datasets...)
	inv.Documents = append(inv.Documents, other.Documents...)
	inv.Files = append(inv.Files, other.Files...)
	inv.Packages = append(inv.Packages, other.Packages...)
	inv.Stores = append(inv.Stores, other.Stores...)
	inv.Runs = append(inv.Runs, other.Runs...)
	inv.Cards = append(inv.Cards, other.Cards...)
	inv.Registry = append(inv.Registry, other.Registry...)
	inv.Exposures = append(inv.Exposures, other.Exposures...)
	inv.NetworkPolicies = append(inv.NetworkPolicies, other.NetworkPolicies...)
	inv.Guards = append(inv.Guards, other.Guards...)
	inv.Features = append(inv.Features, other.Features...)
	inv.Problems = append(inv.Problems, other.Problems...)
	for key, values := range other.Scratch {
		for _, v := range values {
			inv.Keep(key, v)
		}
	}
}

func sortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		if a.Offset != b.Offset {
			return int(a.Offset - b.Offset)
		}
		return strings.Compare(string(a.Family)+a.Code+a.Reason, string(b.Family)+b.Code+b.Reason)
	})
}

// collect runs one collector and turns an error or a panic into a Problem of each of
// its families, so that the rest of the source is still read.
func collect(ctx context.Context, c Collector, f *File, out *Inventory) {
	defer func() {
		if r := recover(); r != nil {
			fail(c, f, out, "internal", fmt.Sprintf("collector %s panicked: %v", c.Name, r))
		}
	}()
	if err := c.Collect(ctx, f, out); err != nil {
		fail(c, f, out, "unreadable", err.Error())
	}
}

func fail(c Collector, f *File, out *Inventory, code, reason string) {
	for _, family := range c.Families {
		out.AddProblem(At{Path: f.Path, Offset: -1}, family, code, reason)
	}
}
