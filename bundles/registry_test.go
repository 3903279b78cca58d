package bundles

import (
	"bytes"
	"crypto/elliptic"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// registryStarts bounds the wait for a server that is started by a test.
const registryStarts = 30 * time.Second

// debianRegistry starts Debian's docker-registry on loopback: the server that people run,
// where newRegistry is a small one in process.
func debianRegistry(t *testing.T) (host string) {
	t.Helper()
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		t.Skip("there is no docker-registry in PATH (Debian: apt-get install docker-registry); TestPushAndPull covers the rest in process")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host = listener.Addr().String()
	listener.Close() // the server listens there next
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage:\n  filesystem: {rootdirectory: %s}\nhttp: {addr: %q, secret: test}\n", filepath.Join(dir, "store"), host)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	server := exec.Command(program, "serve", config)
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() {
		_ = server.Process.Kill() // it may have ended already
		<-ended
	})
	for deadline := time.Now().Add(registryStarts); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if response, err := http.Get("http://" + host + "/v2/"); err == nil {
			response.Body.Close()
			return host
		}
	}
	_ = server.Process.Kill() // so that what it said may be read
	err = <-ended
	ended <- err
	t.Fatalf("docker-registry does not answer: %v\n%s", err, said.Bytes())
	return ""
}

// TestDebianRegistry pushes, pulls, pins and reloads through the registry that people run.
func TestDebianRegistry(t *testing.T) {
	t.Parallel()
	reference := OCIScheme + debianRegistry(t) + "/acme/ml-policies"
	private, public := newKey(t, elliptic.P256())
	first := build(t, BuildOptions{Revision: "v1", SigningKey: private})
	second := build(t, BuildOptions{Revision: "v2", SigningKey: private})
	remote := Remote{CacheDir: t.TempDir()}
	digest, err := remote.Push(t.Context(), reference+":latest", first)
	if err != nil {
		t.Fatal(err)
	}
	got, err := remote.Pull(t.Context(), reference+":latest")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Packed, first) || got.Manifest != digest {
		t.Fatalf("pulled %d bytes of %d, manifest %s, pushed %s", len(got.Packed), len(first), got.Manifest, digest)
	}
	var kept error
	follower := &Follower{Remote: remote, Revisions: &Revisions{}, Kept: func(_ string, why error) { kept = why }}
	next := func(revision string, why error) {
		t.Helper()
		kept = nil
		b, err := follower.Open(t.Context(), reference+":latest", OpenOptions{PublicKey: public})
		if err != nil || b.Revision != revision || !errors.Is(kept, why) {
			t.Errorf("revision %v, %v, kept for %v; want %s, %v", b, err, kept, revision, why)
		}
	}
	next("v1", nil)
	if _, err := remote.Push(t.Context(), reference+":latest", second); err != nil {
		t.Fatal(err)
	}
	next("v2", nil)
	if _, err := remote.Push(t.Context(), reference+":latest", first); err != nil {
		t.Fatal(err)
	}
	next("v2", ErrRolledBack) // the tag moved back
	if got, err := remote.Pull(t.Context(), reference+"@"+digest); err != nil || !bytes.Equal(got.Packed, first) {
		t.Errorf("a pinned digest: %v", err)
	}
	signature := []byte(`{"signature": "of v1"}`)
	if err := remote.Attach(t.Context(), reference+"@"+digest, signature); err != nil {
		t.Fatal(err)
	}
	if found, err := got.Signatures(t.Context()); err != nil || len(found) != 1 || !bytes.Equal(found[0], signature) {
		t.Errorf("signatures %q, %v", found, err)
	}
	if _, err := remote.Push(t.Context(), reference+":other", second[:len(second)/2]); err != nil {
		t.Fatal(err)
	}
	if cut, err := remote.Pull(t.Context(), reference+":other"); err == nil {
		if _, err := cut.Open(t.Context(), OpenOptions{PublicKey: public}); err == nil {
			t.Error("a bundle that was cut off opens")
		}
	}
	if _, err := remote.Pull(t.Context(), reference+":nothing"); err == nil || strings.Contains(err.Error(), "panic") {
		t.Errorf("a tag that is not there: %v", err)
	}
}
