package gate

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/mlpolicy/mlpolicy/bundles"
)

// Limits of the layers of an artifact that are archives.
const (
	maxLayerFiles = 1_000_000
	maxLayers     = 10_000
)

// blobs opens a blob by its descriptor.
type blobs func(ocispec.Descriptor) (io.ReadCloser, error)

// readOCI asks a registry for the manifest behind oci://HOST/NAME:TAG or …@DIGEST. Layers
// that are files are known by it; layers that are archives are read, one file at a time.
func readOCI(ctx context.Context, reference string, remote bundles.Remote) (*Listing, error) {
	body, digest, err := remote.Manifest(ctx, reference)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	source := reference
	if !strings.Contains(reference, "@") {
		source += "@" + digest // what a tag was when it was asked
	}
	return readManifest(source, body, func(d ocispec.Descriptor) (io.ReadCloser, error) { return remote.Blob(ctx, reference, d) })
}

// readManifest lists the files of an OCI image manifest (OCI image spec v1.1).
func readManifest(source string, body []byte, open blobs) (*Listing, error) {
	var m ocispec.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("registry: %s: %w", source, err)
	}
	if len(m.Layers) > maxLayers {
		return nil, fmt.Errorf("registry: %s has more than %d layers", source, maxLayers)
	}
	l := &Listing{Source: source, Files: map[string]string{}}
	for _, layer := range m.Layers {
		var err error
		if name := fileName(layer); name != "" {
			err = l.add(name, layer.Digest.String())
		} else if isArchive(layer.MediaType) {
			err = l.addArchive(layer, open)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(l.Files) == 0 {
		return nil, fmt.Errorf("registry: %s lists no file with a SHA-256 digest", source)
	}
	return l, nil
}

// fileName is the file that a layer holds as it is: ORAS and ModelPack name it in an
// annotation. A layer that is an archive has no digest of a file.
func fileName(layer ocispec.Descriptor) string {
	if isArchive(layer.MediaType) {
		return ""
	}
	for _, key := range []string{ocispec.AnnotationTitle, "org.cncf.model.filepath"} {
		if name := layer.Annotations[key]; name != "" {
			return name
		}
	}
	return ""
}

// isArchive tells by the media type; those of ModelPack, KitOps and images end alike.
func isArchive(mediaType string) bool {
	for _, end := range []string{".tar", ".tar+gzip", ".tar.gzip", "+gzip", "+zstd"} {
		if strings.HasSuffix(mediaType, end) {
			return true
		}
	}
	return false
}

// addArchive reads a layer that packs files, and holds it to its digest. A later layer
// replaces what an earlier one has (OCI image spec v1.1, layer.md).
func (l *Listing) addArchive(layer ocispec.Descriptor, open blobs) error {
	if open == nil {
		return nil
	}
	if strings.HasSuffix(layer.MediaType, "+zstd") {
		return fmt.Errorf("registry: %s: layer %s is compressed with zstd, which is not read", l.Source, short(layer.Digest.Encoded()))
	}
	blob, err := open(layer)
	if err != nil {
		return fmt.Errorf("registry: %s: %w", l.Source, err)
	}
	defer blob.Close()
	sum := sha256.New()
	whole := io.TeeReader(io.LimitReader(blob, layer.Size+1), sum)
	var packed io.Reader = whole
	if strings.HasSuffix(layer.MediaType, "gzip") {
		if packed, err = gzip.NewReader(whole); err != nil {
			return fmt.Errorf("registry: %s: layer %s: %w", l.Source, short(layer.Digest.Encoded()), err)
		}
	}
	files, err := archived(packed)
	if err == nil {
		_, err = io.Copy(io.Discard, whole) // what follows the end of the archive counts in the digest
	}
	if got := "sha256:" + hex.EncodeToString(sum.Sum(nil)); err == nil && got != layer.Digest.String() {
		err = fmt.Errorf("it has digest %s", got)
	}
	if err != nil {
		return fmt.Errorf("registry: %s: layer %s: %w", l.Source, layer.Digest, err)
	}
	for name, digest := range files {
		if err := l.add(name, digest); err != nil {
			return err
		}
	}
	return nil
}

// archived hashes the regular files of a tar archive.
func archived(r io.Reader) (map[string]string, error) {
	files := map[string]string{}
	for t := tar.NewReader(r); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg {
			continue // a link has no bytes of its own
		}
		if len(files) == maxLayerFiles {
			return nil, fmt.Errorf("it holds more than %d files", maxLayerFiles)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, t); err != nil {
			return nil, err
		}
		files[path.Clean(header.Name)] = hex.EncodeToString(sum.Sum(nil))
	}
}
