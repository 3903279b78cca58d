package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxCachedSources bounds the base trees that are kept open: one per active branch.
	maxCachedSources = 16
	// maxOrgLaws bounds the organisations whose law is kept.
	maxOrgLaws = 256
	// OrgLawRepository is the repository of an organisation that holds its law.
	OrgLawRepository = ".mlpolicy"
)

// open reads a commit of a repository as data.
func (a *App) open(ctx context.Context, c *repoClient, sha string) (*source.Source, error) {
	body, err := c.archive(ctx, sha)
	if err != nil {
		return nil, fmt.Errorf("read %s at %s: %w", c.FullName(), sha, err)
	}
	defer body.Close()
	public := sbom.Tri(c.Public)
	if public == "" {
		public = sbom.Unstated
	}
	src, err := source.Archive(ctx, body, sbom.Subject{Kind: "git", Name: a.api.Hostname() + "/" + c.FullName(), Revision: sha, Public: public}, source.Budget{})
	if err != nil {
		return nil, err
	}
	if err := c.complete(ctx, src, sha); err != nil {
		src.Close() //nolint:errcheck // a read-only descriptor
		return nil, err
	}
	return src, nil
}

// complete makes an archive what was committed: the commit itself says what is left out
// of its archive. A tree that GitHub does not list in full cannot be compared.
func (c *repoClient) complete(ctx context.Context, src *source.Source, sha string) error {
	tree, _, err := c.Git.GetTree(ctx, c.Owner, c.Name, sha, true)
	if err != nil {
		return fmt.Errorf("read the tree of %s at %s: %w", c.FullName(), sha, err)
	}
	if tree.GetTruncated() {
		return &source.ArchiveError{Reason: "GitHub lists only a part of the tree of " + sha + ", so that its archive cannot be compared with it"}
	}
	entries := make([]source.TreeEntry, len(tree.Entries))
	for i, e := range tree.Entries {
		entries[i] = source.TreeEntry{Path: e.GetPath(), Mode: e.GetMode(), Type: e.GetType(), Blob: e.GetSHA(), Size: int64(e.GetSize())}
	}
	return src.Complete(ctx, entries, func(ctx context.Context, blob string) ([]byte, error) {
		content, _, err := c.Git.GetBlobRaw(ctx, c.Owner, c.Name, blob)
		return content, err
	})
}

// Base is the commit that a head changes: its tree holds the law, and what it already
// has is known. Inventory is filled by the first evaluation and used again.
type Base struct {
	*source.Source
	mu        sync.Mutex
	inventory *sbom.Inventory
}

// Inventory returns what an earlier evaluation found in the base, nil before the first.
func (b *Base) Inventory() *sbom.Inventory {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.inventory
}

// SetInventory keeps what was found.
func (b *Base) SetInventory(inv *sbom.Inventory) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inventory = inv
}

type sourceKey struct {
	repository int64
	sha        string
}

type cachedSource struct {
	base *Base
	refs int
	used int64
}

// sourceCache keeps base trees open. One that is in use is never closed.
type sourceCache struct {
	mu      sync.Mutex
	clock   int64
	entries map[sourceKey]*cachedSource
}

func newSourceCache() *sourceCache { return &sourceCache{entries: map[sourceKey]*cachedSource{}} }

// base returns the tree of a base commit and a func that gives it back.
func (a *App) base(ctx context.Context, c *repoClient, sha string) (*Base, func(), error) {
	key := sourceKey{c.ID, sha}
	if base, release, ok := a.sources.get(key); ok {
		return base, release, nil
	}
	src, err := a.open(ctx, c, sha)
	if err != nil {
		return nil, nil, err
	}
	base, release := a.sources.put(key, &Base{Source: src})
	return base, release, nil
}

func (s *sourceCache) get(key sourceKey) (*Base, func(), bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[key]
	if !ok {
		return nil, nil, false
	}
	return s.use(e)
}

// use counts a user; mu is held.
func (s *sourceCache) use(e *cachedSource) (*Base, func(), bool) {
	s.clock++
	e.refs, e.used = e.refs+1, s.clock
	return e.base, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		e.refs--
		s.evict()
	}), true
}

