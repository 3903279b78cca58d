package gate

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/internal/attest"
)

// Listing is what a registry says the bytes of a model are.
type Listing struct {
	Source string
	Files  map[string]string // path → hex SHA-256
	Root   string            // of the whole model, when the registry has one
}

// Limits of a registry's answer.
const (
	maxListingBytes = 64 << 20
	maxHubPages     = 100 // of 1,000 files each
)

// RegistryOptions says how a registry may be read.
type RegistryOptions struct {
	Offline bool
	HubURL  string // https://huggingface.co when empty
	Client  *http.Client
	OCI     bundles.Remote // how OCI registries are reached
	S3      S3             // how s3:// is reached
}

// ErrOffline is returned for a registry that only the network has.
var ErrOffline = errors.New("the registry is remote and --offline was given")

// Remote tells whether a registry is read over the network.
func Remote(name string) bool {
	for _, scheme := range []string{"hf://", "s3://", bundles.OCIScheme} {
		if strings.HasPrefix(name, scheme) {
			return true
		}
	}
	return false
}

// ReadRegistry reads a registry: hf://ORG/NAME@REVISION asks the hub for the digests of
// its large files, oci://HOST/NAME:TAG a container registry for those of its layers and
// s3://BUCKET/PREFIX a bucket for the checksums of its objects; a directory is an OCI layout, a version of an MLflow file store, or
// a plain copy of the model; a file is an OCI manifest or a JSON listing.
func ReadRegistry(ctx context.Context, name, onDisk string, opts RegistryOptions) (*Listing, error) {
	if Remote(name) && opts.Offline {
		return nil, ErrOffline
	}
	if repo, ok := strings.CutPrefix(name, "hf://"); ok {
		return readHub(ctx, repo, opts)
	}
	if strings.HasPrefix(name, bundles.OCIScheme) {
		return readOCI(ctx, name, opts.OCI)
	}
	if address, ok := strings.CutPrefix(name, "s3://"); ok {
		return readBucket(ctx, address, opts.S3)
	}
	info, err := os.Stat(onDisk)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	if info.IsDir() {
		return readDirectory(ctx, name, onDisk)
	}
	data, err := readLimited(onDisk)
	if err != nil {
		return nil, err
	}
	return parseListing(name, data)
}

func readLimited(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxListingBytes+1))
	if err == nil && len(data) > maxListingBytes {
		err = fmt.Errorf("registry: %s is larger than %d bytes", file, maxListingBytes)
	}
	return data, err
}

