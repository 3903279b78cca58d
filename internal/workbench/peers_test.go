package workbench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/policies"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// The peers, and the versions that the tests build. `opa` has the version of the module.
const (
	peersVariable   = "MLPOLICY_PEERS"
	opaModule       = "github.com/open-policy-agent/opa@v1.22.2"
	conftestModule  = "github.com/open-policy-agent/conftest@v0.71.0"
	buildPeersUsage = "set " + peersVariable + "=DIR: they are looked for there, and built from their modules where they are missing"
)

// peer is the path of a program that ours is compared with. It takes minutes to build one.
func peer(t *testing.T, name, module string) string {
	t.Helper()
	dir := os.Getenv(peersVariable)
	if dir == "" {
		t.Skip(buildPeersUsage)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name)
	if _, err := os.Stat(file); err == nil {
		return file
	}
	c := exec.Command("go", "install", module)
	c.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=", "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Skipf("%s does not build here: %v\n%s", module, err, out)
	}
	return file
}

// run runs a peer, and fails the test unless it exits with one of the codes.
func runPeer(t *testing.T, dir string, codes []int, name string, args ...string) []byte {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = dir
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if c.ProcessState == nil || !slices.Contains(codes, c.ProcessState.ExitCode()) {
		t.Fatalf("%s %v: %v\n%.2000s%.2000s", filepath.Base(name), args, err, stderr.Bytes(), out)
	}
	return append(out, stderr.Bytes()...)
}

// TestOPAAgreesOnEveryCase decides every case with the opa program and our bundle, and
// holds each control to what the engine found over the same input.
func TestOPAAgreesOnEveryCase(t *testing.T) {
	opa := peer(t, "opa", opaModule)
	p, err := OpenPack(t.Context(), "mlpolicy", policies.FS, os.DirFS("../../policy_test"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var packed bytes.Buffer
	if err := bundles.Build(&packed, policies.FS, bundles.BuildOptions{Revision: "r1", Data: decide.PackData(p.Policy)}); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "bundle.tar.gz"), packed.Bytes())
	runPeer(t, dir, []int{0}, opa, "build", "--bundle", "bundle.tar.gz", "--output", "again.tar.gz")
	want, refused := map[string]map[string][]string{}, map[string]map[string]bool{}
	for i, c := range p.Cases {
		in, _, message, err := p.evaluateCase(t.Context(), c)
		if err != nil || message != "" {
			t.Fatalf("%s: %s %v", c.Name, message, err)
		}
		in.Subject.Name = cmp.Or(in.Subject.Name, "case") // a finding about nothing is an error here
		// With the default settings, which the bundle ships.
		results, err := p.Policy.Evaluate(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		content, err := in.JSON()
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%03d.json", i)
		writeFile(t, filepath.Join(dir, "in", name), content)
		want[name], refused[name] = map[string][]string{}, map[string]bool{}
		for _, r := range results {
			if r.Outcome == engine.Error && strings.Contains(r.Reason, "subject is empty") {
				refused[name][r.Control.Package] = true // hand-written input: OPA holds no result to a form
				continue
			}
			for _, f := range r.Findings {
				want[name][r.Control.Package] = append(want[name][r.Control.Package], line(f.Subject, f.Detail, f.At.Path))
			}
		}
	}
	got := opaExec(t, opa, dir)
	for i, c := range p.Cases {
		name := fmt.Sprintf("%03d.json", i)
		sortLines(want[name])
		for control := range refused[name] {
			delete(got[name], control)
		}
		if diff := gocmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s (-engine +opa):\n%s", c.Name, diff)
		}
	}
	var one struct {
		Result []struct{ Expressions []struct{ Value any } }
	}
	out := runPeer(t, dir, []int{0}, opa, "eval", "--bundle", "again.tar.gz", "--input", "in/000.json", "--format", "json", "data.mlpolicy")
	if err := json.Unmarshal(out, &one); err != nil || len(one.Result) != 1 {
		t.Fatalf("opa eval: %v: %.500s", err, out)
	}
	evaluated := findingsOf(one.Result[0].Expressions[0].Value)
	if diff := gocmp.Diff(want["000.json"], evaluated); diff != "" {
		t.Errorf("opa eval of the bundle that opa build made (-engine +opa):\n%s", diff)
	}
}

