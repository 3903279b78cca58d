package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rhysd/actionlint"
	"gopkg.in/yaml.v3"

	"github.com/mlpolicy/mlpolicy/engine/config"
)

const pipelineDir = "../../examples/pipelines/"

func readYAML(t *testing.T, name string) *yaml.Node {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var node yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(content))
	if err := d.Decode(&node); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return &node
}

func TestWorkflowExampleIsCorrect(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(pipelineDir + "github.yml")
	if err != nil {
		t.Fatal(err)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mistakes, err := linter.Lint("github.yml", content, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mistakes {
		t.Errorf("github.yml:%d:%d: %s", m.Line, m.Column, m.Message)
	}
}

// TestActionTakesInputsThroughTheEnvironment: an input that is pasted into a script runs
// as code.
func TestActionTakesInputsThroughTheEnvironment(t *testing.T) {
	t.Parallel()
	var action struct {
		Inputs map[string]struct{ Description string }
		Runs   struct {
			Using string
			Steps []struct {
				Name, Shell, Run, Uses string
				Env                    map[string]string
			}
		}
	}
	if err := readYAML(t, "../../action.yml").Decode(&action); err != nil {
		t.Fatal(err)
	}
	if action.Runs.Using != "composite" || len(action.Runs.Steps) == 0 {
		t.Fatalf("runs: %+v", action.Runs)
	}
	used := map[string]bool{}
	for _, s := range action.Runs.Steps {
		if s.Shell == "" || s.Run == "" || s.Uses != "" {
			t.Errorf("step %q: shell %q, uses %q", s.Name, s.Shell, s.Uses)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %q pastes an expression into its script", s.Name)
		}
		for name, value := range s.Env {
			for _, m := range regexp.MustCompile(`inputs\.([\w-]+)`).FindAllStringSubmatch(value, -1) {
				used[m[1]] = true
			}
			if !strings.Contains(s.Run, "$"+name) {
				t.Errorf("step %q does not use %s", s.Name, name)
			}
		}
	}
	for name, input := range action.Inputs {
		if !used[name] || input.Description == "" {
			t.Errorf("input %s is not used or not described", name)
		}
	}
	for name := range used {
		if _, ok := action.Inputs[name]; !ok {
			t.Errorf("there is no input %s", name)
		}
	}
}

// TestPipelineCommandsExist parses every command of mlpolicy in the examples by the flags
// of the program.
func TestPipelineCommandsExist(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gitlab-ci.yml", "argo-workflow.yaml", "kubernetes-init.yaml"} {
		commands := commandsIn(readYAML(t, pipelineDir+name))
		if len(commands) == 0 {
			t.Errorf("%s: no command of mlpolicy", name)
		}
		for _, args := range commands {
			parseCommand(t, name, args)
		}
	}
	content, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	env := &environment{stdout: io.Discard, stderr: io.Discard, now: time.Now}
	gate, check := newGate(env).Flags(), newCheck(env).Flags()
	for _, m := range regexp.MustCompile(`add --([\w-]+)`).FindAllStringSubmatch(string(content), -1) {
		if gate.Lookup(m[1]) == nil && check.Lookup(m[1]) == nil {
			t.Errorf("action.yml uses --%s, which no command has", m[1])
		}
	}
}

func parseCommand(t *testing.T, name string, args []string) {
	t.Helper()
	root := newRoot(&environment{stdout: io.Discard, stderr: io.Discard, now: time.Now})
	c, rest, err := root.Find(args)
	if err != nil {
		t.Errorf("%s: %v: %v", name, args, err)
		return
	}
	if err := c.ParseFlags(rest); err != nil {
		t.Errorf("%s: %v: %v", name, args, err)
	}
	if err := c.ValidateArgs(c.Flags().Args()); err != nil {
		t.Errorf("%s: %v: %v", name, args, err)
	}
}

// commandsIn finds scripts that start with mlpolicy, and args beside command: [mlpolicy].
func commandsIn(n *yaml.Node) (out [][]string) {
	if n.Kind == yaml.ScalarNode && strings.HasPrefix(n.Value, "mlpolicy ") {
		out = append(out, strings.Fields(n.Value)[1:])
	}
	if n.Kind == yaml.MappingNode {
		var fields struct{ Command, Args []string }
		if err := n.Decode(&fields); err == nil && len(fields.Command) == 1 && fields.Command[0] == "mlpolicy" {
			out = append(out, fields.Args)
		}
	}
	for _, child := range n.Content {
		out = append(out, commandsIn(child)...)
	}
	return out
}

func TestPipelineConfigurationIsRead(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(pipelineDir + "mlpolicy.hcl")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse("mlpolicy.hcl", content)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Trust) != 4 || c.VSAReuse != 24*time.Hour {
		t.Errorf("%d trust blocks, reuse %v", len(c.Trust), c.VSAReuse)
	}
}

func TestContainerIsStaticAndNotRoot(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(pipelineDir, "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for _, want := range []string{"CGO_ENABLED=0", "\nFROM scratch\n", "\nUSER 65532:65532\n", "./cmd/mlpolicy"} {
		if !strings.Contains(text, want) {
			t.Errorf("Containerfile lacks %q", want)
		}
	}
	if strings.LastIndex(text, "USER") < strings.LastIndex(text, "FROM") {
		t.Error("the last stage runs as root")
	}
}
