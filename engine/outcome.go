package engine

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// ModeCheck and ModeGate are the values of InputConfig.Mode.
const (
	ModeCheck = "check"
	ModeGate  = "gate"
)

// laterFamilies are never collected by `check` (or only with a base): there a control
// that requires one does not apply, and the reason says who decides it.
var laterFamilies = map[sbom.Family]string{
	sbom.FamilySignatures: "decided at the gate", sbom.FamilyAttestations: "decided at the gate",
	sbom.FamilyProvenance: "decided at the gate", sbom.FamilyPrior: "decided at the gate",
	sbom.FamilyChange: "needs a base", sbom.FamilyReview: "needs a base",
}

// The keys that tell the fingerprints of what could not be decided from those of
// findings.
const (
	keyError     = "error"
	keyNotLooked = "not looked for"
	keyProblem   = "problem "
)

// outcomeOf turns the answer of one control into its outcome: the first that applies of
// error, fail, unknown (nobody looked), unknown (a problem), not_applicable, pass.
func outcomeOf(c Control, a answer, in *Input, sizes map[string]int, digests *digestIndex) Result {
	r := Result{Control: c, Findings: a.findings}
	for _, section := range c.AppliesTo {
		r.Checked += sizes[section]
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Digest == "" {
			f.Digest = digests.of(*f)
		}
	}
	later, missing := notLooked(c, in)
	r.Unknown = append(missing, problemsOf(c, in, digests)...)
	switch {
	case a.err != nil:
		r.Outcome, r.Reason = Error, a.err.Error()
		r.Findings = []RawFinding{{Subject: c.ID, Detail: a.err.Error(), Key: keyError}}
	case len(r.Findings) > 0:
		r.Outcome = Fail
	case later != "":
		r.Outcome, r.Reason, r.Unknown, r.Later = NotApplicable, later, nil, true
	case len(missing) > 0:
		r.Outcome, r.Reason = Unknown, missing[0].Detail
	case len(r.Unknown) > 0:
		r.Outcome, r.Reason = Unknown, fmt.Sprintf("%s could not be read: %s", r.Unknown[0].Subject, r.Unknown[0].Detail)
		if n := len(r.Unknown); n > 1 {
			r.Reason = fmt.Sprintf("%d paths could not be read, %s first: %s", n, r.Unknown[0].Subject, r.Unknown[0].Detail)
		}
	case r.Checked == 0:
		r.Outcome, r.Reason = NotApplicable, "no "+strings.Join(c.AppliesTo, ", ")
	default:
		r.Outcome = Pass
	}
	if r.Outcome == Fail && later != "" {
		r.Unknown = nil // what only the gate or a base brings is not held against a check
	}
	return r
}

// notLooked finds the required families that nobody looked for. later is the reason why
// another command decides the control.
func notLooked(c Control, in *Input) (later string, missing []RawFinding) {
	for _, name := range c.Requires {
		family := sbom.Family(name)
		state := in.Collected[family]
		if state.Looked {
			continue
		}
		if reason, ok := laterFamilies[family]; ok && in.Config.Mode == ModeCheck {
			if later == "" {
				later = cmp.Or(state.Reason, reason)
			}
			continue
		}
		missing = append(missing, RawFinding{
			Subject: name, Key: keyNotLooked,
			Detail: fmt.Sprintf("nobody looked for %s: %s", name, cmp.Or(state.Reason, "no collector ran")),
		})
	}
	return later, missing
}

// problemsOf lists, one entry per path, what could not be read of the families a control
// requires.
func problemsOf(c Control, in *Input, digests *digestIndex) []RawFinding {
	var out []RawFinding
	for _, p := range in.Problems {
		if !slices.Contains(c.Requires, string(p.Family)) {
			continue
		}
		f := RawFinding{
			Subject: p.Path, Detail: p.Reason, Key: keyProblem + p.Code,
			At: sbom.At{Path: p.Path, Line: p.Line, Offset: max(p.Offset, 0)},
		}
		f.Digest = digests.path[p.Path]
		out = append(out, f)
	}
	sortFindings(out)
	return slices.CompactFunc(out, func(a, b RawFinding) bool { return a.At.Path == b.At.Path })
}

// sectionSizes counts the entries of every section; a section that is one object counts
// when it was looked for.
func sectionSizes(in *Input) map[string]int {
	sizes := map[string]int{}
	for _, f := range jsonFields(reflect.TypeFor[Input]()) {
		v := reflect.ValueOf(in).Elem().FieldByIndex(f.index)
		switch v.Kind() {
		case reflect.Slice, reflect.Map:
			sizes[f.name] = v.Len()
			if f.name == string(sbom.FamilyBOM) {
				sizes[f.name] = min(v.Len(), 1) // one document, not its bytes
			}
		case reflect.Struct:
			if in.Collected[sbom.Family(f.name)].Looked {
				sizes[f.name] = 1
			}
		}
	}
	return sizes
}

// sortFindings orders findings by place, then by what they say.
func sortFindings(list []RawFinding) {
	slices.SortFunc(list, func(a, b RawFinding) int {
		return cmp.Or(
			strings.Compare(a.At.Path, b.At.Path), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column),
			cmp.Compare(a.At.Offset, b.At.Offset), strings.Compare(a.At.Pointer, b.At.Pointer),
			strings.Compare(a.Subject, b.Subject), strings.Compare(a.Key, b.Key), strings.Compare(a.Detail, b.Detail),
			strings.Compare(a.Digest, b.Digest), strings.Compare(string(a.Certainty), string(b.Certainty)))
	})
}
