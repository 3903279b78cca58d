package bundles

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// ErrRolledBack is wrapped by errors about a bundle that is older than one that was
// already in force.
var ErrRolledBack = errors.New("bundle is rolled back")

// CompareRevisions orders revisions the way people count: digits as numbers, the rest as
// text, so that v9 is before v10 and 2026-11-09 before 2026-11-24. Commit digests have no
// order; a pack that is reloaded needs revisions that grow.
func CompareRevisions(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		if x, a = run(a); x == "" {
			break
		}
		if y, b = run(b); y == "" {
			break
		}
		if c := compareRun(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// run cuts the leading digits, or the leading text without any.
func run(s string) (first, rest string) {
	digits := digit(s[0])
	for i := range len(s) {
		if digit(s[i]) != digits {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func compareRun(x, y string) int {
	if digit(x[0]) && digit(y[0]) {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
	}
	return strings.Compare(x, y)
}

// Revisions remembers the newest verified revision of each reference, and refuses older
// ones: whoever can write to the registry cannot bring back a policy that was mended.
type Revisions struct {
	// File keeps what was seen over a restart; "" keeps it in memory alone.
	File string

	mu     sync.Mutex
	loaded bool
	newest map[string]seenRevision
}

type seenRevision struct {
	Revision string `json:"revision"`
	Digest   string `json:"sha256"`
}

// Accept remembers a verified bundle, or says why it must not replace the one before.
func (r *Revisions) Accept(reference string, b *Bundle) error {
	if !b.Signed {
		return fmt.Errorf("%s: %w", reference, ErrUnsigned)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return err
	}
	old, known := r.newest[reference]
	switch order := CompareRevisions(b.Revision, old.Revision); {
	case !known:
	case b.Digest == old.Digest:
		return nil
	case b.Revision == "":
		return fmt.Errorf("%s: %w: it has no revision, and %q was in force", reference, ErrRolledBack, old.Revision)
	case order < 0:
		return fmt.Errorf("%s: %w: revision %q is older than %q", reference, ErrRolledBack, b.Revision, old.Revision)
	case order == 0:
		return fmt.Errorf("%s: %w: other bytes under the revision %q that was in force; a change needs a revision of its own", reference, ErrRolledBack, b.Revision)
	}
	r.newest[reference] = seenRevision{b.Revision, b.Digest}
	return r.save()
}

func (r *Revisions) load() error {
	if r.loaded {
		return nil
	}
	r.newest = map[string]seenRevision{}
	if r.File != "" {
		content, err := os.ReadFile(r.File)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read revisions: %w", err)
		}
		if err == nil {
			if err := json.Unmarshal(content, &r.newest); err != nil {
				return fmt.Errorf("read revisions: %s: %w", r.File, err)
			}
		}
	}
	r.loaded = true
	return nil
}

func (r *Revisions) save() error {
	if r.File == "" {
		return nil
	}
	content, err := json.Marshal(r.newest)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.File), 0o755); err != nil {
		return fmt.Errorf("keep revisions: %w", err)
	}
	if err := replaceFile(r.File, content); err != nil {
		return fmt.Errorf("keep revisions: %w", err)
	}
	return nil
}
