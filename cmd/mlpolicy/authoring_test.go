package main

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestAuthoringTutorial executes every command of docs/authoring.md, in its order and
// with the configuration that it shows.
func TestAuthoringTutorial(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl makes the keys of the tutorial, and is not here")
	}
	doc, err := os.ReadFile("../../docs/authoring.md")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	script := tutorialScript(t, string(doc))
	if err := os.WriteFile(filepath.Join(dir, "tutorial.txtar"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: dir, RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("REGISTRY", strings.TrimPrefix(server.URL, "http://"))
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/.cache")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"status": status},
	})
}

// tutorialScript turns console blocks into a script, and the HCL block into the file it is.
func tutorialScript(t *testing.T, doc string) string {
	t.Helper()
	var script, hcl strings.Builder
	block, commands := "", 0
	for line := range strings.Lines(doc) {
		if language, ok := strings.CutPrefix(line, "```"); ok {
			if block == "" {
				block = strings.TrimSpace(language)
				if block == "" {
					block = "text"
				}
				continue
			}
			if block == "hcl" {
				script.WriteString("cp tutorial.hcl mlpolicy.hcl\n")
			}
			block = ""
			continue
		}
		switch block {
		case "hcl":
			hcl.WriteString(line)
		case "console":
			command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
			if !ok {
				continue
			}
			commands++
			command, comment, _ := strings.Cut(command, "  # exit ")
			if comment == "" {
				comment = "0"
			}
			fmt.Fprintf(&script, "status %s %s\n", comment, command)
		}
	}
	if commands < 10 {
		t.Fatalf("the tutorial has %d commands", commands)
	}
	return script.String() + "-- tutorial.hcl --\n" + hcl.String() +
		"-- src/train.py --\nfrom transformers import AutoModel\nmodel = AutoModel.from_pretrained(\"meta-llama/tiny\", revision=\"3f1c9a5be2d84d0f6a7b8c9d0e1f2a3b4c5d6e7f\")\n"
}
