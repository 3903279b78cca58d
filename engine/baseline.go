package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
)

// BaselineSchema names the JSON form of a Baseline.
const BaselineSchema = "mlpolicy.dev/baseline/v1"

// Limits on a baseline that is read from a file.
const (
	maxBaselineBytes   = 64 << 20 // 500,000 fingerprints
	maxBaselineEntries = 500_000
)

// Lines returns the trimmed text of a line of the source, "" when it is not known.
type Lines func(path string, line int) string

// Baseline counts what was found in a base: by fingerprint, how often. A control whose
// level is ratchet denies only what its baseline does not have.
type Baseline struct {
	counts map[string]int
}

// baselineFile is a Baseline as JSON.
type baselineFile struct {
	Schema       string         `json:"schema"`
	Fingerprints map[string]int `json:"fingerprints"`
}

// NewBaseline counts the fingerprints of all findings, unknown paths and errors.
func NewBaseline(results []Result, source Lines) *Baseline {
	b := &Baseline{counts: map[string]int{}}
	for _, r := range results {
		for _, f := range r.Findings {
			b.counts[fingerprint(r.Control.ID, f, source)]++
		}
		for _, f := range r.Unknown {
			b.counts[fingerprint(r.Control.ID, f, source)]++
		}
	}
	return b
}

var hexDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ReadBaseline reads what Baseline.JSON wrote.
func ReadBaseline(content []byte) (*Baseline, error) {
	if len(content) > maxBaselineBytes {
		return nil, fmt.Errorf("read baseline: larger than %d bytes", maxBaselineBytes)
	}
	var f baselineFile
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("read baseline: data after the document")
	}
	if f.Schema != BaselineSchema {
		return nil, fmt.Errorf("read baseline: schema is %q, want %q", f.Schema, BaselineSchema)
	}
	if len(f.Fingerprints) > maxBaselineEntries {
		return nil, fmt.Errorf("read baseline: more than %d fingerprints", maxBaselineEntries)
	}
	b := &Baseline{counts: map[string]int{}}
	for print, n := range f.Fingerprints {
		if !hexDigest.MatchString(print) || n < 1 {
			return nil, fmt.Errorf("read baseline: %q counted %d is no fingerprint with a count", print, n)
		}
		b.counts[print] = n
	}
	return b, nil
}

// JSON returns the canonical form of a baseline: sorted, one fingerprint a line, so that
// a change of it can be reviewed.
func (b *Baseline) JSON() []byte {
	f := baselineFile{BaselineSchema, b.counts}
	out, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		panic(err) // a map of strings to integers always has a JSON form
	}
	return append(out, '\n')
}

// Digest is the hex SHA-256 of the canonical form, "" for no baseline.
func (b *Baseline) Digest() string {
	if b == nil {
		return ""
	}
	sum := sha256.Sum256(b.JSON())
	return hex.EncodeToString(sum[:])
}

// Len is the number of findings it counts.
func (b *Baseline) Len() int {
	n := 0
	for _, count := range b.counts {
		n += count
	}
	return n
}

// fingerprint identifies a finding from run to run: the control, the subject, the path
// and a key, which is what the control gives, else the digest of the subject, else the
// text of the line. It holds no line number and no detail, so a moved line is old. The
// digest counts beside a key too: other bytes under the same path are new.
func fingerprint(control string, f RawFinding, lines Lines) string {
	key := f.Key
	if key == "" && f.Digest == "" && lines != nil && f.At.Line > 0 {
		key = lines(f.At.Path, f.At.Line)
	}
	h := sha256.New()
	for _, part := range []string{control, f.Subject, f.At.Path, key, f.Digest} {
		fmt.Fprintf(h, "%d:%s\n", len(part), part) // lengths keep the parts apart
	}
	return hex.EncodeToString(h.Sum(nil))
}
