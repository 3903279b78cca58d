package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

// History is the recorded decisions of a database, as internal/workbench replays them.
type History struct{ Store *store.Store }

// Records calls fn for each record decided at or after since, oldest first.
func (h History) Records(ctx context.Context, since time.Time, fn func(*decide.Record) error) error {
	return h.Store.Decisions(ctx, since, func(r *store.Record) error {
		if r.RecordDigest == "" {
			return nil
		}
		content, err := h.Store.Blob(ctx, r.RecordDigest)
		if err != nil {
			return fmt.Errorf("decision %s: %w", r.ID, err)
		}
		var record decide.Record
		if err := json.Unmarshal(content, &record); err != nil {
			return fmt.Errorf("decision %s: %w", r.ID, err)
		}
		return fn(&record)
	})
}

// Input returns a recorded input by its digest.
func (h History) Input(ctx context.Context, digest string) ([]byte, error) {
	return h.Store.Input(ctx, digest)
}

// digestOf is one digest over several texts.
func digestOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d\x00%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
