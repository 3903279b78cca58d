package bundles

import (
	"bytes"
	"crypto/elliptic"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// newRegistry serves an OCI registry on loopback.
func newRegistry(t *testing.T) (host string) {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestPushAndPull(t *testing.T) {
	t.Parallel()
	private, public := newKey(t, elliptic.P256())
	packed := build(t, BuildOptions{Revision: "r1", SigningKey: private})
	reference := OCIScheme + newRegistry(t) + "/acme/ml-policies"
	cache := t.TempDir()
	r := Remote{CacheDir: cache}
	digest, err := r.Push(t.Context(), reference+":v1", packed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Pull(t.Context(), reference+":v1")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Packed, packed) || got.Manifest != digest {
		t.Fatalf("pulled %d bytes of %d, manifest %s, pushed %s", len(got.Packed), len(packed), got.Manifest, digest)
	}
	if _, err := got.Open(t.Context(), OpenOptions{PublicKey: public}); err != nil {
		t.Errorf("pulled bundle does not open: %v", err)
	}
	offline := Remote{CacheDir: cache, Offline: true}
	if got, err := offline.Pull(t.Context(), reference+"@"+digest); err != nil || !bytes.Equal(got.Packed, packed) {
		t.Errorf("a pinned bundle is not in the cache: %v", err)
	}
	if _, err := offline.Pull(t.Context(), reference+":v1"); err == nil {
		t.Error("a tag was resolved without a network")
	}
	kept, err := filepath.Glob(filepath.Join(cache, "sha256", "*.tar.gz"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("cache holds %v, %v", kept, err)
	}
	if err := os.WriteFile(kept[0], append(packed, 'x'), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := offline.Pull(t.Context(), reference+"@"+digest); err == nil {
		t.Error("a changed file of the cache was used")
	}
}

func TestPullRefuses(t *testing.T) {
	t.Parallel()
	host := newRegistry(t)
	for name, reference := range map[string]string{
		"no scheme":       host + "/acme/p:v1",
		"no tag":          OCIScheme + host + "/acme/p",
		"nothing there":   OCIScheme + host + "/acme/p:v1",
		"another digest":  OCIScheme + host + "/acme/p@sha256:" + strings.Repeat("0", 64),
		"not a reference": OCIScheme + "///",
	} {
		if got, err := (Remote{}).Pull(t.Context(), reference); err == nil {
			t.Errorf("%s: pulled %d bytes", name, len(got.Packed))
		}
	}
}