func line(subject, detail, path string) string { return subject + " | " + detail + " | " + path }

func sortLines(m map[string][]string) {
	for _, list := range m {
		slices.Sort(list)
	}
}

// opaExec evaluates all inputs in one process: by file, package and finding.
func opaExec(t *testing.T, opa, dir string) map[string]map[string][]string {
	t.Helper()
	out := runPeer(t, dir, []int{0}, opa, "exec", "--bundle", "bundle.tar.gz", "--decision", "mlpolicy", "in")
	var all struct {
		Result []struct {
			Path   string
			Result any
			Error  any
		}
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&all); err != nil {
		t.Fatalf("%v: %.500s", err, out)
	}
	got := map[string]map[string][]string{}
	for _, r := range all.Result {
		if r.Error != nil {
			t.Errorf("%s: %v", r.Path, r.Error)
		}
		got[filepath.Base(r.Path)] = findingsOf(r.Result)
	}
	return got
}

// findingsOf reads the deny sets of a document of packages.
func findingsOf(document any) map[string][]string {
	out := map[string][]string{}
	var walk func(name string, v any)
	walk = func(name string, v any) {
		fields, ok := v.(map[string]any)
		if !ok {
			return
		}
		deny, ok := fields["deny"].([]any)
		if !ok {
			for key, inner := range fields {
				walk(name+"."+key, inner)
			}
			return
		}
		for _, f := range deny {
			finding, _ := f.(map[string]any)
			at, _ := finding["at"].(map[string]any)
			out[name] = append(out[name], line(fmt.Sprint(finding["subject"]), fmt.Sprint(finding["detail"]), fmt.Sprint(at["path"])))
		}
	}
	walk("mlpolicy", document)
	sortLines(out)
	return out
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// conftestPacks are packs in the style of conftest's own examples, by the file they judge.
var conftestPacks = map[string]struct{ name, content, kind, rego string }{
	"YAML": {"deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n        - name: a\n          image: acme/a:latest\n", "kubernetes", `package main

import rego.v1

name := input.metadata.name

deny contains msg if {
	input.kind == "Deployment"
	not input.spec.template.spec.securityContext.runAsNonRoot
	msg := sprintf("Containers must not run as root in Deployment %s", [name])
}

violation contains {"msg": msg, "details": {"container": container.name}} if {
	some container in input.spec.template.spec.containers
	endswith(container.image, ":latest")
	msg := sprintf("container %s takes whatever is latest", [container.name])
}

warn_replicas contains msg if {
	input.spec.replicas < 2
	msg := sprintf("%s has %d replica", [name, input.spec.replicas])
}
`},
	"JSON": {"config.json", `{"architectures": ["Net"], "auto_map": {"AutoModel": "modeling.Net"}, "torch_dtype": "float16"}`, "hf-config", `package main

import data.lib

deny contains msg if {
	some class, code in input.auto_map
	msg := sprintf("%s is made by %s", [class, code])
}

warn contains msg if {
	lib.half(input.torch_dtype)
	msg := "half precision"
}
`},
	"Dockerfile": {"Dockerfile", "# base\nFROM python:latest AS build\nRUN apt-get update && \\\n    apt-get install -y curl\nFROM scratch\nCOPY --from=build /a /a\nUSER root\n", "dockerfile", `package main

import rego.v1

denylist := ["latest"]

deny contains msg if {
	some i
	input[i].Cmd == "from"
	val := split(input[i].Value[0], ":")
	val[1] in denylist
	msg := sprintf("image %s:%s", [val[0], val[1]])
}

deny contains msg if {
	some command in input
	command.Cmd == "run"
	regex.match("apt-get install", command.Value[_])
	msg := sprintf("stage %d installs: %s", [command.Stage, concat(" ", command.Value)])
}

warn contains "the last user is root" if {
	users := [c.Value[0] | some c in input; c.Cmd == "user"]
	users[count(users) - 1] == "root"
}
`},
}

// conftestLib is what the packs import.
const conftestLib = "package lib\n\nimport rego.v1\n\nhalf(t) if t in {\"float16\", \"bfloat16\"}\n"

// TestConftestSaysTheSame runs packs in conftest and here.
func TestConftestSaysTheSame(t *testing.T) {
	conftest := peer(t, "conftest", conftestModule)
	for name, c := range conftestPacks {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "policy", "main.rego"), []byte(c.rego))
		writeFile(t, filepath.Join(dir, "policy", "lib.rego"), []byte(conftestLib))
		writeFile(t, filepath.Join(dir, "src", c.name), []byte(c.content))
		out := runPeer(t, dir, []int{1}, conftest, "test", "--no-color", "--output", "json", "src/"+c.name)
		var theirs []struct{ Failures, Warnings []struct{ Msg string } }
		if err := json.NewDecoder(bytes.NewReader(out)).Decode(&theirs); err != nil {
			t.Fatalf("%v: %.300s", err, out)
		}
		var want []string
		for _, r := range theirs {
			for _, m := range slices.Concat(r.Failures, r.Warnings) {
				want = append(want, m.Msg)
			}
		}
		slices.Sort(want)
		got := conftestHere(t, dir)
		if diff := gocmp.Diff(want, got); diff != "" || len(want) < 2 {
			t.Errorf("%s (-conftest +mlpolicy):\n%s%v", name, diff, want)
		}
	}
}

