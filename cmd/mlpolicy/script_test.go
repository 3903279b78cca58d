package main

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"mlpolicy": func() {
			dir, err := os.Getwd()
			if err != nil {
				panic(err)
			}
			os.Exit(run(context.Background(), environment{
				args: os.Args[1:], dir: dir, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now,
				githubWorkflow: os.Getenv("GITHUB_ACTIONS") == "true",
			}))
		},
	})
}

// TestScripts runs the scripts of testdata/script. UPDATE=1 rewrites their golden parts.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			root, err := os.Getwd()
			if err != nil {
				return err
			}
			env.Setenv("EXAMPLES", root+"/../../examples")
			env.Setenv("REPO", root+"/../..")
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/.cache")
			env.Setenv("HOME", env.WorkDir)
			server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
			env.Defer(server.Close)
			env.Setenv("REGISTRY", strings.TrimPrefix(server.URL, "http://"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"status": status, "keygen": keygen, "safetensors": safetensors, "netless": netless, "keyless": keyless, "days": days, "endpoint": endpoint},
	})
}