// put keeps a tree, or closes it when another worker was faster.
func (s *sourceCache) put(key sourceKey, base *Base) (*Base, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[key]
	if ok {
		base.Close() //nolint:errcheck // a read-only descriptor
	} else {
		e = &cachedSource{base: base}
		s.entries[key] = e
	}
	kept, release, _ := s.use(e)
	return kept, release
}

// evict closes the trees that were used longest ago; mu is held.
func (s *sourceCache) evict() {
	for len(s.entries) > maxCachedSources {
		var oldest sourceKey
		found := false
		for key, e := range s.entries {
			if e.refs == 0 && (!found || e.used < s.entries[oldest].used) {
				oldest, found = key, true
			}
		}
		if !found {
			return
		}
		s.entries[oldest].base.Close() //nolint:errcheck // a read-only descriptor
		delete(s.entries, oldest)
	}
}

func (s *sourceCache) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, e := range s.entries {
		if e.refs == 0 {
			e.base.Close() //nolint:errcheck // a read-only descriptor
			delete(s.entries, key)
		}
	}
}

// orgLaws keeps the law repositories of organisations for a few minutes.
type orgLaws struct {
	mu      sync.Mutex
	entries map[string]orgLaw
}

type orgLaw struct {
	files   *source.Source // nil when the organisation has none; left to the collector
	fetched time.Time
}

func newOrgLaws() *orgLaws { return &orgLaws{entries: map[string]orgLaw{}} }

// orgFiles returns the tree of the organisation's law repository, nil when there is
// none. One that was there before and cannot be read now is an error: its law would be
// silently left out.
func (a *App) orgFiles(ctx context.Context, r store.Repository) (fs.FS, error) {
	if r.Name == OrgLawRepository {
		return nil, nil // it is judged by its own base branch
	}
	a.law.mu.Lock()
	law, ok := a.law.entries[r.Owner]
	a.law.mu.Unlock()
	if !ok || a.Now().Sub(law.fetched) > a.Timing.OrgLaw {
		var err error
		if law, err = a.fetchOrgLaw(ctx, r); err != nil {
			return nil, err
		}
		a.law.mu.Lock()
		if len(a.law.entries) >= maxOrgLaws {
			clear(a.law.entries)
		}
		a.law.entries[r.Owner] = law
		a.law.mu.Unlock()
	}
	if law.files == nil {
		return nil, nil
	}
	return law.files.FS, nil
}

// fetchOrgLaw reads the default branch of an organisation's law repository, as it was
// committed: what its archive leaves out by export-ignore would be law that is lost.
func (a *App) fetchOrgLaw(ctx context.Context, r store.Repository) (orgLaw, error) {
	mark := "org-law:" + r.Owner
	c := a.clients.named(r.Installation, r.Owner, OrgLawRepository, scopeLaw)
	sha, _, err := c.Repositories.GetCommitSHA1(ctx, c.Owner, c.Name, "HEAD", "")
	if moved(err) || notInstalled(err) || status(err) == http.StatusConflict { // 409: there is no commit in it
		seen, markErr := a.Store.Mark(ctx, mark)
		if markErr != nil {
			return orgLaw{}, markErr
		}
		if seen != "" {
			return orgLaw{}, &LawError{Path: r.Owner + "/" + OrgLawRepository, Message: "the organisation's law was there before and cannot be read now"}
		}
		return orgLaw{fetched: a.Now()}, nil
	}
	if err != nil {
		return orgLaw{}, fmt.Errorf("read the law of %s: %w", r.Owner, err)
	}
	src, err := a.open(ctx, c, sha)
	var archive *source.ArchiveError
	if errors.As(err, &archive) {
		return orgLaw{}, &LawError{Path: r.Owner + "/" + OrgLawRepository, Message: archive.Reason}
	}
	if err != nil {
		return orgLaw{}, err
	}
	return orgLaw{files: src, fetched: a.Now()}, a.Store.SetMark(ctx, mark, "seen")
}

// notInstalled tells that a token was refused because the App is not installed on the
// repository it was asked for (422).
func notInstalled(err error) bool {
	var e *tokenError
	return errors.As(err, &e) && (e.status == http.StatusUnprocessableEntity || e.status == http.StatusNotFound || e.status == http.StatusForbidden)
}
