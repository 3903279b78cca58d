package diff

import (
	"fmt"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// phrases say a kind of change to people.
var phrases = map[string]string{
	BaseModelSwapped: "model swapped", ModelAdded: "model added", ModelRemoved: "model removed", RevisionMoved: "revision moved",
	DatasetAdded: "dataset added", DatasetRemoved: "dataset removed", DatasetDigestChanged: "dataset content changed",
	WeightsAdded: "weights added", WeightsRemoved: "weights removed", WeightsChanged: "weights changed",
	WeightsExecutable: "weights became executable", TrustRemoteCode: "remote code trusted", ThresholdRelaxed: "threshold relaxed",
	ThresholdTightened: "threshold tightened", ThresholdChanged: "threshold changed", FilterWeakened: "filter weakened",
	StepRemoved: "step removed", AlertAdded: "alert added", AlertRemoved: "alert removed", AlertChanged: "alert changed",
	AlertSilenced: "alert silenced", BehaviourChanged: "behaviour changed", CodeChanged: "code changed",
	PackageAdded: "package added", PackageRemoved: "package removed", PackageMoved: "package version moved",
	PolicyChanged: "policy changed", WaiverChanged: "waiver changed", TrustRootChanged: "trust root changed",
	PermissionsWidened: "permissions widened", GateWeakened: "gate weakened",
}

func phrase(kind string) string {
	if p := phrases[kind]; p != "" {
		return p
	}
	return strings.ReplaceAll(kind, "_", " ")
}

// place is path:line, or what of it is known.
func place(at sbom.At) string {
	switch {
	case at.Path == "":
		return "-"
	case at.Line == 0:
		return at.Path
	}
	return fmt.Sprintf("%s:%d", at.Path, at.Line)
}

// values says what a change went from and to; a digest is shown by its start.
func values(ch sbom.Change) string {
	before, after := short(ch.Before), short(ch.After)
	switch {
	case before == "" && after == "":
		return ""
	case before == "":
		return after
	case after == "":
		return "was " + before
	}
	return before + " -> " + after
}

// shownDigestBytes is enough of a hex digest to tell two apart by eye.
const shownDigestBytes = 12

func short(s string) string {
	for _, prefix := range []string{"sha256:", "md5:"} {
		if i := strings.Index(s, prefix); i >= 0 && len(s) >= i+len(prefix)+32 && !strings.ContainsAny(s[i+len(prefix):], " /") {
			return s[:i+len(prefix)+shownDigestBytes]
		}
	}
	return printable(s)
}

// printable keeps a value of the source from writing to the terminal or the page.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\ufffd'
		}
		return r
	}, s)
}

// Text writes the changes for a terminal, two lines each.
func Text(w io.Writer, changes []sbom.Change) error {
	var b strings.Builder
	for _, ch := range changes {
		fmt.Fprintf(&b, "%-26s %s\n", phrase(ch.Kind), printable(ch.Subject))
		line := printable(place(ch.At))
		if v := values(ch); v != "" {
			line += "  " + v
		}
		fmt.Fprintf(&b, "%-26s %s\n", "", line)
	}
	fmt.Fprintf(&b, "%s\n", counted(len(changes)))
	_, err := io.WriteString(w, b.String())
	return err
}

func counted(n int) string {
	switch n {
	case 0:
		return "no change in ML terms"
	case 1:
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}

// Markdown writes the changes as a table for a pull request.
func Markdown(w io.Writer, changes []sbom.Change) error {
	var b strings.Builder
	if len(changes) == 0 {
		b.WriteString("No change in ML terms.\n")
	} else {
		b.WriteString("| Change | Subject | Before | After | Where |\n| --- | --- | --- | --- | --- |\n")
	}
	for _, ch := range changes {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", phrase(ch.Kind), cell(ch.Subject), cell(short(ch.Before)), cell(short(ch.After)), cell(place(ch.At)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell makes a value of the source inert in a Markdown table: code, without the marks
// that end a cell or the code.
func cell(s string) string {
	if s == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", "¦", "\n", " ").Replace(printable(s)) + "`"
}
