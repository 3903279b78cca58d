package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/engine/report"
	"github.com/mlpolicy/mlpolicy/internal/dataview"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/cyclonedx"
	"github.com/mlpolicy/mlpolicy/sbom/datasets"
)

var scanFormats = []string{"table", "cyclonedx-json", "cyclonedx-xml", "inventory", "input", "data-html", "test-result"}

func newScan(env *environment) *cobra.Command {
	var format, spec, out, digests string
	var data dataFlags
	c := &cobra.Command{
		Use: "scan [SOURCE]", Short: "Write the ML-BOM of a source",
		Long: `Read a directory, a file or a git revision (git:REV) and write what is in it: base models,
adapters, datasets, framework packages and weight files, with every place that names them.

Without --format the result is a table on a terminal and CycloneDX JSON elsewhere or with -o.
data-html draws the profiles of data files as one page. test-result is the predicate that a data
file was screened, for attest to sign: a later stage can then require the screen by digest.`,
		Example: `  mlpolicy scan
  mlpolicy scan --profile-data --format test-result -o screen.json data/train.jsonl
  mlpolicy attest --subject train=data/train.jsonl --predicate screen.json \
    --predicate-type https://in-toto.io/attestation/test-result/v0.1 --signing-key data.pem -o screen.sigstore.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format == "" {
				format = "cyclonedx-json"
				if env.terminal && out == "" {
					format = "table"
				}
			}
			if !slices.Contains(scanFormats, format) {
				return usage("", "format %q is not written; %s are", format, strings.Join(scanFormats, ", "))
			}
			if spec != "1.6" && spec != "1.7" {
				return usage("", "CycloneDX %q is not written; 1.6 and 1.7 are", spec)
			}
			if err := checkDigests(digests); err != nil {
				return err
			}
			src, err := source.Open(c.Context(), env.dir, firstOr(args, ""))
			if err != nil {
				return err
			}
			defer src.Close()
			bar := newProgress(env)
			opts := decide.ScanOptions{Digests: sbom.Digests(digests), Progress: bar.update()}
			if err := data.apply(c.Context(), env, &opts); err != nil {
				return err
			}
			inv, err := decide.Scan(c.Context(), src, opts)
			bar.done()
			if err != nil {
				return err
			}
			return env.write(out, func(w io.Writer) error { return writeScan(w, env, inv, format, spec) })
		},
	}
	flags := c.Flags()
	flags.StringVar(&format, "format", "", strings.Join(scanFormats, " | "))
	flags.StringVar(&spec, "spec", "1.6", "CycloneDX version: 1.6 | 1.7")
	flags.StringVarP(&out, "output", "o", "", "write to this file instead of standard output")
	flags.StringVar(&digests, "digests", "all", "which files are hashed: all | lfs | none")
	data.add(c)
	complete(c, "format", scanFormats)
	complete(c, "spec", []string{"1.6", "1.7"})
	complete(c, "digests", digestModes)
	return c
}

func writeScan(w io.Writer, env *environment, inv *sbom.Inventory, format, spec string) error {
	switch format {
	case "table":
		return report.Inventory(w, inv, report.Options{Color: env.terminal})
	case "inventory":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(inv)
	case "data-html":
		return dataview.Render(w, inv.Datasets)
	case "test-result":
		if n := len(inv.Datasets); n != 1 {
			return usage("name the one data file that the statement is about", "a test result is about one data file; the source has %d", n)
		}
		_, err := w.Write(append(datasets.Report(&inv.Datasets[0], env.now()), '\n'))
		return err
	case "input":
		return decide.WriteInput(w, inv, env.now())
	case "cyclonedx-xml":
		return cyclonedx.Encode(w, inv, cyclonedx.Options{Spec: spec, Format: cyclonedx.XML, Version: toolVersion()})
	}
	return cyclonedx.Encode(w, inv, cyclonedx.Options{Spec: spec, Version: toolVersion()})
}

// write runs write over standard output, or over a file that appears only when it is whole.
func (env *environment) write(name string, write func(io.Writer) error) error {
	if name == "" || name == "-" {
		return write(env.stdout)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	path := env.path(name)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a link stays a link
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		// /dev/null and a pipe are written to; a rename would put a file in their place.
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			return usage("", "write %s: %w", name, err)
		}
		return nil
	}
	if err := os.WriteFile(path+".tmp", b.Bytes(), 0o644); err != nil {
		return usage("", "write %s: %w", name, err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func firstOr(args []string, otherwise string) string {
	if len(args) > 0 {
		return args[0]
	}
	return otherwise
}

// complete offers the values of a flag to the shell.
func complete(c *cobra.Command, flag string, values []string) {
	// The error is for an unknown flag, which a test of the command would show.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
