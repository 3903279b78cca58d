package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
)

// emulatorScript finds npm's emulate 0.11.2: MLPOLICY_EMULATE names the folder it was
// installed in with `npm install --ignore-scripts emulate@0.11.2`.
func emulatorScript(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MLPOLICY_EMULATE")
	script := filepath.Join(dir, "node_modules/emulate/dist/index.js")
	if _, err := os.Stat(script); dir == "" || err != nil {
		t.Skip("the emulator is not installed; MLPOLICY_EMULATE names its folder")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	return script
}

// emulator is a GitHub that others wrote.
type emulator struct {
	t   *testing.T
	url string
}

func startEmulator(t *testing.T, key []byte, hook string) *emulator {
	t.Helper()
	script := emulatorScript(t)
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(probe.Addr().String())
	probe.Close()
	indented := "          " + strings.ReplaceAll(strings.TrimSpace(string(key)), "\n", "\n          ")
	seed := filepath.Join(t.TempDir(), "seed.yaml")
	text := fmt.Sprintf(`tokens:
  admin_token: {login: acme, scopes: [repo, user]}
github:
  users: [{login: acme, name: Acme, email: a@example.com}]
  repos: [{owner: acme, name: model, auto_init: true}]
  apps:
    - app_id: %d
      slug: mlpolicy
      name: mlpolicy
      private_key: |
%s
      permissions: {checks: write, contents: read, metadata: read, pull_requests: read}
      events: [pull_request, check_run, check_suite, push]
      webhook_url: %s
      webhook_secret: %s
      installations: [{installation_id: %d, account: acme, repository_selection: all}]
`, githubtest.AppID, indented, hook, testSecret, githubtest.InstallationID)
	if err := os.WriteFile(seed, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", script, "start", "--service", "github", "--port", port, "--seed", seed)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // it may be gone
		cmd.Wait()         //nolint:errcheck // its status is that it was killed
	})
	e := &emulator{t, "http://127.0.0.1:" + port}
	for range 200 {
		if resp, err := http.Get(e.url + "/rate_limit"); err == nil {
			resp.Body.Close()
			return e
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the emulator does not answer")
	return nil
}

// call calls the emulator as the owner of the repository.
func (e *emulator) call(method, path string, body any) map[string]any {
	e.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	req, err := http.NewRequest(method, e.url+path, bytes.NewReader(text))
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer admin_token")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	var out map[string]any
	if json.Unmarshal(answer, &out) != nil || resp.StatusCode > 299 {
		e.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	return out
}

func (e *emulator) put(name, content, branch string) {
	e.t.Helper()
	e.call(http.MethodPut, "/repos/acme/model/contents/"+name, map[string]any{"message": "m", "branch": branch, "content": base64.StdEncoding.EncodeToString([]byte(content))})
}

func (e *emulator) tip(branch string) string {
	e.t.Helper()
	commit, _ := e.call(http.MethodGet, "/repos/acme/model/branches/"+branch, nil)["commit"].(map[string]any)
	sha, _ := commit["sha"].(string)
	return sha
}

// The App against a GitHub that others wrote, behind one that refuses what GitHub's
// description does not allow. What the emulator lacks, archives, comes from us.
func TestAgainstTheEmulator(t *testing.T) {
	t.Parallel()
	emulatorScript(t)
	var ready atomic.Pointer[App]
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if app := ready.Load(); app != nil {
			app.ServeWebhook(w, r)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable) // what the emulator tells of while it is set up
	}))
	t.Cleanup(hook.Close)
	b := newBed(t, nil)
	e := startEmulator(t, b.Key, hook.URL)
	base := e.tip("main")
	e.call(http.MethodPost, "/repos/acme/model/git/refs", map[string]any{"ref": "refs/heads/topic", "sha": base})
	e.put("a.py", strings.Repeat("BAD data\n", 70), "topic")
	head := e.tip("topic")
	trees := map[string]map[string]string{base: {"README.md": "x"}, head: {"README.md": "x", "a.py": strings.Repeat("BAD data\n", 70)}}
	proxy := newStrict(t, e.url)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i := strings.Index(r.URL.Path, "/tarball/"); i >= 0 {
			ref := r.URL.Path[i+len("/tarball/"):]
			if files := trees[ref]; files != nil && r.Header.Get("Authorization") != "" {
				w.Write(githubtest.Pack("acme-model", ref, files)) //nolint:errcheck // the App may be gone
				return
			}
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if i := strings.Index(r.URL.Path, "/git/trees/"); i >= 0 { // the files above are not those of the emulator
			ref := r.URL.Path[i+len("/git/trees/"):]
			_ = json.NewEncoder(w).Encode(githubtest.Tree(ref, trees[ref])) // the App may be gone
			return
		}
		if strings.HasSuffix(r.URL.Path, "/reviews") && strings.Contains(r.URL.Path, "/pulls/") {
			fmt.Fprint(w, "[]") // not known to the emulator
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	opts := b.app.Options
	opts.GitHubURL, opts.Metrics = front.URL, nil
	opts.Timing.OrgLaw = time.Hour
	var err error
	if b.app, err = New(opts); err != nil {
		t.Fatal(err)
	}
	ready.Store(b.app)
	b.run()
	pull := e.call(http.MethodPost, "/repos/acme/model/pulls", map[string]any{"title": "t", "head": "topic", "base": "main"})
	runs := func() map[string]map[string]any {
		list, _ := e.call(http.MethodGet, "/repos/acme/model/commits/"+head+"/check-runs", nil)["check_runs"].([]any)
		out := map[string]map[string]any{}
		for _, item := range list {
			run, _ := item.(map[string]any)
			name, _ := run["name"].(string)
			if _, twice := out[name]; twice {
				t.Errorf("%q exists twice", name)
			}
			out[name] = run
		}
		return out
	}
	eventually(t, func() string {
		got := runs()
		if got["mlpolicy"]["conclusion"] == "failure" && got["mlpolicy / data"]["conclusion"] == "failure" && len(got) == 2 {
			return ""
		}
		return fmt.Sprintf("runs of pull request %v: %v\nrefused: %v\n%s", pull["number"], got, proxy.problems(), tail(b.log.String()))
	})
	b.idle()
	if bad := proxy.problems(); len(bad) > 0 {
		t.Errorf("requests that do not fit:\n%s", strings.Join(bad, "\n"))
	}
}
