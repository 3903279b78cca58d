package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

const (
	// maxPayloadBytes is GitHub's own cap on a webhook payload.
	maxPayloadBytes = 25 << 20
	// minSecretBytes refuses secrets that can be guessed; GitHub advises random ones.
	minSecretBytes = 16
)

// guidForm is what a delivery id may look like; it ends up in logs and in the ledger.
var guidForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// ServeWebhook is POST /github/webhook. The delivery and its job are durable before it
// answers 202: GitHub does not deliver again by itself.
func (a *App) ServeWebhook(w http.ResponseWriter, r *http.Request) {
	start := a.Now()
	code, result := a.accept(w, r)
	a.metrics.deliveries.WithLabelValues(knownEvent(r.Header.Get("X-GitHub-Event")), result).Inc()
	a.metrics.accept.Observe(a.Now().Sub(start).Seconds())
	w.WriteHeader(code)
}

func (a *App) accept(w http.ResponseWriter, r *http.Request) (code int, result string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed, "method"
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return http.StatusUnsupportedMediaType, "media_type"
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayloadBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge, "too_large"
	}
	if err != nil {
		return http.StatusBadRequest, "unreadable"
	}
	secret := a.signedBy(r.Header.Get("X-Hub-Signature-256"), body)
	if secret < 0 {
		return http.StatusUnauthorized, "signature"
	}
	a.metrics.secrets.WithLabelValues(strconv.Itoa(secret)).Inc()
	guid, name := r.Header.Get("X-GitHub-Delivery"), r.Header.Get("X-GitHub-Event")
	if !guidForm.MatchString(guid) || name == "" {
		return http.StatusBadRequest, "header"
	}
	e, err := parseEvent(guid, name, body)
	if err != nil {
		return http.StatusBadRequest, "json"
	}
	due, err := a.record(r, e)
	if err != nil {
		a.Log.Error("delivery not stored", "delivery", guid, "error", err)
		return http.StatusServiceUnavailable, "database"
	}
	if !due {
		return http.StatusAccepted, "duplicate"
	}
	return http.StatusAccepted, "accepted"
}

// record writes the ledger and the job in one transaction.
func (a *App) record(r *http.Request, e event) (due bool, err error) {
	return a.Store.Accept(r.Context(), store.Delivery{GUID: e.GUID, Event: e.Name, Action: e.Payload.Action,
		Installation: e.Payload.Installation.ID, Repository: e.Payload.Repository.ID, Received: a.Now()},
		store.Job{Kind: eventArgs{}.Kind(), Args: eventArgs{e}, Priority: priorityNow, MaxAttempts: maxAttempts})
}

// signedBy returns the position of the secret that signed a body, -1 for none. Every
// secret is tried, so that the time tells nothing.
func (a *App) signedBy(header string, body []byte) int {
	given, ok := strings.CutPrefix(header, "sha256=")
	mac, err := hex.DecodeString(given)
	if !ok || err != nil || len(mac) != sha256.Size {
		return -1
	}
	found := -1
	for i, secret := range a.WebhookSecrets {
		h := hmac.New(sha256.New, secret)
		h.Write(body)
		if hmac.Equal(mac, h.Sum(nil)) && found < 0 {
			found = i
		}
	}
	return found
}

// handledEvents are the events that lead to work.
var handledEvents = []string{
	"check_run", "check_suite", "deployment_protection_rule", "installation", "installation_repositories", "merge_group",
	"pull_request", "pull_request_review", "push", "repository",
}

// knownEvent keeps the label of a metric from growing with what a caller sends.
func knownEvent(name string) string {
	for _, known := range handledEvents {
		if name == known {
			return known
		}
	}
	return "other"
}
