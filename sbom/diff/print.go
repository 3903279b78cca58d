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

// values says what a change went from and to; a digest is shown by its start. What the
// subject says already is not said again.
func values(ch sbom.Change) string {
	before, after := short(ch.Before), short(ch.After)
	if ch.Kind == RevisionMoved {
		before, after = unpinned(before), unpinned(after)
	}
	said := ""
	switch {
	case before == "" && after != ch.Subject:
		said = after
	case after == "" && before != "" && before != ch.Subject:
		said = "was " + before
	case before != "" && after != "":
		said = before + " -> " + after
	}
	if !unproven(ch) {
		return said
	}
	return strings.TrimSpace(said + " (without provenance)")
}

// unpinned says the absence of a revision in words.
func unpinned(revision string) string {
	if revision == sbom.RevisionNone {
		return "no revision"
	}
	return revision
}

// unproven is data that came or moved without a record of where it comes from.
func unproven(ch sbom.Change) bool {
	return (ch.Kind == DatasetAdded || ch.Kind == DatasetDigestChanged) && ch.Provenance == sbom.No
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

// told parts the changes that say something in ML terms from files of which only the
// bytes are known to differ; a file that a change names is not listed once more.
func told(changes []sbom.Change) (said []sbom.Change, files []string) {
	named := map[string]bool{}
	for _, ch := range changes {
		if ch.Kind != CodeChanged || ch.Subject != ch.At.Path {
			said, named[ch.At.Path] = append(said, ch), true
		}
	}
	for _, ch := range changes {
		if ch.Kind == CodeChanged && ch.Subject == ch.At.Path && !named[ch.At.Path] {
			files = append(files, ch.At.Path)
		}
	}
	return said, files
}

// Text writes the changes for a terminal, two lines each, then the other files.
func Text(w io.Writer, changes []sbom.Change) error {
	var b strings.Builder
	said, files := told(changes)
	for _, ch := range said {
		fmt.Fprintf(&b, "%-26s %s\n", phrase(ch.Kind), printable(ch.Subject))
		line := printable(place(ch.At))
		if v := values(ch); v != "" {
			line += "  " + v
		}
		fmt.Fprintf(&b, "%-26s %s\n", "", line)
	}
	fmt.Fprintf(&b, "%s\n", counted(len(said)))
	if len(files) > 0 {
		fmt.Fprintf(&b, "%s:\n", others(len(files)))
	}
	for _, p := range files {
		fmt.Fprintf(&b, "  %s\n", printable(p))
	}
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

func others(n int) string {
	if n == 1 {
		return "1 other file of the ML system differs"
	}
	return fmt.Sprintf("%d other files of the ML system differ", n)
}

// Markdown writes the changes as a table for a pull request, then the other files.
func Markdown(w io.Writer, changes []sbom.Change) error {
	var b strings.Builder
	said, files := told(changes)
	if len(said) == 0 {
		b.WriteString("No change in ML terms.\n")
	} else {
		b.WriteString("| Change | Subject | Before | After | Where |\n| --- | --- | --- | --- | --- |\n")
	}
	for _, ch := range said {
		kind, before, after := phrase(ch.Kind), short(ch.Before), short(ch.After)
		if unproven(ch) {
			kind += " without provenance"
		}
		if ch.Kind == RevisionMoved {
			before, after = unpinned(before), unpinned(after)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", kind, cell(ch.Subject), cell(before), cell(after), cell(place(ch.At)))
	}
	if len(files) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n", others(len(files)))
		for _, p := range files {
			fmt.Fprintf(&b, "- %s\n", cell(p))
		}
		b.WriteString("\n</details>\n")
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
