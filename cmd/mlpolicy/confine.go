package main

import (
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/confine"
)

// confinedName is the command that a server starts itself again with.
const confinedName = "confined-evaluation"

// newConfined is the child of internal/confine. People have no use for it.
func newConfined(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: confinedName + " BYTES", Short: "Evaluate packs from standard input under a memory limit", Args: cobra.ExactArgs(1), Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			memory, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil {
				return usage("", "%w", err)
			}
			return confine.Serve(c.Context(), memory, env.stdin, env.stdout)
		},
	}
}

// confined starts this program again for each evaluation of packs that are not embedded.
func confined() (confine.Runner, error) {
	self := "/proc/self/exe" // this very program, also when the file was replaced since
	if _, err := os.Stat(self); err != nil {
		if self, err = os.Executable(); err != nil {
			return confine.Runner{}, err
		}
	}
	return confine.Runner{Path: self, Args: []string{confinedName}}, nil
}
