package gate

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/registry"
)

// upload puts a blob or manifest into a registry, as the distribution API has it.
func upload(t *testing.T, url, mediaType string, data []byte) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPut, url, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", mediaType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("PUT %s: %s", url, resp.Status)
	}
}

func pushBlob(t *testing.T, server, repository string, data []byte) string {
	t.Helper()
	resp, err := http.Post(server+"/v2/"+repository+"/blobs/uploads/", "application/octet-stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	digest := "sha256:" + hexSum(data)
	upload(t, server+resp.Header.Get("Location")+"?digest="+digest, "application/octet-stream", data)
	return digest
}

func packed(t *testing.T, files map[string]string, compress bool) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.Writer = &out
	if compress {
		z := gzip.NewWriter(&out)
		defer z.Close()
		w = z
	}
	a := tar.NewWriter(w)
	for name, content := range files {
		if err := a.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if z, ok := w.(*gzip.Writer); ok {
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestLiveOCIRegistry reads a model from a registry by tag and by digest: layers that are
// files (ORAS), and layers that are archives (ModelPack, KitOps).
func TestLiveOCIRegistry(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	const repository = "acme/bot"
	host := strings.TrimPrefix(server.URL, "http://")
	layer := func(mediaType string, data []byte, annotations map[string]string) map[string]any {
		return map[string]any{"mediaType": mediaType, "digest": pushBlob(t, server.URL, repository, data), "size": len(data), "annotations": annotations}
	}
	push := func(tag string, layers ...map[string]any) string {
		config := layer("application/vnd.cncf.model.config.v1+json", []byte("{}"), nil)
		body, err := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": layers})
		if err != nil {
			t.Fatal(err)
		}
		upload(t, server.URL+"/v2/"+repository+"/manifests/"+tag, "application/vnd.oci.image.manifest.v1+json", body)
		return "sha256:" + hexSum(body)
	}
	title := map[string]string{"org.opencontainers.image.title": "w.safetensors"}
	digest := push("v1",
		layer("application/vnd.cncf.model.weight.v1.raw", []byte("weights"), title),
		layer("application/vnd.cncf.model.doc.v1.tar", packed(t, map[string]string{"./config.json": "{}"}, false), nil),
		layer("application/vnd.kitops.modelkit.code.v1.tar+gzip", packed(t, map[string]string{"code/m.py": "x"}, true), map[string]string{"org.opencontainers.image.title": "code.tar.gz"}),
	)
	want := map[string]string{"w.safetensors": hexSum([]byte("weights")), "config.json": hexSum([]byte("{}")), "code/m.py": hexSum([]byte("x"))}
	for _, reference := range []string{":v1", "@" + digest} {
		l, err := ReadRegistry(context.Background(), "oci://"+host+"/"+repository+reference, "", RegistryOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, l.Files); diff != "" || !strings.HasSuffix(l.Source, "@"+digest) {
			t.Errorf("%s: source %s, files (-want +got):\n%s", reference, l.Source, diff)
		}
	}

	// The gate names the registry when its bytes are others.
	req := request(t, write(t, t.TempDir(), map[string]string{"w.safetensors": "WEIGHTS"}))
	var err error
	if req.Registry, err = ReadRegistry(context.Background(), "oci://"+host+"/"+repository+":v1", "", RegistryOptions{}); err != nil {
		t.Fatal(err)
	}
	g, err := New(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Collect(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(g.Table[0].Odd) != 2 || g.Table[0].Name != "w.safetensors" {
		t.Errorf("table %+v", g.Table)
	}

	push("escapes", layer("application/vnd.oci.image.layer.v1.tar", packed(t, map[string]string{"../w": "x"}, false), nil))
	push("none", layer("application/octet-stream", []byte("x"), nil))
	upload(t, server.URL+"/v2/"+repository+"/manifests/many", "application/vnd.oci.image.index.v1+json", []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"`+digest+`","size":1},{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"`+digest+`","size":1}]}`))
	for _, reference := range []string{":gone", ":escapes", ":none", ":many", "@sha256:" + sumA, ""} {
		if l, err := ReadRegistry(context.Background(), "oci://"+host+"/"+repository+reference, "", RegistryOptions{}); err == nil {
			t.Errorf("%s was read as %v", reference, l.Files)
		}
	}
	if _, err := ReadRegistry(context.Background(), "oci://"+host+"/"+repository+":v1", "", RegistryOptions{Offline: true}); err != ErrOffline {
		t.Errorf("offline: %v", err)
	}
}

// TestRegistryThatChangesABlob gives other bytes for a layer than its manifest names.
func TestRegistryThatChangesABlob(t *testing.T) {
	t.Parallel()
	layer := packed(t, map[string]string{"w.bin": "weights"}, true)
	manifest := fmt.Sprintf(`{"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%d}]}`, hexSum(layer), len(layer))
	other := packed(t, map[string]string{"w.bin": "WEIGHTS"}, true)
	for name, blob := range map[string][]byte{"good": layer, "other": other, "cut": layer[:len(layer)-9], "longer": append(bytes.Clone(layer), 0)} {
		dir := write(t, t.TempDir(), map[string]string{"oci-layout": "{}", "index.json": `{"manifests":[{"digest":"sha256:` + hexSum([]byte(manifest)) + `"}]}`,
			"blobs/sha256/" + hexSum([]byte(manifest)): manifest, "blobs/sha256/" + hexSum(layer): string(blob)})
		l, err := ReadRegistry(context.Background(), "layout", dir, RegistryOptions{})
		if (err == nil) != (name == "good") {
			t.Errorf("%s: %v, %v", name, l, err)
		}
		if err == nil && l.Files["w.bin"] != hexSum([]byte("weights")) {
			t.Errorf("%s: %v", name, l.Files)
		}
	}
}

// bucket is a small object store that speaks S3, two objects a page.
func bucket(t *testing.T, objects map[string]s3Object, keys []string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-west-1/s3/aws4_request,SignedHeaders=host;") || r.Header.Get("X-Amz-Security-Token") != "token" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		key := strings.TrimPrefix(r.URL.Path, "/models/")
		if r.Method == http.MethodHead {
			o, ok := objects[key]
			if !ok || r.Header.Get("X-Amz-Checksum-Mode") != "ENABLED" {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.Header().Set("X-Amz-Checksum-Sha256", o.ChecksumSHA256)
			w.Header().Set("X-Amz-Checksum-Type", o.ChecksumType)
			return
		}
		q := r.URL.Query()
		if key != "" || q.Get("list-type") != "2" || q.Get("prefix") != "bot/v 1/" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		from := 0
		fmt.Sscan(q.Get("continuation-token"), &from)
		to := min(from+2, len(keys))
		fmt.Fprint(w, `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
		for _, k := range keys[from:to] {
			fmt.Fprintf(w, "<Contents><Key>%s</Key></Contents>", k)
		}
		if to < len(keys) {
			fmt.Fprintf(w, "<IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken>", to)
		}
		fmt.Fprint(w, "</ListBucketResult>")
	}))
	t.Cleanup(server.Close)
	return server
}

func TestBucket(t *testing.T) {
	t.Parallel()
	sum := func(content string) string {
		s := sha256.Sum256([]byte(content))
		return base64.StdEncoding.EncodeToString(s[:])
	}
	objects := map[string]s3Object{
		"bot/v 1/w+ü.bin":     {ChecksumSHA256: sum("w"), ChecksumType: "FULL_OBJECT"},
		"bot/v 1/sub/x":       {ChecksumSHA256: sum("x")},
		"bot/v 1/parts.bin":   {ChecksumSHA256: sum("p") + "-3"},
		"bot/v 1/compose.bin": {ChecksumSHA256: sum("c"), ChecksumType: "COMPOSITE"},
		"bot/v 1/none.bin":    {},
	}
	keys := []string{"bot/v 1/w+ü.bin", "bot/v 1/sub/x", "bot/v 1/parts.bin", "bot/v 1/compose.bin", "bot/v 1/none.bin"}
	server := bucket(t, objects, keys)
	s := S3{Endpoint: server.URL, Region: "eu-west-1", AccessKey: "AKID", SecretKey: "secret", SessionToken: "token", Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }}
	l, err := ReadRegistry(context.Background(), "s3://models/bot/v 1", "", RegistryOptions{S3: s})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"w+ü.bin": hexSum([]byte("w")), "sub/x": hexSum([]byte("x"))}, l.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for name, address := range map[string]string{"other prefix": "s3://models/other", "no bucket": "s3://"} {
		if _, err := ReadRegistry(context.Background(), address, "", RegistryOptions{S3: s}); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	s.SessionToken = ""
	if _, err := ReadRegistry(context.Background(), "s3://models/bot/v 1", "", RegistryOptions{S3: s}); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("without rights: %v", err)
	}
	if _, err := readBucket(context.Background(), "models/bot/v 1", S3{Endpoint: bucket(t, objects, keys[4:]).URL, Region: "eu-west-1", AccessKey: "AKID", SessionToken: "token", Now: s.Now}); err == nil || !strings.Contains(err.Error(), "none of 1 objects") {
		t.Errorf("no checksums: %v", err)
	}
}

// TestS3Signature computes the examples of Amazon's documentation ("Authenticating
// Requests: Using the Authorization Header").
func TestS3Signature(t *testing.T) {
	t.Parallel()
	s := S3{AccessKey: "AKIAIOSFODNN7EXAMPLE", SecretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Now: func() time.Time { return time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC) }}
	for query, want := range map[string]string{
		"lifecycle=":          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		"max-keys=2&prefix=J": "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
	} {
		req, err := http.NewRequest(http.MethodGet, "https://examplebucket.s3.amazonaws.com/?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.sign(req, "us-east-1")
		if got := req.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+want) {
			t.Errorf("%s: %s", query, got)
		}
	}
}

// TestS3ListingFile reads what the command-line tool of AWS prints.
func TestS3ListingFile(t *testing.T) {
	t.Parallel()
	s := sha256.Sum256([]byte("w"))
	dir := write(t, t.TempDir(), map[string]string{"l.json": `{"Contents":[{"Key":"w.bin","Size":1,"ChecksumSHA256":"` + base64.StdEncoding.EncodeToString(s[:]) + `","ChecksumType":"FULL_OBJECT"},{"Key":"no.bin"}]}`, "bad.json": `{"Contents":[{"Key":"w.bin","ChecksumSHA256":"%"}]}`})
	l, err := ReadRegistry(context.Background(), "l.json", filepath.Join(dir, "l.json"), RegistryOptions{Offline: true})
	if err != nil || len(l.Files) != 1 || l.Files["w.bin"] != hexSum([]byte("w")) {
		t.Errorf("%v, %v", l, err)
	}
	if l, err := ReadRegistry(context.Background(), "bad.json", filepath.Join(dir, "bad.json"), RegistryOptions{}); err == nil {
		t.Errorf("read as %v", l)
	}
}

// TestRegistryOfAnotherModel is no witness, and says so.
func TestRegistryOfAnotherModel(t *testing.T) {
	t.Parallel()
	req := request(t, write(t, t.TempDir(), map[string]string{"w.bin": "w"}))
	req.Registry = &Listing{Source: "s3://models/other", Files: map[string]string{"v.bin": sumA}}
	g, err := New(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Collect(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(g.Provenance.Gaps) != 1 || !strings.Contains(g.Provenance.Gaps[0].Reason, "none of the model") {
		t.Errorf("gaps %+v", g.Provenance.Gaps)
	}
}
