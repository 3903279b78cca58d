package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/workbench"
)

// embeddedPrefix begins the packages of the embedded pack.
const embeddedPrefix = "mlpolicy."

// explainTimeout bounds one explanation, and how long a reader waits for those of others:
// one is made at a time, since each evaluates a whole input again.
const explainTimeout = 30 * time.Second

// maxExplained bounds the controls that a check run explains in full: each is evaluated
// again and traced.
const maxExplained = 5

// Explain evaluates a control over the recorded input of a decision again, and says how
// often each of its conditions held, as `mlpolicy policy explain` does. The policies of a
// repository are not recorded: where this server has them no longer, it says so. Rules of
// others are not traced here: what confines their evaluation does not trace.
func (d *Decider) Explain(ctx context.Context, s *store.Store, r *store.Record, control string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, explainTimeout)
	defer cancel()
	select {
	case d.explaining() <- struct{}{}:
		defer func() { <-d.explaining() }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	content, err := s.Blob(ctx, r.RecordDigest)
	if err != nil {
		return "", err
	}
	var record decide.Record
	if err := json.Unmarshal(content, &record); err != nil {
		return "", fmt.Errorf("decision %s: %w", r.ID, err)
	}
	policy, err := d.recorded(ctx, r.PolicyDigest, record.Config)
	if err != nil {
		return "", err
	}
	if policy == nil {
		return elsewhere("The policies of this decision are not loaded here any more.", control), nil
	}
	if content, err = s.Input(ctx, r.InputDigest); err != nil {
		return "", err
	}
	in, err := engine.ReadInput(content)
	if err != nil {
		return "", err
	}
	results, err := policy.Evaluate(ctx, in)
	if err != nil {
		return "", err
	}
	for _, result := range results {
		if result.Control.ID != control {
			continue
		}
		if !strings.HasPrefix(result.Control.Package, embeddedPrefix) {
			return elsewhere("Only controls of the embedded pack are traced on a server.", control), nil
		}
		x, err := workbench.Explain(ctx, policy, in, result)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		err = x.Text(&b)
		return b.String(), err
	}
	return "", store.ErrNotFound
}

// elsewhere says where an explanation can be had that this server does not give.
func elsewhere(why, control string) string {
	return why + " In a checkout of the commit:\n\n  mlpolicy policy explain " + control + " --base BASE\n"
}

// explaining holds the one explanation that is made at a time.
func (d *Decider) explaining() chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.explainer == nil {
		d.explainer = make(chan struct{}, 1)
	}
	return d.explainer
}

// recorded returns the policies with a digest: those that are loaded, or the embedded pack
// under the recorded configuration; nil when they are neither.
func (d *Decider) recorded(ctx context.Context, digest string, config *engine.Config) (*engine.Policy, error) {
	d.mu.Lock()
	for _, p := range d.policies {
		if p.Digest() == digest {
			d.mu.Unlock()
			return p, nil
		}
	}
	d.mu.Unlock()
	if config == nil || len(config.Packs) > 0 {
		return nil, nil
	}
	p, err := decide.LoadPolicy(ctx, decide.PolicyOptions{Config: config})
	if err != nil || p.Digest() != digest {
		return nil, err
	}
	return p, nil
}
