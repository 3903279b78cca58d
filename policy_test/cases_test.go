package policy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/rogpeppe/go-internal/txtar"
)

// fileCase is one case: files in, the outcome of one control out. Its header says
//
//	control: DATA-001        the control that is looked at
//	outcome: fail            its outcome
//	at: train.py:3           where a finding is; one line for each finding, path or path:line
//	source: git              the files are committed to a repository first
//
// Files with a name of their own: mlpolicy.hcl is the configuration, vulns.json the
// advisories of --vulns, input.json an input document in place of files, for facts that
// only the gate has.
type fileCase struct {
	name    string // path below cases, without .txtar
	control string
	outcome string
	at      []string
	source  string
	files   map[string]string
}

// replacements keep text out of the repository that scanners for secrets rightly stop.
var replacements = strings.NewReplacer(
	"@HUB_TOKEN@", "hf_"+"QkVzTwLpXcRbNmJsHgFdYaUeIoPqZxCvBn",
	"@PASSWORD@", "rT7kq2"+"Vx9pLm",
)

func readCases(t *testing.T) []fileCase {
	t.Helper()
	var cases []fileCase
	err := fs.WalkDir(os.DirFS("cases"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".txtar" {
			return err
		}
		content, err := os.ReadFile(path.Join("cases", name))
		if err != nil {
			return err
		}
		c, err := parseCase(strings.TrimSuffix(name, ".txtar"), content)
		if err != nil {
			t.Errorf("cases/%s: %v", name, err)
		}
		cases = append(cases, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func parseCase(name string, content []byte) (fileCase, error) {
	archive := txtar.Parse(content)
	c := fileCase{name: name, files: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		switch key {
		case "control":
			c.control = value
		case "outcome":
			c.outcome = value
		case "at":
			c.at = append(c.at, value)
		case "source":
			c.source = value
		}
	}
	for _, f := range archive.Files {
		c.files[f.Name] = replacements.Replace(string(f.Data))
	}
	slices.Sort(c.at)
	if c.control == "" || !slices.Contains([]string{"fail", "pass", "unknown", "not_applicable"}, c.outcome) {
		return c, fmt.Errorf("header has control %q and outcome %q", c.control, c.outcome)
	}
	if c.outcome != "fail" && len(c.at) > 0 || c.source != "" && c.source != "git" || len(c.files) == 0 {
		return c, fmt.Errorf("findings of an outcome that is not fail, an unknown source, or no files")
	}
	for _, at := range c.at {
		file, line, _ := strings.Cut(at, ":")
		text, ok := c.files[file]
		if _, tracked := c.files[file+".dvc"]; tracked && line == "" {
			continue // the file itself is elsewhere
		}
		if _, raw := c.files["input.json"]; raw {
			continue
		}
		if n, err := strconv.Atoi(line); !ok || line != "" && (err != nil || n > strings.Count(text, "\n")) {
			return c, fmt.Errorf("there is no %s in the case", at)
		}
	}
	return c, nil
}

// TestEveryControlHasCases holds each control to one case that it denies and one that it
// allows.
func TestEveryControlHasCases(t *testing.T) {
	t.Parallel()
	seen := map[string]map[string]bool{}
	for _, c := range readCases(t) {
		key := path.Dir(c.name)
		if seen[key] == nil {
			seen[key] = map[string]bool{}
		}
		seen[key][c.control+" "+c.outcome] = true
	}
	for _, c := range controls(t, pack(t)) {
		key := strings.TrimSuffix(strings.TrimPrefix(c.Path, "policies/"), ".rego")
		for _, outcome := range []string{"fail", "pass"} {
			if !seen[key][c.ID+" "+outcome] {
				t.Errorf("%s: no case with outcome %s in cases/%s", c.ID, outcome, key)
			}
		}
		delete(seen, key)
	}
	for key := range seen {
		t.Errorf("cases/%s belongs to no control", key)
	}
}

// TestInputCases evaluates the cases over hand-written input documents.
func TestInputCases(t *testing.T) {
	modules := pack(t)
	all := controls(t, modules)
	paths := map[string]string{}
	for _, c := range all {
		paths[c.ID] = "data.mlpolicy." + strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(c.Path, "policies/"), ".rego"), "/", ".") + ".deny"
	}
	options := []func(*rego.Rego){rego.Store(inmem.NewFromObject(defaults(all))), rego.Strict(true), rego.StrictBuiltinErrors(true)}
	for _, m := range modules {
		options = append(options, rego.ParsedModule(m))
	}
	for _, c := range readCases(t) {
		text, ok := c.files["input.json"]
		if !ok {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			var input any
			if err := json.Unmarshal([]byte(text), &input); err != nil {
				t.Fatal(err)
			}
			set, err := rego.New(append(slices.Clone(options), rego.Query(paths[c.control]), rego.Input(input))...).Eval(context.Background())
			if err != nil || len(set) != 1 {
				t.Fatalf("%v, %d results", err, len(set))
			}
			findings, _ := json.Marshal(set[0].Expressions[0].Value)
			var found []struct {
				At struct {
					Path string
					Line int
				}
			}
			if err := json.Unmarshal(findings, &found); err != nil {
				t.Fatal(err)
			}
			var at []string
			for _, f := range found {
				at = append(at, place(c.at, f.At.Path, f.At.Line))
			}
			slices.Sort(at)
			if (c.outcome == "fail") != (len(found) > 0) || len(c.at) > 0 && !slices.Equal(at, c.at) {
				t.Errorf("%s: findings at %v, want %s at %v: %s", c.control, at, c.outcome, c.at, findings)
			}
		})
	}
}

// place writes a position the way the case does: with its line only where the case gives
// lines for that file.
func place(want []string, file string, line int) string {
	for _, w := range want {
		if w == file {
			return file
		}
	}
	return fmt.Sprintf("%s:%d", file, line)
}
