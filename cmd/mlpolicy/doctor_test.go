package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/app"
	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
)

// doctor runs the command in a folder with key and secret, against a GitHub for tests.
func doctor(t *testing.T, gh *githubtest.Server, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"app.pem": string(gh.Key), "secret": "5f3c0a19d2b87e64a1c95d0e\n", "short": "hunter2\n", "empty": "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	all := append([]string{"doctor", "--github-url", gh.URL, "--app-id", strconv.Itoa(githubtest.AppID), "--private-key", "app.pem", "--webhook-secret-file", "secret"}, args...)
	code = run(t.Context(), environment{args: all, dir: dir, stdout: &out, stderr: &errs, now: time.Now})
	return code, out.String(), errs.String()
}

func TestDoctorExits2WhenSomethingIsWrong(t *testing.T) {
	gh := githubtest.New(t)
	gh.HookURL = "https://mlpolicy.example/github/webhook"
	gh.AddRepo("model", map[string]string{"a": "ok"})
	if code, out, errs := doctor(t, gh, "--repository", "acme/model"); code != exitAllowed || !strings.Contains(out, "ok    required check") || errs != "" {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"another number":             {[]string{"--app-id", "5"}, "knows no App with the number 5\n                       --app-id is the number"},
		"the team's permission":      {[]string{"--waiver-team", "ml"}, "missing: members: read"},
		"a repository without App":   {[]string{"--repository", "acme/other"}, "not installed on acme/other"},
		"a short secret":             {[]string{"--webhook-secret-file", "short"}, "fewer than 16 bytes"},
		"an empty secret":            {[]string{"--webhook-secret-file", "empty"}, "fewer than 16 bytes"},
		"a key that is none":         {[]string{"--private-key", "secret"}, "not a PEM file"},
		"a key that is not there":    {[]string{"--private-key", "nowhere.pem"}, "--private-key: open"},
		"a server that is not there": {[]string{"--public-url", "http://127.0.0.1:1"}, "connection refused"},
	} {
		if code, out, errs := doctor(t, gh, c.args...); code != exitUsage || !strings.Contains(out+errs, c.want) {
			t.Errorf("%s: exit %d, %s%s, want 2 and %q", name, code, out, errs, c.want)
		}
	}
}

func TestDoctorAsJSONAndFromVariables(t *testing.T) {
	gh := githubtest.New(t)
	t.Setenv("MLPOLICY_WAIVER_TEAM", "ml")
	code, out, _ := doctor(t, gh, "--format", "json")
	var checks []app.Check
	if err := json.Unmarshal([]byte(out), &checks); err != nil || code != exitUsage {
		t.Fatalf("exit %d, %v in %s", code, err, out)
	}
	for _, c := range checks {
		if c.Name == "permissions" && c.State == app.CheckFail && strings.Contains(c.Text, "members: read") {
			return
		}
	}
	t.Errorf("the team of the variable is not looked at: %+v", checks)
}
