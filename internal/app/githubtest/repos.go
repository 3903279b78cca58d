package githubtest

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func (s *Server) named(owner, name string) *Repo {
	for _, repo := range s.repos {
		if owner == Owner && repo.Name == name {
			return repo
		}
	}
	return nil
}

// AddRepo makes a repository whose protected branch main has the given files.
func (s *Server) AddRepo(name string, files map[string]string) *Repo {
	sha := s.Commit(files)
	s.mu.Lock()
	defer s.mu.Unlock()
	repo := &Repo{ID: s.id(), Name: name, Private: true, Branches: map[string]*Branch{"main": {SHA: sha, Protected: true}}, Pulls: map[int]*Pull{}}
	s.repos[repo.ID] = repo
	return repo
}

// Commit stores a tree and returns the id of its commit.
func (s *Server) Commit(files map[string]string) string {
	h := sha1.New()
	for _, name := range sortedKeys(files) {
		h.Write([]byte(name + "\x00" + files[name] + "\x00"))
	}
	sha := hex.EncodeToString(h.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits[sha] = maps.Clone(files)
	return sha
}

// SetBranch moves or makes a branch.
func (s *Server) SetBranch(repo *Repo, name, sha string, protected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo.Branches[name] = &Branch{sha, protected}
}

// Rename gives a repository another name; the old one leads nowhere.
func (s *Server) Rename(repo *Repo, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo.Name = name
}

// Change opens a pull request, or gives it another head or base.
func (s *Server) Change(repo *Repo, number int, sha, base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := repo.Pulls[number]
	if p == nil {
		p = &Pull{Number: number, Author: "dev", State: "open"}
		repo.Pulls[number] = p
	}
	p.HeadSHA, p.Base = sha, base
}

// Close closes a pull request.
func (s *Server) Close(repo *Repo, number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo.Pulls[number].State = "closed"
}

// Reopen opens a pull request again.
func (s *Server) Reopen(repo *Repo, number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo.Pulls[number].State = "open"
}

// SetFork makes the head of a pull request a fork's.
func (s *Server) SetFork(repo *Repo, number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo.Pulls[number].Fork = true
}

// PullEvent is the payload of a pull_request event as things are now.
func (s *Server) PullEvent(repo *Repo, number int, action string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"action": action, "number": number, "pull_request": s.pullJSON(repo, repo.Pulls[number]), "repository": s.repoJSON(repo)}
}

// RepoEvent is a payload about a repository.
func (s *Server) RepoEvent(repo *Repo, action string, more map[string]any) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	payload := map[string]any{"action": action, "repository": s.repoJSON(repo)}
	maps.Copy(payload, more)
	return payload
}

// tarball redirects to the archive host, as GitHub does.
func (s *Server) tarball(w http.ResponseWriter, r *http.Request, repo *Repo, ref string) {
	if !s.may(w, r, repo, "contents", "read") {
		return
	}
	if b := repo.Branches[ref]; b != nil {
		ref = b.SHA
	} else if ref == "HEAD" {
		ref = repo.Branches["main"].SHA
	}
	if s.commits[ref] == nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	w.Header().Set("Location", "http://"+r.Host+"/codeload/"+repo.Name+"/"+ref+"?token=good-for-five-minutes")
	w.WriteHeader(http.StatusFound)
}

func (s *Server) codeload(w http.ResponseWriter, r *http.Request, name, sha string) {
	if r.Header.Get("Authorization") != "" {
		refuse(w, http.StatusBadRequest, "the archive host must not be sent a token")
		return
	}
	if r.URL.Query().Get("token") != "good-for-five-minutes" || s.commits[sha] == nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	packed, ok := s.archives[sha]
	if !ok {
		packed = Pack(Owner+"-"+name+"-"+sha[:7], sha, s.commits[sha])
		s.archives[sha] = packed
	}
	w.Header().Set("Content-Type", "application/x-gzip")
	w.Write(packed) //nolint:errcheck // the caller may be gone
}

// objects serves git/trees and git/blobs.
func (s *Server) objects(w http.ResponseWriter, kind, sha string) {
	files := s.commits[sha]
	switch {
	case kind == "trees" && files != nil:
		tree := Tree(sha, files)
		tree["truncated"] = len(files) > s.TreeLimit && s.TreeLimit > 0
		answer(w, http.StatusOK, tree)
		return
	case kind == "blobs":
		for _, files := range s.commits {
			for _, text := range files {
				if content, _, _ := object(text); blobID(content) == sha {
					w.Write([]byte(content)) //nolint:errcheck // the caller may be gone
					return
				}
			}
		}
	}
	refuse(w, http.StatusNotFound, "Not Found")
}

// Tree is the answer of git/trees.
func Tree(sha string, files map[string]string) map[string]any {
	entries := []any{}
	for _, name := range sortedKeys(files) {
		content, mode, typ := object(files[name])
		entries = append(entries, map[string]any{"path": name, "mode": mode, "type": typ, "sha": blobID(content), "size": len(content)})
	}
	return map[string]any{"sha": sha, "tree": entries, "truncated": false}
}

// object is a file as git keeps it.
func object(text string) (content, mode, typ string) {
	if target, ok := strings.CutPrefix(text, "symlink:"); ok {
		return target, "120000", "blob"
	}
	if commit, ok := strings.CutPrefix(text, "submodule:"); ok {
		return commit, "160000", "commit"
	}
	return text, "100644", "blob"
}

func blobID(content string) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("blob %d\x00%s", len(content), content)))
	return hex.EncodeToString(sum[:])
}

// Pack is what `git archive` makes: files that .gitattributes marks export-ignore, by
// their whole name, are left out, and a submodule is an empty directory.
func Pack(folder, sha string, files map[string]string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	must(w.WriteHeader(&tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": sha}}))
	must(w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: folder + "/", Mode: 0o755}))
	for _, name := range sortedKeys(files) {
		if slices.Contains(strings.Split(files[".gitattributes"], "\n"), name+" export-ignore") {
			continue
		}
		if strings.HasPrefix(files[name], "submodule:") {
			must(w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: folder + "/" + name + "/", Mode: 0o755}))
			continue
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + name, Mode: 0o644, Size: int64(len(files[name]))}
		if target, ok := strings.CutPrefix(files[name], "symlink:"); ok {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, target, 0
			must(w.WriteHeader(h))
			continue
		}
		must(w.WriteHeader(h))
		_, err := w.Write([]byte(files[name]))
		must(err)
	}
	must(w.Close())
	must(z.Close())
	return b.Bytes()
}

func must(err error) {
	if err != nil {
		panic(err) // writing to memory
	}
}