// conftestHere runs the pack in dir/policy over dir/src.
func conftestHere(t *testing.T, dir string) []string {
	t.Helper()
	conf := config.Default()
	conf.Packs = []engine.PackConfig{{Name: "plain", Source: filepath.Join(dir, "policy"), Kind: engine.KindConftest, Stages: []engine.Stage{engine.StageDeployment}, Level: engine.Advisory}}
	policy, err := decide.LoadPolicy(context.Background(), decide.PolicyOptions{Config: conf})
	if err != nil {
		t.Fatal(err)
	}
	src := &source.Source{FS: os.DirFS(filepath.Join(dir, "src")), Subject: sbom.Subject{Kind: "directory", Name: "case", Public: sbom.Unstated}}
	result, err := decide.Run(context.Background(), decide.Request{Head: src, Policy: policy, Config: conf, Now: caseTime})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range result.Results {
		if r.Control.Untyped {
			for _, f := range r.Findings {
				got = append(got, f.Detail)
			}
		}
	}
	slices.Sort(got)
	return got
}

// TestConftestRefusesTheSame holds what is refused here with a reason, and that what
// conftest itself does not read is not read here either.
func TestConftestRefusesTheSame(t *testing.T) {
	conftest := peer(t, "conftest", conftestModule)
	for name, tt := range map[string]struct {
		rego, reason string
		theirsToo    bool
	}{
		"Rego v0":          {"package main\n\ndeny[msg] {\n\tinput.kind == \"Deployment\"\n\tmsg := \"m\"\n}\n", "Rego v0", true},
		"exception":        {"package main\n\nexception contains rules if rules := [\"a\"]\n\ndeny_a contains \"m\" if input.kind\n", "exception is refused", false},
		"removed built-in": {"package main\n\ndeny contains \"m\" if http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1:1\"})\n", "http.send", false},
	} {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "policy", "main.rego"), []byte(tt.rego))
		writeFile(t, filepath.Join(dir, "a.yaml"), []byte("kind: Deployment\n"))
		c := exec.Command(conftest, "test", "a.yaml")
		c.Dir = dir
		out, err := c.CombinedOutput()
		if tt.theirsToo && err == nil {
			t.Errorf("%s: conftest runs it: %s", name, out)
		}
		conf := config.Default()
		conf.Packs = []engine.PackConfig{{Name: "plain", Source: filepath.Join(dir, "policy"), Kind: engine.KindConftest, Stages: []engine.Stage{engine.StageDeployment}}}
		_, err = decide.LoadPolicy(t.Context(), decide.PolicyOptions{Config: conf})
		if err == nil || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%s: %v, want %q", name, err, tt.reason)
		}
	}
}
