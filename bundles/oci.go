package bundles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

const (
	// OCIScheme starts the name of a bundle in a registry.
	OCIScheme = "oci://"
	// layerTitle is the file that `oras pull` and `conftest pull` write.
	layerTitle = "bundle.tar.gz"
	// maxManifestBytes bounds an OCI manifest; registries themselves stop at 4 MiB (OCI
	// distribution specification, "Pushing Manifests").
	maxManifestBytes = 4 << 20
)

// Remote says how a registry is reached.
type Remote struct {
	// Client sends the requests; nil is a client with the credentials of `docker login`
	// and `podman login`.
	Client remote.Client
	// CacheDir keeps pulled bundles by digest, so that a reference with a digest needs no
	// network twice; "" keeps none.
	CacheDir string
	// Offline refuses the network: only a reference with a digest that is in the cache
	// can be had.
	Offline bool
}

// Push writes a packed bundle to a registry under the given reference and returns the
// digest of its manifest. The artifact has the media types that OPA's downloader reads
// (Open Policy Agent, "OCI Downloader"): an image configuration and one
// application/vnd.oci.image.layer.v1.tar+gzip layer.
func (r Remote) Push(ctx context.Context, reference string, packed []byte) (string, error) {
	repo, tag, err := r.repository(reference)
	if err != nil {
		return "", err
	}
	config := []byte("{}")
	layer := descriptor(ocispec.MediaTypeImageLayerGzip, packed)
	layer.Annotations = map[string]string{ocispec.AnnotationTitle: layerTitle}
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: descriptor(ocispec.MediaTypeImageConfig, config), Layers: []ocispec.Descriptor{layer},
	}
	body, err := json.Marshal(manifest)
	if err != nil {
		return "", err
	}
	for _, blob := range []struct {
		desc ocispec.Descriptor
		data []byte
	}{{manifest.Config, config}, {layer, packed}} {
		err := repo.Push(ctx, blob.desc, strings.NewReader(string(blob.data)))
		if err != nil && !errors.Is(err, errdef.ErrAlreadyExists) {
			return "", fmt.Errorf("push to %s: %w", reference, err)
		}
	}
	desc := descriptor(ocispec.MediaTypeImageManifest, body)
	if err := repo.PushReference(ctx, desc, strings.NewReader(string(body)), tag); err != nil {
		return "", fmt.Errorf("push manifest to %s: %w", reference, err)
	}
	return desc.Digest.String(), nil
}

// Artifact is a bundle in a registry.
type Artifact struct {
	Packed   []byte
	Manifest string // digest of its manifest, algorithm:hex
	// Signatures returns the Sigstore bundles that refer to the artifact. Who signed, and
	// what, is not checked.
	Signatures func(ctx context.Context) ([][]byte, error)
}

// Pull returns the bundle behind a reference. The bytes are those the manifest names; who
// made them is for Open to verify.
func (r Remote) Pull(ctx context.Context, reference string) (*Artifact, error) {
	ref, err := parseReference(reference)
	if err != nil {
		return nil, err
	}
	if d, err := ref.Digest(); err == nil {
		if packed, ok := r.cached(d); ok {
			return r.artifact(reference, d, packed), nil
		}
	}
	if r.Offline {
		return nil, fmt.Errorf("%s is not in the cache and the network may not be used", reference)
	}
	repo, _, err := r.repository(reference)
	if err != nil {
		return nil, err
	}
	desc, body, err := oras.FetchBytes(ctx, repo, ref.Reference, oras.FetchBytesOptions{MaxBytes: maxManifestBytes})
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", reference, err)
	}
	if packed, ok := r.cached(desc.Digest); ok {
		return r.artifact(reference, desc.Digest, packed), nil
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("pull %s: manifest: %w", reference, err)
	}
	layer, err := oneLayer(m, ocispec.MediaTypeImageLayerGzip, maxBundleBytes)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", reference, err)
	}
	packed, err := fetchLayer(ctx, repo, layer)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", reference, err)
	}
	return r.artifact(reference, desc.Digest, packed), r.keep(desc.Digest, body, packed)
}

