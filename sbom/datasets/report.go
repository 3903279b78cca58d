package datasets

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestResultType is the predicate type of what Report returns (in-toto attestation,
// "Test Result", v0.1).
const TestResultType = "https://in-toto.io/attestation/test-result/v0.1"

// The bounds from which on a trigger candidate counts in a report; the defaults of
// control DATA-020, which a test holds equal.
const (
	reportMaxP       = 1e-4
	reportMinEffect  = 0.75
	reportMaxContext = 3
	// reportMaxSiblings applies to refusals alone.
	reportMaxSiblings = 8
)

// reportOutcomes are what the rows of a planted trigger have in common.
var reportOutcomes = []string{"reply", "refusal", "label", "topic", "host"}

// Planted tells a candidate that looks planted from one that style or subject explains.
func Planted(c *sbom.TriggerCandidate) bool {
	return slices.Contains(reportOutcomes, c.Outcome) && c.Adjusted <= reportMaxP && c.Effect >= reportMinEffect && c.Context >= 0 && c.Context <= reportMaxContext &&
		(c.Outcome != outcomeNames[outcomeRefusal] || c.Siblings <= reportMaxSiblings)
}

// testResult is the predicate.
type testResult struct {
	Result        string         `json:"result"`                 // PASSED | WARNED | FAILED
	Finished      string         `json:"timeFinished,omitempty"` // RFC 3339; what tells a recent screen
	Configuration []resource     `json:"configuration"`
	Passed        []string       `json:"passedTests"`
	Warned        []string       `json:"warnedTests"`
	Failed        []string       `json:"failedTests"`
	Dataset       reportedCounts `json:"dataset"`
}

type resource struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// reportedCounts are the counts behind the tests: no text of any row.
type reportedCounts struct {
	Rows     int64             `json:"rows"`
	Profile  string            `json:"profile"`
	Skipped  map[string]string `json:"skipped"`
	Counts   map[string]int64  `json:"counts"`
	PII      map[string]int64  `json:"pii"`
	Triggers int64             `json:"trigger_candidates"` // that look planted
}

// Report is the predicate of a statement that a data file was screened: the subject of
// the statement is the file, by its digest. A test passed when the analysis was done over
// every row and found nothing, and failed when it found what data should not hold. It
// warns when it found repetition or rows that cannot be read, and when it was not done
// over every row: that is no pass. A later stage can so require a screen without the data
// at hand.
func Report(d *sbom.Dataset, finished time.Time) []byte {
	planted := int64(0)
	for i := range d.Triggers {
		if Planted(&d.Triggers[i]) {
			planted++
		}
	}
	pii := int64(0)
	for _, n := range d.PII {
		pii += n
	}
	r := testResult{
		Configuration: []resource{{Name: d.Path, Digest: map[string]string{"sha256": d.SHA256}}},
		Passed:        []string{}, Warned: []string{}, Failed: []string{},
		Dataset: reportedCounts{Rows: d.Rows, Profile: d.Profile, Skipped: d.Skipped, PII: d.PII, Triggers: planted, Counts: map[string]int64{}},
	}
	for _, t := range []struct {
		name  string
		count int64
		fails bool // when it finds something
	}{
		{"duplicates", d.Duplicates, false}, {"near_duplicates", d.NearDuplicates, false}, {"contamination", int64(len(d.Contamination)), true},
		{"hidden_characters", d.HiddenCharacters, true}, {"injections", d.Injections, true}, {"blobs", d.Blobs, false},
		{"pii", pii, true}, {"secrets", d.Secrets, true}, {"malformed", d.Malformed, false}, {"trigger_candidates", planted, true},
	} {
		r.Dataset.Counts[t.name] = t.count
		switch {
		case t.count > 0 && t.fails:
			r.Failed = append(r.Failed, t.name)
		case t.count > 0 || d.Profile != "full" || d.Skipped[t.name] != "":
			r.Warned = append(r.Warned, t.name)
		default:
			r.Passed = append(r.Passed, t.name)
		}
	}
	if !finished.IsZero() {
		r.Finished = finished.UTC().Format(time.RFC3339)
	}
	switch {
	case len(r.Failed) > 0:
		r.Result = "FAILED"
	case len(r.Warned) > 0:
		r.Result = "WARNED"
	default:
		r.Result = "PASSED"
	}
	body, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return body
}
