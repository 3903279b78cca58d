package bundles

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Reloader follows a reference in a registry. What it returns was verified and is newer
// than what it returned before; anything else is an error, and the bundle before stays.
type Reloader struct {
	Remote    Remote
	Reference string
	PublicKey []byte
	// Revisions, if set, is shared with other readers or kept over a restart.
	Revisions *Revisions

	mu      sync.Mutex // one Next at a time
	own     Revisions
	current atomic.Pointer[Bundle]
}

// Current is the bundle in force, nil before the first.
func (r *Reloader) Current() *Bundle { return r.current.Load() }

// Next looks whether the reference names another bundle, verifies it and puts it in force.
// The second result tells whether it did.
func (r *Reloader) Next(ctx context.Context) (*Bundle, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	packed, _, err := r.Remote.Pull(ctx, r.Reference)
	if err != nil {
		return r.Current(), false, err
	}
	b, err := Open(bytes.NewReader(packed), OpenOptions{PublicKey: r.PublicKey})
	if err != nil {
		return r.Current(), false, fmt.Errorf("%s: %w", r.Reference, err)
	}
	if old := r.Current(); old != nil && old.Digest == b.Digest {
		return old, false, nil
	}
	revisions := r.Revisions
	if revisions == nil {
		revisions = &r.own
	}
	if err := revisions.Accept(r.Reference, b); err != nil {
		return r.Current(), false, err
	}
	r.current.Store(b)
	return b, true, nil
}
