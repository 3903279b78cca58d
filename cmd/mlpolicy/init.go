package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

// starter is the configuration that init writes: the defaults, said aloud.
//
//go:embed starter.hcl
var starter []byte

func newInit(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Write a commented " + configFile, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			f, err := os.OpenFile(env.path(configFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return usage("remove it first, or edit it", "%s is already there", configFile)
			}
			if err != nil {
				return usage("", "write %s: %w", configFile, err)
			}
			if _, err := f.Write(starter); err != nil {
				f.Close()
				return fmt.Errorf("write %s: %w", configFile, err)
			}
			if err := f.Close(); err != nil {
				return fmt.Errorf("write %s: %w", configFile, err)
			}
			fmt.Fprintf(env.stdout, "Wrote %s. Next: mlpolicy check\n", configFile)
			return nil
		},
	}
}
