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

	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/cyclonedx"
	"github.com/mlpolicy/mlpolicy/sbom/diff"
)

var diffFormats = []string{"text", "json", "markdown"}

func newDiff(env *environment) *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use: "diff OLD NEW", Short: "Say what changed between two sources, in ML terms",
		Long: `Compare two directories, git revisions (git:REV) or CycloneDX BOMs: base models swapped, revisions
moved, datasets added, weights that became executable, thresholds relaxed, alerts removed.`,
		Example: `  mlpolicy diff git:v1.0 git:HEAD
  mlpolicy diff approved.cdx.json ./model`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(diffFormats, format) {
				return usage("", "format %q is not written; %s are", format, strings.Join(diffFormats, ", "))
			}
			old, err := env.inventory(c.Context(), args[0])
			if err != nil {
				return err
			}
			now, err := env.inventory(c.Context(), args[1])
			if err != nil {
				return err
			}
			changes := diff.Changes(old, now)
			if old.Subject.Kind == "bom" || now.Subject.Kind == "bom" {
				fmt.Fprintln(env.stderr, "mlpolicy: note: a BOM lists models, datasets, weights and packages; code, thresholds, alerts, prompts and policies were not compared")
			}
			return env.write(out, func(w io.Writer) error {
				switch format {
				case "json":
					if changes == nil {
						changes = []sbom.Change{}
					}
					enc := json.NewEncoder(w)
					enc.SetEscapeHTML(false)
					enc.SetIndent("", "  ")
					return enc.Encode(changes)
				case "markdown":
					return diff.Markdown(w, changes)
				}
				return diff.Text(w, changes)
			})
		},
	}
	c.Flags().StringVar(&format, "format", "text", strings.Join(diffFormats, " | "))
	c.Flags().StringVarP(&out, "output", "o", "", "write to this file instead of standard output")
	complete(c, "format", diffFormats)
	return c
}

// inventory reads a source, or the BOM that was written of one.
func (env *environment) inventory(ctx context.Context, name string) (*sbom.Inventory, error) {
	if bom, err := env.bom(name); bom != nil || err != nil {
		return bom, err
	}
	src, err := source.Open(ctx, env.dir, name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	bar := newProgress(env)
	defer bar.done()
	return decide.Scan(ctx, src, decide.ScanOptions{Progress: bar.update()})
}

// bom returns nil when the file is not a BOM.
func (env *environment) bom(name string) (*sbom.Inventory, error) {
	f, err := os.Open(env.path(name))
	if err != nil {
		return nil, nil // source.Open says what is wrong
	}
	defer f.Close()
	head := make([]byte, sbom.HeadBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && n == 0 || !cyclonedx.IsBOM(head[:n]) {
		return nil, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	bom, err := cyclonedx.Read(f)
	if err != nil {
		return nil, usage("", "%s: %w", name, err)
	}
	return bom.Inventory(), nil
}
