package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Found counts what an inventory holds, for the first line of a table.
func Found(inv *sbom.Inventory) []Count {
	kinds := map[string]int{}
	for _, c := range inv.Components {
		kinds[c.Kind]++
	}
	return []Count{
		{kinds["model"], "model"}, {kinds["adapter"], "adapter"}, {kinds["dataset"], "dataset"}, {len(inv.Weights), "weight file"},
		{kinds["package"], "package"}, {len(inv.References), "reference"}, {len(inv.Workloads), "workload"}, {len(inv.Pipelines), "pipeline job"},
		{len(inv.Alerts), "alert"}, {len(inv.Datasets), "data file"},
	}
}

// Inventory writes what a scan found as a table for a terminal.
func Inventory(w io.Writer, inv *sbom.Inventory, opts Options) error {
	t := &table{Writer: bufio.NewWriter(w), color: opts.Color, verbose: opts.Verbose}
	t.found(Found(inv))
	places := map[string]int{}
	for _, r := range inv.References {
		if r.Component != "" {
			places[r.Component]++
		}
	}
	components := slices.Clone(inv.Components)
	order := []string{"model", "adapter", "dataset", "tokenizer", "prompt", "image", "package"}
	slices.SortStableFunc(components, func(a, b sbom.Component) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Ref, b.Ref))
	})
	kind := ""
	for _, c := range components {
		if c.Kind != kind {
			kind = c.Kind
			t.line("%s", t.paint(bold, strings.ToUpper(kind[:1])+kind[1:]+"s"))
		}
		t.line("  %-56s %-22s %s", printable(c.Name), componentVersion(c), t.paint(dim, componentPlace(c, places[c.Ref])))
	}
	if unresolved := t.unresolved(inv); unresolved > 0 {
		t.line("")
	}
	if len(inv.Weights) > 0 {
		t.line("%s", t.paint(bold, "Weight files"))
		for _, f := range inv.Weights {
			t.line("  %-56s %-14s %12d bytes  %s", printable(f.Path), f.Format, f.SizeBytes, t.paint(dim, short(f.SHA256)+" "+f.Content))
		}
	}
	if len(inv.Problems) > 0 {
		t.line("%s", t.paint(bold, "Could not be read"))
		for _, p := range uniqueProblems(inv.Problems) {
			t.line("  %s  %s: %s", t.paint(cyan, place(sbom.At{Path: p.Path, Line: p.Line, Offset: p.Offset})), p.Code, printable(p.Reason))
		}
	}
	return t.Flush()
}

// unresolved lists the places whose name is built at run time.
func (t *table) unresolved(inv *sbom.Inventory) int {
	n := 0
	for _, r := range inv.References {
		if r.State != sbom.StateUnresolved || r.Role == "push" || r.Role == "output" {
			continue
		}
		if n == 0 {
			t.line("%s", t.paint(bold, "Names built at run time"))
		}
		n++
		name := r.Name
		if name != "" {
			name += "…"
		}
		t.line("  %-10s %-8s %-36s %s", r.Kind, r.Role, printable(name), t.paint(dim, place(r.At)))
	}
	return n
}

func componentVersion(c sbom.Component) string {
	switch {
	case c.Version != "":
		return short(c.Version)
	case c.Properties["constraint"] != "":
		return c.Properties["constraint"]
	case c.Revision != "":
		return c.Revision + " (moves)"
	case c.Pinned == sbom.No:
		return "not pinned"
	}
	return ""
}

func componentPlace(c sbom.Component, places int) string {
	where := place(c.At)
	if places > 1 {
		where += fmt.Sprintf(" and %d more", places-1)
	}
	return where
}

// short is the start of a digest or commit, as git shows it.
func short(s string) string {
	if len(s) >= 40 && !strings.ContainsAny(s, " .-") {
		return s[:12]
	}
	return s
}
