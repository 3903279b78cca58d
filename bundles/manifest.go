package bundles

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
)

// Manifest returns the image manifest behind a reference to any artifact, and its digest,
// which the bytes have. An index is followed when it holds one manifest: with several,
// which one is deployed would be a guess.
func (r Remote) Manifest(ctx context.Context, reference string) (body []byte, digest string, err error) {
	if r.Offline {
		return nil, "", fmt.Errorf("%s is in a registry and the network may not be used", reference)
	}
	repo, tag, err := r.repository(reference)
	if err != nil {
		return nil, "", err
	}
	desc, body, err := oras.FetchBytes(ctx, repo, tag, oras.FetchBytesOptions{MaxBytes: maxManifestBytes})
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", reference, err)
	}
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, "", fmt.Errorf("read %s: manifest: %w", reference, err)
	}
	if len(index.Manifests) == 0 {
		return body, desc.Digest.String(), nil
	}
	if len(index.Manifests) > 1 {
		return nil, "", fmt.Errorf("%s is an index of %d manifests, not one: name it by its digest", reference, len(index.Manifests))
	}
	only := index.Manifests[0]
	desc, body, err = oras.FetchBytes(ctx, repo, only.Digest.String(), oras.FetchBytesOptions{MaxBytes: maxManifestBytes})
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", reference, err)
	}
	return body, desc.Digest.String(), nil
}

// Blob opens a blob of the artifact behind a reference. The reader does not check the
// bytes: who reads them compares their digest.
func (r Remote) Blob(ctx context.Context, reference string, blob ocispec.Descriptor) (io.ReadCloser, error) {
	repo, _, err := r.repository(reference)
	if err != nil {
		return nil, err
	}
	return repo.Fetch(ctx, blob)
}
