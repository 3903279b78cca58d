package app

import (
	"strings"
	"testing"
)

// Tokens in a text without "Bearer" before them, in the old form, the new one and others.
func TestRedact(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"ghs_" + strings.Repeat("a1", 18), "ghs_12345_eyJx.y-z_0.sig", "ghp_short_1", "github_pat_11AA_bb", "eyJhbGciOiJSUzI1NiJ9.payload.sig", "bearer 0123456789abcdef"} {
		if got := redact("sent " + secret + " to GitHub"); got != "sent [redacted] to GitHub" {
			t.Errorf("%q became %q", secret, got)
		}
	}
	if got := redact("higher than high_score"); got != "higher than high_score" {
		t.Errorf("a text without a token became %q", got)
	}
}
