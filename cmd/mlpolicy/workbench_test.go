package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var dayToken = regexp.MustCompile(`@([+-][0-9]+)@`)

// days FILE… is a script command: it writes the day so many days from now in place of
// @+10@ or @-10@, since waivers are judged by the clock.
func days(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: days FILE…")
	}
	for _, name := range args {
		text := dayToken.ReplaceAllStringFunc(ts.ReadFile(name), func(token string) string {
			n, err := strconv.Atoi(strings.Trim(token, "@"))
			ts.Check(err)
			return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly)
		})
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
	}
}

// TestWatch changes a policy while its tests are watched, and waits for both results.
func TestWatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	env := environment{dir: dir, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	env.args = []string{"policy", "new", "ACME-001", "known_publisher", "--dir", "acme"}
	if code := run(ctx, env); code != exitAllowed {
		t.Fatalf("policy new: exit status %d", code)
	}
	policy := filepath.Join(dir, "acme", "training", "known_publisher.rego")
	source, err := os.ReadFile(policy)
	if err != nil {
		t.Fatal(err)
	}
	env.args, env.stdout = []string{"policy", "test", "--watch", "acme"}, writer
	done := make(chan int)
	go func() {
		done <- run(ctx, env)
		writer.Close()
	}()
	summaries := []string{}
	for scanner := bufio.NewScanner(reader); scanner.Scan(); {
		if !strings.Contains(scanner.Text(), " passed, ") {
			continue
		}
		summaries = append(summaries, scanner.Text())
		text := strings.Replace(string(source), `ref.kind == "model"`, `ref.kind == "dataset"`, 1)
		switch len(summaries) {
		case 2:
			text = string(source) // mended
		case 3:
			cancel()
			text = ""
		}
		if text == "" {
			break
		}
		// Another time than before, whatever the clock of the file system.
		if err := os.WriteFile(policy, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Duration(len(summaries)) * time.Minute)
		if err := os.Chtimes(policy, later, later); err != nil {
			t.Fatal(err)
		}
	}
	if code := <-done; code != exitAllowed {
		t.Errorf("exit status %d after an interrupt, want 0", code)
	}
	if len(summaries) != 3 || !strings.HasSuffix(summaries[0], " 0 failed") || strings.HasSuffix(summaries[1], " 0 failed") || !strings.HasSuffix(summaries[2], " 0 failed") {
		t.Errorf("summaries %q, want passing, failing, passing", summaries)
	}
}
