package githubtest

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// Settings is how the App and the repositories are set up on this GitHub. Change them
// with Set.
type Settings struct {
	// Permissions and Events are the App's own, Accepted what the installation accepted.
	Permissions, Accepted map[string]string
	Events                []string
	Suspended             bool
	// Hook is the configuration of the webhook; its URL is HookURL where it is empty here.
	Hook map[string]string
	// Rules are the rules of every branch, Classic the checks that its classic protection
	// requires.
	Rules, Classic []map[string]any
	// Clock is how far this GitHub's clock is ahead of the true one.
	Clock time.Duration
}

// Requires is a rule of a branch that requires a check of an App, 0 for any.
func Requires(context string, app int64) map[string]any {
	return map[string]any{"type": "required_status_checks", "parameters": map[string]any{
		"required_status_checks": []any{map[string]any{"context": context, "integration_id": app}}}}
}

// asDocumented is a set-up without fault.
func asDocumented() Settings {
	permissions := map[string]string{"checks": "write", "contents": "read", "metadata": "read", "pull_requests": "read"}
	return Settings{Permissions: permissions, Accepted: maps.Clone(permissions),
		Events: []string{"pull_request", "pull_request_review", "check_run", "check_suite", "push"},
		Hook:   map[string]string{"content_type": "json", "insecure_ssl": "0", "secret": "********"},
		Rules:  []map[string]any{Requires("mlpolicy", AppID)}}
}

// Set changes how things are set up.
func (s *Server) Set(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.settings)
}

// now is the time by this GitHub's clock.
func (s *Server) now() time.Time { return time.Now().Add(s.settings.Clock) }

func (s *Server) appJSON() map[string]any {
	return map[string]any{"id": AppID, "slug": "mlpolicy", "name": "mlpolicy", "events": s.settings.Events, "permissions": s.settings.Permissions}
}

func (s *Server) hookJSON() map[string]string {
	hook := maps.Clone(s.settings.Hook)
	if _, ok := hook["url"]; !ok {
		hook["url"] = s.HookURL
	}
	return hook
}

func (s *Server) installationJSON() map[string]any {
	i := map[string]any{"id": InstallationID, "account": map[string]any{"login": Owner}, "permissions": s.settings.Accepted,
		"events": s.settings.Events, "html_url": "https://github.com/organizations/acme/settings/installations/99"}
	if s.settings.Suspended {
		i["suspended_at"] = "2026-11-24T12:00:00Z"
	}
	return i
}

// ofRepository serves repos/O/R/installation, which is asked for as the App.
func (s *Server) ofRepository(w http.ResponseWriter, r *http.Request) {
	if !s.asApp(r) {
		refuse(w, http.StatusUnauthorized, "A JSON web token could not be decoded")
		return
	}
	answer(w, http.StatusOK, s.installationJSON())
}

// protection is what a branch tells of its classic protection.
func (s *Server) protection() map[string]any {
	return map[string]any{"enabled": len(s.settings.Classic) > 0, "required_status_checks": map[string]any{"checks": slices.Clone(s.settings.Classic)}}
}
