package bundles

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
)

const (
	// signatureType is the type of a Sigstore bundle that refers to an artifact, and of
	// its layer (Sigstore, "Bundle Format"; cosign, "Bundle Spec: OCI").
	signatureType = "application/vnd.dev.sigstore.bundle.v0.3+json"
	// maxReferrers bounds what is looked at for signatures of one artifact,
	// maxSignatureBytes one of them.
	maxReferrers      = 64
	maxSignatureBytes = 1 << 20
)

// Attach lets a Sigstore bundle refer to the artifact behind a reference, where Pull and
// cosign find it (OCI image specification 1.1, "Referrers").
func (r Remote) Attach(ctx context.Context, reference string, signature []byte) error {
	if len(signature) > maxSignatureBytes {
		return fmt.Errorf("signature has %d bytes, limit maxSignatureBytes is %d", len(signature), maxSignatureBytes)
	}
	repo, tag, err := r.repository(reference)
	if err != nil {
		return err
	}
	subject, err := repo.Resolve(ctx, tag)
	if err != nil {
		return fmt.Errorf("sign %s: %w", reference, err)
	}
	layer := descriptor(signatureType, signature)
	if err := repo.Push(ctx, layer, bytes.NewReader(signature)); err != nil && !errors.Is(err, errdef.ErrAlreadyExists) {
		return fmt.Errorf("push signature to %s: %w", reference, err)
	}
	_, err = oras.PackManifest(ctx, repo, oras.PackManifestVersion1_1, signatureType, oras.PackManifestOptions{
		Subject: &subject, Layers: []ocispec.Descriptor{layer},
		// A time of its own would make another manifest of the same signature.
		ManifestAnnotations: map[string]string{ocispec.AnnotationCreated: "1970-01-01T00:00:00Z"},
	})
	if err != nil {
		return fmt.Errorf("push signature to %s: %w", reference, err)
	}
	return nil
}

// signatures asks the registry, which may have more than before. The cache serves when it
// cannot be asked.
func (r Remote) signatures(ctx context.Context, reference string, manifest digest.Digest) ([][]byte, error) {
	if r.Offline {
		return r.keptSignatures(manifest), nil
	}
	found, err := r.fetchSignatures(ctx, reference, manifest)
	if err != nil {
		if kept := r.keptSignatures(manifest); len(kept) > 0 {
			return kept, nil
		}
		return nil, fmt.Errorf("signatures of %s: %w", reference, err)
	}
	if r.CacheDir == "" || len(found) == 0 {
		return found, nil
	}
	content, err := json.Marshal(found)
	if err == nil {
		name := r.signatureFile(manifest)
		if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil {
			err = replaceFile(name, content)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("keep signatures: %w", err)
	}
	return found, nil
}

func (r Remote) fetchSignatures(ctx context.Context, reference string, manifest digest.Digest) ([][]byte, error) {
	repo, _, err := r.repository(reference)
	if err != nil {
		return nil, err
	}
	subject, err := repo.Resolve(ctx, manifest.String())
	if err != nil {
		return nil, err
	}
	var all []ocispec.Descriptor
	// Registries disagree on what the artifact type in this list is, so it is not asked for.
	err = repo.Referrers(ctx, subject, "", func(referrers []ocispec.Descriptor) error {
		if all = append(all, referrers...); len(all) > maxReferrers {
			return fmt.Errorf("more than maxReferrers (%d) refer to it", maxReferrers)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, desc := range all {
		signature, err := fetchSignature(ctx, repo, desc)
		if err != nil {
			return nil, err
		}
		if signature != nil {
			out = append(out, signature)
		}
	}
	return out, nil
}

// fetchSignature returns the Sigstore bundle in a referrer, nil when it is something else.
func fetchSignature(ctx context.Context, repo *remote.Repository, desc ocispec.Descriptor) ([]byte, error) {
	if desc.MediaType != ocispec.MediaTypeImageManifest || desc.Size > maxManifestBytes {
		return nil, nil
	}
	body, err := content.FetchAll(ctx, repo, desc)
	if err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	layer, err := oneLayer(m, signatureType, maxSignatureBytes)
	if err != nil {
		return nil, nil
	}
	return fetchLayer(ctx, repo, layer)
}

// signatureFile is where the signatures of a manifest lie in the cache. They prove
// themselves, so nothing binds the file.
func (r Remote) signatureFile(manifest digest.Digest) string {
	name, _ := r.kept(manifest)
	return strings.TrimSuffix(name, ".json") + ".signatures.json"
}

func (r Remote) keptSignatures(manifest digest.Digest) [][]byte {
	if r.CacheDir == "" {
		return nil
	}
	var out [][]byte
	body, err := os.ReadFile(r.signatureFile(manifest))
	if err != nil || json.Unmarshal(body, &out) != nil {
		return nil
	}
	return out
}