// parseListing reads an OCI image manifest (OCI image spec v1.1, "layers"), the tree
// listing of the Hugging Face Hub, a listing of S3 objects with checksums, or {"files":
// [{"path", "sha256"}]}.
func parseListing(name string, data []byte) (*Listing, error) {
	l := &Listing{Source: name, Files: map[string]string{}}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return l, l.addHub(data)
	}
	var document struct {
		Layers   []ocispec.Descriptor `json:"layers"`
		Contents []s3Object           `json:"Contents"`
		Files    []struct {
			Path   string `json:"path"`
			SHA256 string `json:"sha256"`
			Digest string `json:"digest"`
		} `json:"files"`
		Root string `json:"root"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("registry: %s: %w", name, err)
	}
	for _, layer := range document.Layers {
		if title := fileName(layer); title != "" {
			if err := l.add(title, layer.Digest.String()); err != nil {
				return nil, err
			}
		}
	}
	for _, o := range document.Contents {
		if err := l.addObject("", o); err != nil {
			return nil, err
		}
	}
	for _, f := range document.Files {
		digest := f.Digest
		if f.SHA256 != "" {
			digest = f.SHA256
		}
		if err := l.add(f.Path, digest); err != nil {
			return nil, err
		}
	}
	l.Root = strings.TrimPrefix(document.Root, "sha256:")
	if len(l.Files) == 0 && l.Root == "" {
		return nil, fmt.Errorf("registry: %s lists no file with a SHA-256 digest", name)
	}
	return l, nil
}

func (l *Listing) add(name, digest string) error {
	value := strings.ToLower(strings.TrimPrefix(digest, "sha256:"))
	if raw, err := hex.DecodeString(value); err != nil || len(raw) != 32 {
		return fmt.Errorf("registry: %s: %q of %s is no SHA-256 digest", l.Source, digest, name)
	}
	if !fs.ValidPath(name) {
		return fmt.Errorf("registry: %s: %q is no path inside a model", l.Source, name)
	}
	l.Files[name] = value
	return nil
}

// addHub adds the answer of GET /api/models/{repo}/tree/{revision}: the oid of a large
// file is its SHA-256, the oid of a small one is a git hash and proves nothing here.
func (l *Listing) addHub(data []byte) error {
	var entries []struct {
		Type string `json:"type"`
		Path string `json:"path"`
		LFS  *struct {
			OID string `json:"oid"`
		} `json:"lfs"`
	}
	if err := json.Unmarshal(data, &entries); err != nil {
		return fmt.Errorf("registry: %s: %w", l.Source, err)
	}
	for _, e := range entries {
		if e.LFS != nil {
			if err := l.add(e.Path, e.LFS.OID); err != nil {
				return err
			}
		}
	}
	return nil
}

var hubRepo = regexp.MustCompile(`^([\w.-]+/[\w.-]+)@([\w./-]+)$`)

func readHub(ctx context.Context, repo string, opts RegistryOptions) (*Listing, error) {
	m := hubRepo.FindStringSubmatch(repo)
	if m == nil {
		return nil, fmt.Errorf("registry: hf://%s is not hf://ORG/NAME@REVISION", repo)
	}
	base := opts.HubURL
	if base == "" {
		base = "https://huggingface.co"
	}
	l := &Listing{Source: "hf://" + repo, Files: map[string]string{}}
	next := fmt.Sprintf("%s/api/models/%s/tree/%s?recursive=true", strings.TrimSuffix(base, "/"), m[1], url.PathEscape(m[2]))
	for range maxHubPages {
		data, link, err := get(ctx, opts.Client, next)
		if err != nil {
			return nil, err
		}
		if err := l.addHub(data); err != nil {
			return nil, err
		}
		if link == "" {
			return l, nil
		}
		next = link
	}
	return nil, fmt.Errorf("registry: hf://%s has more than %d pages of files", repo, maxHubPages)
}

var nextLink = regexp.MustCompile(`<([^>]+)>;\s*rel="next"`)

func get(ctx context.Context, client *http.Client, address string) (data []byte, next string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("registry: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("registry: %s answers %s", address, resp.Status)
	}
	data, err = io.ReadAll(io.LimitReader(resp.Body, maxListingBytes+1))
	if err != nil || len(data) > maxListingBytes {
		return nil, "", fmt.Errorf("registry: answer of %s is incomplete or larger than %d bytes", address, maxListingBytes)
	}
	if m := nextLink.FindStringSubmatch(resp.Header.Get("Link")); m != nil {
		next = m[1]
	}
	return data, next, nil
}

func readDirectory(ctx context.Context, name, dir string) (*Listing, error) {
	if _, err := os.Stat(filepath.Join(dir, "oci-layout")); err == nil {
		return readLayout(name, dir)
	}
	if target, ok := mlflowSource(dir); ok {
		dir = target
	}
	m, err := attest.BuildManifest(ctx, dir, attest.ModelOptions{})
	if err != nil {
		return nil, fmt.Errorf("registry: %s: %w", name, err)
	}
	return &Listing{Source: name, Files: m.FileDigests()}, nil
}

var mlflowSourceLine = regexp.MustCompile(`(?m)^source:\s*['"]?(?:file://)?([^'"\s]+)`)

// mlflowSource is where a version directory of an MLflow file store (meta.yaml) keeps
// its artifacts.
func mlflowSource(dir string) (string, bool) {
	data, err := os.ReadFile(filepath.Join(dir, "meta.yaml"))
	if err != nil || len(data) > maxListingBytes {
		return "", false
	}
	m := mlflowSourceLine.FindSubmatch(data)
	if m == nil {
		return "", false
	}
	target := string(m[1])
	if !filepath.IsAbs(target) {
		target = filepath.Join(dir, target)
	}
	info, err := os.Stat(target)
	return target, err == nil && info.IsDir()
}

// readLayout reads the only manifest of an OCI image layout, and checks that the blobs
// it names are those bytes (OCI image spec v1.1, image-layout.md).
func readLayout(name, dir string) (*Listing, error) {
	data, err := readLimited(filepath.Join(dir, "index.json"))
	if err != nil {
		return nil, err
	}
	var index struct {
		Manifests []ocispec.Descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("registry: %s: index.json: %w", name, err)
	}
	if len(index.Manifests) != 1 {
		return nil, fmt.Errorf("registry: %s has %d manifests, not one", name, len(index.Manifests))
	}
	digest := strings.TrimPrefix(index.Manifests[0].Digest.String(), "sha256:")
	if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 {
		return nil, fmt.Errorf("registry: %s: %q is no SHA-256 digest", name, index.Manifests[0].Digest)
	}
	manifest, err := readLimited(filepath.Join(dir, "blobs", "sha256", digest))
	if err != nil {
		return nil, err
	}
	if got := hexSum(manifest); got != digest {
		return nil, fmt.Errorf("registry: %s: manifest %s holds other bytes (%s)", name, short(digest), short(got))
	}
	return readManifest(path.Join(name, "manifest"), manifest, func(d ocispec.Descriptor) (io.ReadCloser, error) {
		if err := d.Digest.Validate(); err != nil {
			return nil, err
		}
		return os.Open(filepath.Join(dir, "blobs", d.Digest.Algorithm().String(), d.Digest.Encoded()))
	})
}
