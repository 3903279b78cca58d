package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// maxBlobBytes bounds one stored document, compressed or not: an input of a repository
// with 100,000 files is some 100 MB.
const maxBlobBytes = 512 << 20

var encoder = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
})

var decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBlobBytes), zstd.WithDecoderConcurrency(1))
})

// putBlob stores content under its digest, once, and returns the digest. Nothing is
// stored for no content.
func putBlob(ctx context.Context, q querier, content []byte) (string, error) {
	if len(content) == 0 {
		return "", nil
	}
	if len(content) > maxBlobBytes {
		return "", fmt.Errorf("document of %d bytes exceeds maxBlobBytes (%d)", len(content), maxBlobBytes)
	}
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	var one int
	if q.QueryRowContext(ctx, "SELECT 1 FROM blobs WHERE digest = $1", digest).Scan(&one) == nil {
		return digest, nil
	}
	enc, err := encoder()
	if err != nil {
		return "", err
	}
	_, err = q.ExecContext(ctx, "INSERT INTO blobs (digest, size_bytes, content) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
		digest, len(content), enc.EncodeAll(content, nil))
	return digest, err
}

// Blob returns the document with a digest, and ErrNotFound when there is none.
func (s *Store) Blob(ctx context.Context, digest string) ([]byte, error) {
	var packed []byte
	err := s.db.QueryRowContext(ctx, "SELECT content FROM blobs WHERE digest = $1", digest).Scan(&packed)
	if err != nil {
		return nil, notFound(err)
	}
	dec, err := decoder()
	if err != nil {
		return nil, err
	}
	content, err := dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", digest, err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != digest {
		return nil, fmt.Errorf("document %s: stored bytes have another digest", digest)
	}
	return content, nil
}

// Input returns the input document with a digest, as it was evaluated.
func (s *Store) Input(ctx context.Context, digest string) ([]byte, error) { return s.Blob(ctx, digest) }
