package githubtest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func verify(key *rsa.PublicKey, text string, sig []byte) bool {
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) == nil
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "app":
		s.app(w, r, parts[1:])
	case parts[0] == "installation" && len(parts) == 2:
		s.installationRepos(w, r)
	case parts[0] == "orgs" && len(parts) == 6 && parts[2] == "teams" && parts[4] == "memberships":
		if s.may(w, r, nil, "members", "read") {
			if !s.members[parts[3]+"/"+parts[5]] {
				refuse(w, http.StatusNotFound, "Not Found")
				return
			}
			answer(w, http.StatusOK, map[string]any{"state": "active", "role": "member"})
		}
	case parts[0] == "repositories" && len(parts) == 2:
		id, _ := strconv.ParseInt(parts[1], 10, 64)
		s.repository(w, r, s.repos[id])
	case parts[0] == "codeload" && len(parts) == 3:
		s.codeload(w, r, parts[1], parts[2])
	case parts[0] == "repos" && len(parts) >= 3:
		repo := s.named(parts[1], parts[2])
		if repo == nil {
			refuse(w, http.StatusNotFound, "Not Found")
			return
		}
		s.inRepo(w, r, repo, parts[3:])
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

func (s *Server) app(w http.ResponseWriter, r *http.Request, parts []string) {
	if id := s.issuer(r); id != 0 && id != AppID {
		refuse(w, http.StatusNotFound, "Integration not found")
		return
	}
	if !s.asApp(r) {
		refuse(w, http.StatusUnauthorized, "A JSON web token could not be decoded")
		return
	}
	path := strings.Join(parts, "/")
	self := s.installationJSON()
	switch {
	case path == "":
		answer(w, http.StatusOK, s.appJSON())
	case path == "installations":
		answer(w, http.StatusOK, []any{self})
	case path == "hook/config":
		answer(w, http.StatusOK, s.hookJSON())
	case path == "hook/deliveries":
		s.listDeliveries(w, r)
	case len(parts) == 4 && parts[1] == "deliveries" && parts[3] == "attempts":
		id, _ := strconv.ParseInt(parts[2], 10, 64)
		i := slices.IndexFunc(s.deliveries, func(d *Delivery) bool { return d.ID == id })
		if i < 0 {
			refuse(w, http.StatusNotFound, "Not Found")
			return
		}
		again := *s.deliveries[i]
		again.ID, again.Redelivery, again.DeliveredAt = s.id(), true, time.Now()
		s.deliveries = append(s.deliveries, &again)
		go s.Send(&again)
		answer(w, http.StatusAccepted, map[string]any{})
	case len(parts) == 2 && parts[0] == "installations":
		if parts[1] != strconv.Itoa(InstallationID) {
			refuse(w, http.StatusNotFound, "Not Found")
			return
		}
		answer(w, http.StatusOK, self)
	case len(parts) == 3 && parts[2] == "access_tokens" && r.Method == http.MethodPost:
		s.mint(w, r)
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

// listDeliveries lists newest first, 100 a page, with a cursor.
func (s *Server) listDeliveries(w http.ResponseWriter, r *http.Request) {
	const page = 100
	newest := slices.Clone(s.deliveries)
	slices.Reverse(newest)
	start := 0
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		start = slices.IndexFunc(newest, func(d *Delivery) bool { return strconv.FormatInt(d.ID, 10) == cursor })
	}
	end := min(start+page, len(newest))
	if end < len(newest) {
		w.Header().Set("Link", "<"+s.URL+"app/hook/deliveries?cursor="+strconv.FormatInt(newest[end].ID, 10)+`>; rel="next"`)
	}
	answer(w, http.StatusOK, newest[start:end])
}

func (s *Server) installationRepos(w http.ResponseWriter, r *http.Request) {
	if !s.may(w, r, nil, "metadata", "read") {
		return
	}
	list := []any{}
	for _, id := range sortedKeys(s.repos) {
		list = append(list, s.repoJSON(s.repos[id]))
	}
	answer(w, http.StatusOK, map[string]any{"total_count": len(list), "repositories": list})
}

func (s *Server) repository(w http.ResponseWriter, r *http.Request, repo *Repo) {
	if repo == nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	if s.may(w, r, repo, "metadata", "read") {
		answer(w, http.StatusOK, s.repoJSON(repo))
	}
}

func (s *Server) inRepo(w http.ResponseWriter, r *http.Request, repo *Repo, parts []string) {
	switch {
	case len(parts) == 0:
		s.repository(w, r, repo)
	case parts[0] == "installation" && len(parts) == 1:
		s.ofRepository(w, r)
	case parts[0] == "pulls":
		if s.may(w, r, repo, "pull_requests", "read") {
			s.pulls(w, r, repo, parts[1:])
		}
	case parts[0] == "branches" && len(parts) >= 2:
		branch := repo.Branches[strings.Join(parts[1:], "/")]
		switch {
		case !s.may(w, r, repo, "contents", "read"):
		case branch == nil:
			refuse(w, http.StatusNotFound, "Branch not found")
		default:
			answer(w, http.StatusOK, map[string]any{"name": parts[1], "protected": branch.Protected, "protection": s.protection(), "commit": map[string]any{"sha": branch.SHA}})
		}
	case parts[0] == "tarball" && len(parts) >= 2:
		s.tarball(w, r, repo, strings.Join(parts[1:], "/"))
	case parts[0] == "commits" && len(parts) == 2 && parts[1] == "HEAD":
		if s.may(w, r, repo, "contents", "read") {
			fmt.Fprint(w, repo.Branches["main"].SHA) // as the media type application/vnd.github.sha asks
		}
	case parts[0] == "git" && len(parts) == 3:
		if s.may(w, r, repo, "contents", "read") {
			s.objects(w, parts[1], parts[2])
		}
	case parts[0] == "check-runs" || parts[0] == "commits" && len(parts) == 3 && parts[2] == "check-runs":
		s.checks(w, r, repo, parts)
	case parts[0] == "collaborators" && len(parts) == 3:
		if s.may(w, r, repo, "metadata", "read") {
			permission, ok := s.writers[parts[1]]
			if !ok {
				permission = "none"
			}
			answer(w, http.StatusOK, map[string]any{"permission": permission})
		}
	case parts[0] == "actions" && len(parts) == 4 && parts[3] == "deployment_protection_rule":
		if !s.may(w, r, repo, "deployments", "write") {
			return
		}
		var body struct {
			Environment string `json:"environment_name"`
			State       string
			Comment     string
		}
		if json.NewDecoder(r.Body).Decode(&body) != nil || body.State != "approved" && body.State != "rejected" {
			refuse(w, http.StatusUnprocessableEntity, "Validation Failed")
			return
		}
		run, _ := strconv.ParseInt(parts[2], 10, 64)
		s.rules = append(s.rules, RuleAnswer{run, body.Environment, body.State, body.Comment})
		w.WriteHeader(http.StatusNoContent)
	case parts[0] == "rules" && len(parts) >= 3:
		if s.may(w, r, repo, "metadata", "read") {
			answer(w, http.StatusOK, slices.Concat([]map[string]any{}, s.settings.Rules))
		}
	default:
		refuse(w, http.StatusNotFound, "Not Found")
	}
}

func (s *Server) pulls(w http.ResponseWriter, r *http.Request, repo *Repo, parts []string) {
	if len(parts) == 0 {
		list := []any{}
		for _, n := range sortedKeys(repo.Pulls) {
			if repo.Pulls[n].State == "open" {
				list = append(list, s.pullJSON(repo, repo.Pulls[n]))
			}
		}
		paged(w, r, s.URL+strings.TrimPrefix(r.URL.Path, "/"), list)
		return
	}
	n, _ := strconv.Atoi(parts[0])
	p := repo.Pulls[n]
	switch {
	case p == nil:
		refuse(w, http.StatusNotFound, "Not Found")
	case len(parts) == 2 && parts[1] == "reviews":
		list := []any{}
		for _, v := range p.Reviews {
			list = append(list, map[string]any{"user": map[string]any{"login": v.Login}, "state": v.State, "commit_id": v.SHA, "author_association": v.Association})
		}
		answer(w, http.StatusOK, list)
	default:
		answer(w, http.StatusOK, s.pullJSON(repo, p))
	}
}

// paged answers one page of a list, as page and per_page ask.
func paged(w http.ResponseWriter, r *http.Request, link string, list []any) {
	per, page := 30, 1
	if n, err := strconv.Atoi(r.URL.Query().Get("per_page")); err == nil {
		per = min(max(n, 1), 100)
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		page = max(n, 1)
	}
	start, end := min((page-1)*per, len(list)), min(page*per, len(list))
	if end < len(list) {
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(page+1))
		w.Header().Set("Link", "<"+link+"?"+q.Encode()+`>; rel="next"`)
	}
	answer(w, http.StatusOK, list[start:end])
}

func (s *Server) repoJSON(repo *Repo) map[string]any {
	return map[string]any{"id": repo.ID, "name": repo.Name, "full_name": Owner + "/" + repo.Name, "private": repo.Private,
		"default_branch": "main", "owner": map[string]any{"login": Owner}}
}

func (s *Server) pullJSON(repo *Repo, p *Pull) map[string]any {
	head := map[string]any{"sha": p.HeadSHA, "ref": "topic", "repo": s.repoJSON(repo)}
	if p.Fork {
		head["repo"] = map[string]any{"id": 1, "full_name": "someone/fork"}
	}
	base := map[string]any{"ref": p.Base, "repo": s.repoJSON(repo), "sha": ""}
	if b := repo.Branches[p.Base]; b != nil {
		base["sha"] = b.SHA
	}
	return map[string]any{"number": p.Number, "state": p.State, "head": head, "base": base, "user": map[string]any{"login": p.Author}}
}
