package source

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

const (
	// shortestHash is how few digits may stand for a hash (gitrevisions(7), "<sha1>").
	shortestHash = 4
	// maxAncestors bounds the commits that one revision may walk back.
	maxAncestors = 1 << 20
)

// commitOf finds the commit that a revision names: a full or abbreviated hash, a reference
// by its full or short name, and from there ~n, ^n and ^{commit} (gitrevisions(7)).
// Reflogs, dates and searches are not answered: they say something else on each machine.
//
// It stands here because go-git has it only in its root package, which brings the network
// transports, ssh and the programs they start into a binary that must use none of them.
func commitOf(store *filesystem.Storage, rev string) (*object.Commit, error) {
	name, steps := rev, ""
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		name, steps = rev[:i], rev[i:]
	}
	hash, err := hashOf(store, name)
	if err != nil {
		return nil, err
	}
	commit, err := peel(store, hash)
	for err == nil && steps != "" {
		commit, steps, err = step(commit, steps)
	}
	return commit, err
}

// hashOf finds the object behind a name. As in git, a full hash comes before a reference
// of that name and an abbreviated one after it.
func hashOf(store *filesystem.Storage, name string) (plumbing.Hash, error) {
	if plumbing.IsHash(name) {
		return plumbing.NewHash(name), nil
	}
	if name == "@" {
		name = "HEAD"
	}
	for _, rule := range plumbing.RefRevParseRules {
		full := plumbing.ReferenceName(fmt.Sprintf(rule, name))
		if !strings.HasPrefix(full.String(), "refs/") && !isRootReference(name) || full.Validate() != nil {
			continue
		}
		ref, err := storer.ResolveReference(store, full)
		if err == nil {
			return ref.Hash(), nil
		}
		if !errors.Is(err, plumbing.ErrReferenceNotFound) {
			return plumbing.ZeroHash, err
		}
	}
	return abbreviated(store, name)
}

// isRootReference tells HEAD, FETCH_HEAD and their like from the other files of a git
// directory (gitglossary(7), "pseudoref").
func isRootReference(name string) bool {
	return strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// abbreviated finds the one commit or tag whose hash begins so.
func abbreviated(store *filesystem.Storage, digits string) (plumbing.Hash, error) {
	digits = strings.ToLower(digits)
	prefix, err := hex.DecodeString(digits[:len(digits)&^1])
	if err != nil || len(digits) < shortestHash {
		return plumbing.ZeroHash, plumbing.ErrReferenceNotFound
	}
	hashes, err := store.HashesWithPrefix(prefix)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	var found []plumbing.Hash
	for _, h := range hashes {
		if !strings.HasPrefix(h.String(), digits) {
			continue
		}
		if _, err := peel(store, h); err == nil { // trees and blobs are no revisions
			found = append(found, h)
		}
	}
	switch len(found) {
	case 0:
		return plumbing.ZeroHash, plumbing.ErrReferenceNotFound
	case 1:
		return found[0], nil
	}
	return plumbing.ZeroHash, fmt.Errorf("%s begins the hashes of %d commits", digits, len(found))
}

// peel follows annotated tags to the commit they are of.
func peel(store *filesystem.Storage, hash plumbing.Hash) (*object.Commit, error) {
	for {
		tag, err := object.GetTag(store, hash)
		if err != nil {
			return object.GetCommit(store, hash)
		}
		hash = tag.Target
	}
}

// step takes the first of the steps ~n, ^n and ^{…} from a commit.
func step(from *object.Commit, steps string) (*object.Commit, string, error) {
	kind, rest := steps[0], steps[1:]
	if kind == '^' && strings.HasPrefix(rest, "{") {
		what, rest, ok := strings.Cut(rest[1:], "}")
		if !ok || what != "" && what != "commit" {
			return nil, "", fmt.Errorf("^%s is not understood", rest)
		}
		return from, rest, nil
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	n := 1
	if digits > 0 {
		var err error
		if n, err = strconv.Atoi(rest[:digits]); err != nil || n > maxAncestors {
			return nil, "", fmt.Errorf("%s%s goes back too far, limit maxAncestors is %d", steps[:1], rest[:digits], maxAncestors)
		}
	}
	rest = rest[digits:]
	if rest != "" && rest[0] != '~' && rest[0] != '^' {
		return nil, "", fmt.Errorf("%q is not understood", rest)
	}
	to, err := from, error(nil)
	switch {
	case kind == '~':
		for ; n > 0 && err == nil; n-- {
			to, err = to.Parent(0)
		}
	case n > 0:
		to, err = from.Parent(n - 1)
	}
	if err != nil {
		return nil, "", fmt.Errorf("commit %s has no such ancestor: %w", from.Hash, err)
	}
	return to, rest, nil
}
