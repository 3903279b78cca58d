package bundles

import (
	"context"
	"strings"
	"sync"
)

// Follower opens bundles by tags that move, for a program that runs for long. What it
// opens was verified and is not older than what it opened before under the same name.
// When the registry cannot be reached, or holds what must not be used, the bundle that
// was in force stays.
type Follower struct {
	Remote    Remote
	Revisions *Revisions
	// Kept, if set, is told when the bundle before stays in force, and why.
	Kept func(reference string, why error)

	mu    sync.Mutex
	known map[string]*Artifact // by reference
}

// maxFollowed bounds the references whose bundle is kept in memory.
const maxFollowed = 64

// Open opens what the reference names now, or the bundle that was in force. Either is
// verified as the options say. A digest in the reference is what was asked for: it is
// opened or it is an error.
func (f *Follower) Open(ctx context.Context, reference string, opts OpenOptions) (*Bundle, error) {
	b, err := f.newest(ctx, reference, opts)
	before := f.before(reference)
	if err == nil || before == nil || ctx.Err() != nil {
		return b, err
	}
	b, stale := before.Open(ctx, opts) // another key may be trusted by now
	if stale != nil {
		return nil, err
	}
	if f.Kept != nil {
		f.Kept(reference, err)
	}
	return b, nil
}

// newest opens what the reference names now. What a digest names is not remembered: it
// cannot move.
func (f *Follower) newest(ctx context.Context, reference string, opts OpenOptions) (*Bundle, error) {
	a, err := f.Remote.Pull(ctx, reference)
	if err != nil {
		return nil, err
	}
	b, err := a.Open(ctx, opts)
	if err != nil || strings.Contains(reference, "@") {
		return b, err
	}
	if err := f.Revisions.Accept(reference, b); err != nil {
		return nil, err
	}
	f.remember(reference, a)
	return b, nil
}

func (f *Follower) before(reference string) *Artifact {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known[reference]
}

func (f *Follower) remember(reference string, a *Artifact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[string]*Artifact{}
	}
	if _, ok := f.known[reference]; !ok && len(f.known) >= maxFollowed {
		return
	}
	f.known[reference] = a
}