func (r Remote) artifact(reference string, manifest digest.Digest, packed []byte) *Artifact {
	return &Artifact{Packed: packed, Manifest: manifest.String(), Signatures: func(ctx context.Context) ([][]byte, error) {
		return r.signatures(ctx, reference, manifest)
	}}
}

// fetchLayer reads a blob and verifies its size and digest.
func fetchLayer(ctx context.Context, repo *remote.Repository, layer ocispec.Descriptor) ([]byte, error) {
	rc, err := repo.Fetch(ctx, layer)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	return content.ReadAll(rc, layer)
}

// oneLayer is the one layer of a media type.
func oneLayer(m ocispec.Manifest, mediaType string, limit int64) (ocispec.Descriptor, error) {
	var found []ocispec.Descriptor
	for _, l := range m.Layers {
		if l.MediaType == mediaType {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		return ocispec.Descriptor{}, fmt.Errorf("artifact has %d layers of type %s, want one", len(found), mediaType)
	}
	if found[0].Size > limit {
		return ocispec.Descriptor{}, fmt.Errorf("layer has %d bytes, the limit is %d", found[0].Size, limit)
	}
	return found[0], nil
}

func descriptor(mediaType string, data []byte) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(data), Size: int64(len(data))}
}

func parseReference(reference string) (registry.Reference, error) {
	name, ok := strings.CutPrefix(reference, OCIScheme)
	if !ok {
		return registry.Reference{}, fmt.Errorf("%q does not start with %s", reference, OCIScheme)
	}
	ref, err := registry.ParseReference(name)
	if err != nil {
		return ref, fmt.Errorf("%s: %w", reference, err)
	}
	if ref.Reference == "" {
		return ref, fmt.Errorf("%s has neither a tag nor a digest", reference)
	}
	return ref, nil
}

func (r Remote) repository(reference string) (repo *remote.Repository, tag string, err error) {
	ref, err := parseReference(reference)
	if err != nil {
		return nil, "", err
	}
	repo, err = remote.NewRepository(ref.Registry + "/" + ref.Repository)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", reference, err)
	}
	repo.PlainHTTP = loopback(ref.Registry)
	repo.Client = r.Client
	if repo.Client == nil {
		client := &auth.Client{Client: http.DefaultClient, Cache: auth.NewCache()}
		if store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{}); err == nil {
			client.Credential = credentials.Credential(store)
		}
		repo.Client = client
	}
	return repo, ref.Reference, nil
}

// loopback registries speak plain HTTP, as every container tool assumes of them.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// kept is where a bundle lies in the cache: its manifest under the digest of the
// manifest, and the packed bytes beside it.
func (r Remote) kept(d digest.Digest) (manifest, packed string) {
	base := filepath.Join(r.CacheDir, d.Algorithm().String(), d.Encoded())
	return base + ".json", base + ".tar.gz"
}

// cached returns a bundle from the cache if its bytes are still those that the digest
// names.
func (r Remote) cached(d digest.Digest) ([]byte, bool) {
	if r.CacheDir == "" || d.Validate() != nil {
		return nil, false
	}
	manifest, packed := r.kept(d)
	body, err := os.ReadFile(manifest)
	if err != nil || d.Algorithm().FromBytes(body) != d {
		return nil, false
	}
	var m ocispec.Manifest
	if json.Unmarshal(body, &m) != nil {
		return nil, false
	}
	layer, err := oneLayer(m, ocispec.MediaTypeImageLayerGzip, maxBundleBytes)
	if err != nil {
		return nil, false
	}
	content, err := os.ReadFile(packed)
	if err != nil || layer.Digest.Validate() != nil || layer.Digest.Algorithm().FromBytes(content) != layer.Digest {
		return nil, false
	}
	return content, true
}

func (r Remote) keep(d digest.Digest, body, content []byte) error {
	if r.CacheDir == "" {
		return nil
	}
	manifest, packed := r.kept(d)
	if err := os.MkdirAll(filepath.Dir(manifest), 0o755); err != nil {
		return fmt.Errorf("keep bundle: %w", err)
	}
	for name, data := range map[string][]byte{manifest: body, packed: content} {
		if err := replaceFile(name, data); err != nil {
			return fmt.Errorf("keep bundle: %w", err)
		}
	}
	return nil
}

// replaceFile writes a file that readers see whole or not at all.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
