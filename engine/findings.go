package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Limits on what one control may return. A control over a large source returns
// thousands of findings; one that returns more is broken, and its findings cannot be
// counted against a baseline, so it is an error rather than cut short.
const (
	maxFindings     = 10_000
	maxSubjectBytes = 4 << 10
	maxDetailBytes  = 8 << 10
)

// RawFinding is what a control returns for one subject at one place.
type RawFinding struct {
	Subject string
	Detail  string
	At      sbom.At
	// Key tells findings of one subject in one file apart and survives moved lines;
	// given by the control, or "".
	Key string
	// Digest identifies the bytes of the subject, algorithm:hex; given by the control,
	// or looked up in the input; "" when the subject has none.
	Digest string
	// Certainty is given by the control; certain when it says nothing.
	Certainty Certainty
}

// resultFields are what a control may return; the first requiredFields it must.
var resultFields = []string{"subject", "detail", "at", "key", "digest", "certainty"}

const requiredFields = 3

// ReadFindings reads the value of a control's deny as an evaluation does, for tools that
// evaluate changed policies.
func ReadFindings(value any) ([]RawFinding, error) { return readFindings(value) }

// readFindings checks the value of deny strictly: anything but results of the agreed
// form is an error of the control, since dropping it would be a silent pass.
func readFindings(value any) ([]RawFinding, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, errors.New("deny is no set")
	}
	if len(list) > maxFindings {
		return nil, fmt.Errorf("more than %d findings", maxFindings)
	}
	out := make([]RawFinding, 0, len(list))
	for _, item := range list {
		f, err := readFinding(item)
		if err != nil {
			return nil, fmt.Errorf("result of deny: %w", err)
		}
		out = append(out, f)
	}
	sortFindings(out)
	return out, nil
}

func readFinding(item any) (RawFinding, error) {
	var f RawFinding
	object, ok := item.(map[string]any)
	if !ok {
		return f, fmt.Errorf("%T is no object with subject, detail and at", item)
	}
	for _, name := range resultFields[:requiredFields] {
		if _, ok := object[name]; !ok {
			return f, fmt.Errorf("%s is missing", name)
		}
	}
	f.Certainty = Certain
	into := map[string]*string{
		"subject": &f.Subject, "detail": &f.Detail, "key": &f.Key, "digest": &f.Digest, "certainty": (*string)(&f.Certainty),
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if name == "at" {
			continue
		}
		target, known := into[name]
		text, isText := object[name].(string)
		if !known {
			return f, fmt.Errorf("unknown field %q", name)
		}
		if !isText {
			return f, fmt.Errorf("%s is no text", name)
		}
		*target = text
	}
	if f.Certainty != Certain && f.Certainty != Likely {
		return f, fmt.Errorf("certainty is %q, not certain or likely", f.Certainty)
	}
	if len(f.Subject) > maxSubjectBytes || len(f.Key) > maxSubjectBytes || len(f.Digest) > maxSubjectBytes {
		return f, fmt.Errorf("subject, key or digest is longer than %d bytes", maxSubjectBytes)
	}
	if len(f.Detail) > maxDetailBytes {
		f.Detail = strings.ToValidUTF8(f.Detail[:maxDetailBytes], "") + "…"
	}
	at, err := readAt(object["at"])
	f.At = at
	if err == nil && f.Subject == "" {
		if f.Subject = at.Path; f.Subject == "" {
			return f, errors.New("subject is empty")
		}
	}
	return f, err
}

func readAt(value any) (sbom.At, error) {
	var at sbom.At
	object, ok := value.(map[string]any)
	if !ok {
		return at, errors.New("at is no object")
	}
	if _, ok := object["path"]; !ok {
		return at, errors.New("at has no path")
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		var number int64
		switch v := object[name].(type) {
		case string:
			switch name {
			case "path":
				at.Path = v
			case "pointer":
				at.Pointer = v
			default:
				return at, fmt.Errorf("at.%s is no known text", name)
			}
			continue
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return at, fmt.Errorf("at.%s is no whole number", name)
			}
			number = n
		default:
			return at, fmt.Errorf("at.%s is neither text nor number", name)
		}
		switch name {
		case "line":
			at.Line = int(number)
		case "column":
			at.Column = int(number)
		case "offset":
			at.Offset = number
		default:
			return at, fmt.Errorf("at.%s is no known number", name)
		}
	}
	return at, nil
}
