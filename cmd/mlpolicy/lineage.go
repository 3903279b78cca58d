package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/gate"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom/cyclonedx"
	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

// lineageFile is the graph that is read and written when --graph names no other.
const lineageFile = "lineage.json"

type lineageFlags struct {
	graph, database, format, out string
	revocations                  []string
}

func newLineage(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "lineage",
		Short: "Record and ask what was made from what",
		Long: `Keep the graph of datasets, base models, adapters, merges, registry versions and deployments,
joined by digest, and ask it: what lies downstream of a digest, and which version is the
last one without a revoked ancestor.

The graph is a JSON file (--graph), or lies in a database of mlpolicy (--database).
What is recorded is what BOMs and statements say: signatures are for the gate to verify.`,
	}
	c.AddCommand(lineageRecord(env), lineageShow(env), lineageBlast(env), lineageLastGood(env))
	return c
}

func (f *lineageFlags) add(c *cobra.Command, formats ...string) {
	flags := c.Flags()
	flags.StringVar(&f.graph, "graph", lineageFile, "file of the graph")
	if len(formats) > 0 {
		flags.StringVar(&f.format, "format", "text", strings.Join(formats, " | "))
		flags.StringVarP(&f.out, "output", "o", "", "write to this file instead of standard output")
		flags.StringArrayVar(&f.revocations, "revocations", nil, `file {"revoked": [{"digest", "reason"}]} (repeatable)`)
		complete(c, "format", formats)
	}
}

// check refuses a format that the command does not write.
func (f *lineageFlags) check(formats ...string) error {
	if !slices.Contains(formats, f.format) {
		return usage("", "format %q is not written; %s are", f.format, strings.Join(formats, ", "))
	}
	return nil
}

func (env *environment) readGraph(name string) (*lineage.Graph, error) {
	f, err := os.Open(env.path(name))
	if err != nil {
		return nil, usage("record one first: mlpolicy lineage record BOM-OR-STATEMENT…", "lineage: %w", err)
	}
	defer f.Close()
	g, err := lineage.Read(f)
	if err != nil {
		return nil, usage("", "%s: %w", name, err)
	}
	return g, nil
}

func (f *lineageFlags) revoked(env *environment) ([]string, error) {
	var out []string
	for _, name := range f.revocations {
		digests, err := readFile(env, name, gate.ReadRevocations)
		if err != nil {
			return nil, err
		}
		for _, r := range digests {
			out = append(out, r.Digest)
		}
	}
	return out, nil
}

func lineageRecord(env *environment) *cobra.Command {
	var f lineageFlags
	c := &cobra.Command{
		Use: "record FILE…", Short: "Add ML-BOMs and statements to the graph",
		Example: "  mlpolicy lineage record model.cdx.json attest/*.sigstore.json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			g := &lineage.Graph{}
			if _, err := os.Stat(env.path(f.graph)); err == nil {
				var err error
				if g, err = env.readGraph(f.graph); err != nil {
					return err
				}
			}
			for _, name := range args {
				if err := env.recordFile(g, name); err != nil {
					return err
				}
			}
			if err := env.write(f.graph, g.Write); err != nil {
				return err
			}
			if f.database != "" {
				if err := saveLineage(c.Context(), f.database, g); err != nil {
					return err
				}
			}
			fmt.Fprintf(env.stdout, "%s: %d things, %d derivations\n", f.graph, len(g.Nodes()), len(g.Edges()))
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&f.database, "database", "", "also add the graph to this database: sqlite:FILE or postgres://…")
	return c
}

func saveLineage(ctx context.Context, dsn string, g *lineage.Graph) error {
	s, err := store.Open(ctx, dsn)
	if err != nil {
		return usage("", "--database: %w", err)
	}
	defer s.Close()
	return s.InTx(ctx, func(tx store.Tx) error { return tx.SaveLineage(ctx, g.Nodes(), g.Edges()) })
}

func (env *environment) recordFile(g *lineage.Graph, name string) error {
	data, err := os.ReadFile(env.path(name))
	if err != nil {
		return usage("", "%w", err)
	}
	if cyclonedx.IsBOM(data[:min(len(data), 4096)]) {
		bom, err := cyclonedx.Read(strings.NewReader(string(data)))
		if err != nil {
			return &exitError{code: exitUndecided, err: fmt.Errorf("%s: %w", name, err)}
		}
		g.AddInventory(bom.Inventory())
		return nil
	}
	for _, d := range attest.ReadDocuments(name, data) {
		if d.Err != nil {
			return &exitError{code: exitUndecided, err: fmt.Errorf("%s: %w", d.Path, d.Err)}
		}
		s, err := attest.ParseStatement(d.Bundle.Payload)
		if err != nil {
			return &exitError{code: exitUndecided, err: fmt.Errorf("%s: %w", d.Path, err)}
		}
		attest.AddLineage(g, s)
	}
	return nil
}

