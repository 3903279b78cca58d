package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// MaxWaiverDays is how far ahead a waiver may end: long enough to mend something in a
// release or two, short enough that nobody forgets it.
const MaxWaiverDays = 180

// expiringDays is how long before its end a waiver is reported as expiring.
const expiringDays = 30

// The states of a waiver.
const (
	WaiverUsed           = "used"
	WaiverUnused         = "unused"
	WaiverPending        = "pending"
	WaiverExpiring       = "expiring"
	WaiverExpired        = "expired"
	WaiverOtherDigest    = "other_digest"
	WaiverUnknownSubject = "unknown_subject"
	WaiverInvalid        = "invalid"
)

// DigestForm is the form of a digest in a waiver or a revocation.
var DigestForm = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}|blake3:[0-9a-f]{64})$`)

// waiverSet evaluates the waivers of one decision. It is the only place where a waiver
// takes effect.
type waiverSet struct {
	all   []*waiverUse
	names map[string][]string // name of a subject → its other names
	bytes map[string]bool     // paths of models and data
	known map[string]bool     // subjects and paths of the source
}

// waiverUse is a waiver and what it met.
type waiverUse struct {
	Waiver
	fixed       string // state that does not depend on findings: invalid, pending, expired
	note        string
	ends        time.Time
	matches     int
	waives      int
	otherDigest int
}

func newWaivers(list []Waiver, in *Input, now time.Time) *waiverSet {
	s := &waiverSet{names: map[string][]string{}, known: map[string]bool{}, bytes: bytePaths(in)}
	if len(list) == 0 {
		return s // collecting every path of a large source takes a while
	}
	named := map[string]int{}
	for _, c := range in.Components {
		named[c.Name]++
	}
	for _, c := range in.Components {
		same := slices.Concat([]string{c.Ref, c.Purl}, c.Files)
		keys := same
		if named[c.Name] == 1 { // the source chooses names: one that two share says nothing
			keys = append(slices.Clone(same), c.Name)
		}
		for _, name := range keys {
			if name != "" {
				s.names[name] = append(s.names[name], same...)
				s.known[name] = true
			}
		}
	}
	for path := range pathsOf(in) {
		s.known[path] = true
	}
	for _, w := range list {
		u := &waiverUse{Waiver: w}
		u.fixed, u.note, u.ends = waiverState(w, now)
		s.all = append(s.all, u)
	}
	return s
}

// bytePaths are the paths that stand for bytes somebody loads: models and data. Whether
// they were hashed does not change what they are.
func bytePaths(in *Input) map[string]bool {
	out := map[string]bool{}
	for _, w := range in.Weights {
		out[w.Path] = true
	}
	for _, d := range in.Datasets {
		out[d.Path] = true
	}
	for _, f := range in.Files {
		if slices.Contains([]string{"weights", "dataset", "checkpoint", "archive"}, f.Kind) {
			out[f.Path] = true
		}
	}
	return out
}

// unhashed says whether a finding is about bytes of which the digest is not known, as with
// --digests none: they may be any bytes.
func (s *waiverSet) unhashed(f RawFinding) bool {
	return f.Digest == "" && (s.bytes[f.Subject] || s.bytes[f.At.Path])
}

// waiverState checks a waiver against the clock. The day it expires on is its last.
func waiverState(w Waiver, now time.Time) (state, note string, ends time.Time) {
	if note := CheckWaiver(w, now); note != "" {
		return WaiverInvalid, note, ends
	}
	expires, _ := time.Parse(time.DateOnly, w.Expires)
	ends = expires.AddDate(0, 0, 1)
	if w.Starts != "" {
		if starts, _ := time.Parse(time.DateOnly, w.Starts); now.Before(starts) {
			return WaiverPending, "starts on " + w.Starts, ends
		}
	}
	if !now.Before(ends) {
		return WaiverExpired, "expired on " + w.Expires, ends
	}
	return "", "", ends
}

// CheckWaiver says what is wrong with a waiver, "" when nothing is.
func CheckWaiver(w Waiver, now time.Time) string {
	switch {
	case len(w.Controls) == 0:
		return "names no controls"
	case len(w.Subjects) == 0:
		return "names no subjects"
	case strings.TrimSpace(w.Reason) == "":
		return "has no reason"
	case strings.TrimSpace(w.Owner) == "":
		return "has no owner"
	}
	for _, d := range w.Digests {
		if !DigestForm.MatchString(d) {
			return fmt.Sprintf("digest %q is not sha256: and 64 lower-case hex digits", d)
		}
	}
	expires, err := time.Parse(time.DateOnly, w.Expires)
	if err != nil {
		return fmt.Sprintf("expires on %q, which is no day (YYYY-MM-DD)", w.Expires)
	}
	if expires.After(now.AddDate(0, 0, MaxWaiverDays)) {
		return fmt.Sprintf("expires on %s, more than %d days ahead", w.Expires, MaxWaiverDays)
	}
	if w.Starts != "" {
		starts, err := time.Parse(time.DateOnly, w.Starts)
		if err != nil {
			return fmt.Sprintf("starts on %q, which is no day (YYYY-MM-DD)", w.Starts)
		}
		if starts.After(expires) {
			return "starts after it expires"
		}
	}
	return ""
}

// waive returns the name of the waiver that waives a finding of a control, "" when none
// does.
func (s *waiverSet) waive(control string, f RawFinding) string {
	s.known[f.Subject], s.known[f.At.Path] = true, true
	by := ""
	for _, w := range s.all {
		if !slices.Contains(w.Controls, control) || !s.matches(w, f) {
			continue
		}
		w.matches++
		if w.fixed != "" {
			continue
		}
		switch {
		case len(w.Digests) == 0 && (f.Digest != "" || s.unhashed(f)):
			// Nothing would stop other bytes under the same name from being waived.
			w.fixed, w.note = WaiverInvalid, fmt.Sprintf("%s has the digest %s, and the waiver names none", f.Subject, f.Digest)
			if f.Digest == "" {
				w.note = fmt.Sprintf("%s was not hashed, and the waiver names no digest", f.Subject)
			}
		case len(w.Digests) > 0 && !slices.Contains(w.Digests, f.Digest):
			w.otherDigest++
			w.note = fmt.Sprintf("%s has other bytes: %s", f.Subject, f.Digest)
			if f.Digest == "" {
				w.note = fmt.Sprintf("the digest of %s is not known", f.Subject)
			}
		default:
			w.waives++
			if by == "" {
				by = w.Name
			}
		}
	}
	return by
}

// matches says whether a waiver names the subject or the path of a finding, or another
// name of the same component.
func (s *waiverSet) matches(w *waiverUse, f RawFinding) bool {
	for _, subject := range w.Subjects {
		if subject == f.Subject || subject == f.At.Path || slices.Contains(s.names[f.Subject], subject) {
			return true
		}
	}
	return false
}

// states reports every waiver, in the order of the configuration.
func (s *waiverSet) states(now time.Time) []WaiverState {
	out := make([]WaiverState, 0, len(s.all))
	for _, w := range s.all {
		for _, field := range []*[]string{&w.Controls, &w.Subjects, &w.Digests} {
			if *field == nil {
				*field = []string{} // never null in the JSON of a decision
			}
		}
		state := WaiverState{Waiver: w.Waiver, Matches: w.matches, Note: w.note, State: w.fixed}
		if state.State == "" {
			state.State = s.state(w, now)
		}
		out = append(out, state)
	}
	return out
}

func (s *waiverSet) state(w *waiverUse, now time.Time) string {
	switch {
	case w.waives > 0 && w.ends.Before(now.AddDate(0, 0, expiringDays)):
		return WaiverExpiring
	case w.waives > 0:
		return WaiverUsed
	case w.otherDigest > 0:
		return WaiverOtherDigest
	}
	if slices.ContainsFunc(w.Subjects, func(subject string) bool { return s.known[subject] }) {
		return WaiverUnused
	}
	return WaiverUnknownSubject
}