func lineageShow(env *environment) *cobra.Command {
	formats := []string{"text", "json", "svg"}
	var f lineageFlags
	c := &cobra.Command{
		Use: "show", Short: "Print the graph as text, JSON or SVG with one column per stage", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := f.check(formats...); err != nil {
				return err
			}
			g, err := env.readGraph(f.graph)
			if err != nil {
				return err
			}
			revoked, err := f.revoked(env)
			if err != nil {
				return err
			}
			return env.write(f.out, func(w io.Writer) error {
				switch f.format {
				case "json":
					return g.Write(w)
				case "svg":
					return g.SVG(w, revoked)
				}
				showLineage(w, g, revoked)
				return nil
			})
		},
	}
	f.add(c, formats...)
	return c
}

func showLineage(w io.Writer, g *lineage.Graph, revoked []string) {
	tainted := g.Tainted(revoked)
	for _, n := range g.Nodes() {
		mark := ""
		switch by := tainted[n.Digest]; {
		case by == n.Digest:
			mark = "  REVOKED"
		case by != "":
			mark = "  made from revoked " + by
		}
		fmt.Fprintf(w, "%-11s %-11s %s  %s%s\n", orDash(n.Stage), orDash(n.Kind), visible(orDash(n.Name)), n.Digest, mark)
		for _, parent := range g.Ancestors(n.Digest) {
			if parent.Distance == 1 {
				fmt.Fprintf(w, "            ← %s  %s\n", visible(orDash(parent.Name)), parent.Digest)
			}
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// visible keeps control characters of names out of the terminal.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			return '?'
		}
		return c
	}, s)
}

func lineageBlast(env *environment) *cobra.Command {
	formats := []string{"text", "json"}
	var f lineageFlags
	c := &cobra.Command{
		Use: "blast-radius DIGEST", Short: "List everything that was made from a digest",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(formats...); err != nil {
				return err
			}
			list, err := f.blast(c.Context(), env, args[0])
			if err != nil {
				return err
			}
			return env.write(f.out, func(w io.Writer) error {
				if f.format == "json" {
					e := json.NewEncoder(w)
					e.SetEscapeHTML(false)
					e.SetIndent("", "  ")
					return e.Encode(list)
				}
				for _, n := range list {
					fmt.Fprintf(w, "%-11s %-11s %s  %s\n", orDash(n.Stage), orDash(n.Kind), visible(orDash(n.Name)), n.Digest)
				}
				fmt.Fprintf(w, "%d things were made from %s\n", len(list), args[0])
				return nil
			})
		},
	}
	f.add(c, formats...)
	c.Flags().StringVar(&f.database, "database", "", "ask this database instead of the file: sqlite:FILE or postgres://…")
	return c
}

// blast asks the graph in the file, or the one in the database.
func (f *lineageFlags) blast(ctx context.Context, env *environment, digest string) ([]lineage.Node, error) {
	out := []lineage.Node{}
	if f.database != "" {
		s, err := store.Open(ctx, f.database)
		if err != nil {
			return nil, usage("", "--database: %w", err)
		}
		defer s.Close()
		list, err := s.BlastRadius(ctx, digest)
		return append(out, list...), err
	}
	g, err := env.readGraph(f.graph)
	if err != nil {
		return nil, err
	}
	if _, known := g.Node(digest); !known {
		return nil, usage("digests are written algorithm:hex", "%s is not in %s", digest, f.graph)
	}
	for _, r := range g.BlastRadius(digest) {
		out = append(out, r.Node)
	}
	return out, nil
}

func lineageLastGood(env *environment) *cobra.Command {
	formats := []string{"text", "json"}
	var f lineageFlags
	c := &cobra.Command{
		Use: "last-good NAME", Short: "Name the newest version that is not made from anything revoked",
		Long: `Name the newest thing called NAME that is neither revoked nor made from anything revoked.
Exit status 3 when there is none.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.check(formats...); err != nil {
				return err
			}
			g, err := env.readGraph(f.graph)
			if err != nil {
				return err
			}
			revoked, err := f.revoked(env)
			if err != nil {
				return err
			}
			n, ok := g.LastGood(args[0], revoked)
			if !ok {
				return &exitError{code: exitUndecided, err: fmt.Errorf("no %s without a revoked ancestor is recorded", args[0])}
			}
			return env.write(f.out, func(w io.Writer) error {
				if f.format == "json" {
					return json.NewEncoder(w).Encode(n)
				}
				fmt.Fprintf(w, "%s  %s\n", visible(n.Name), n.Digest)
				return nil
			})
		},
	}
	f.add(c, formats...)
	return c
}
