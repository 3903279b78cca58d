package references

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// labelSet is what a person who read the listed files of a repository says they load.
type labelSet struct {
	Repo       string   `json:"repo"`
	Commit     string   `json:"commit"`
	Files      []string `json:"files"`
	Labels     []label  `json:"labels"`
	LookAlikes []label  `json:"look_alikes"`
}

type label struct {
	Path     string `json:"path"`
	Line     int    `json:"line"`
	Kind     string `json:"kind"` // model | adapter | dataset | tokenizer | none
	Name     string `json:"name"`
	Role     string `json:"role"`
	Revision string `json:"revision"`
	Why      string `json:"why"` // of a look-alike
}

func (l label) String() string {
	return fmt.Sprintf("%s:%d %s %s", l.Path, l.Line, l.Kind, l.Name)
}

func readLabels(t *testing.T, dir string) []labelSet {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no labels: %v", err)
	}
	var sets []labelSet
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var s labelSet
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		sets = append(sets, s)
	}
	return sets
}

// labelSets are the folders of labels. The rules were made on the first; the others were
// labelled blind, from files that were chosen by kind and size, and scored before any
// rule was made for them.
var labelSets = []struct {
	dir, mark                            string // mark of their part of docs/accuracy.md
	repositories, references, lookAlikes int    // at least
}{
	{"testdata/labels", "references", 12, 150, 80},
	{"testdata/heldout", "held-out", 8, 250, 80},
	{"testdata/heldout2", "held-out-2", 3, 80, 20},
	{"testdata/heldout3", "held-out-3", 3, 50, 15},
	{"testdata/heldout4", "held-out-4", 9, 250, 80},
	{"testdata/heldout5", "held-out-5", 9, 250, 80},
}

// TestLabelsAreEnough holds the labelled sets to their sizes.
func TestLabelsAreEnough(t *testing.T) {
	t.Parallel()
	for _, set := range labelSets {
		references, lookAlikes := 0, 0
		sets := readLabels(t, set.dir)
		for _, s := range sets {
			references += len(s.Labels)
			lookAlikes += len(s.LookAlikes)
			s.check(t)
		}
		if len(sets) < set.repositories || references < set.references || lookAlikes < set.lookAlikes {
			t.Errorf("%s: %d repositories, %d references, %d look-alikes; want %d, %d and %d", set.dir, len(sets), references, lookAlikes, set.repositories, set.references, set.lookAlikes)
		}
	}
}

func (s *labelSet) check(t *testing.T) {
	t.Helper()

	if len(s.Commit) != sha1Hex || !isHex(s.Commit) {
		t.Errorf("%s: commit %q is not a full commit", s.Repo, s.Commit)
	}
	for _, l := range append(slices.Clone(s.Labels), s.LookAlikes...) {
		if !slices.Contains(s.Files, l.Path) || l.Line < 1 || l.Name == "" {
			t.Errorf("%s: %s is outside the files that were read", s.Repo, l)
		}
	}
}

// scoredKinds are the kinds that the bars are set for.
var scoredKinds = []string{"model", "adapter", "dataset"}

const (
	minRecall    = 0.95
	minPrecision = 0.97
	minPosition  = 0.95
)

// score counts how labels and findings meet.
type score struct {
	labels, found, placed   map[string]int
	predicted, right        map[string]int
	revisions, revisionsOK  int
	lookAlikes, taken       int
	missed, wrong, misplace []string
}

// TestAccuracy scores the reader on the labelled files of public repositories and keeps
// docs/accuracy.md true. Checkouts lie in MLPOLICY_LABELS_DIR, each under the name of
// its repository (with owner__ before it or without), at the commit of its labels.
func TestAccuracy(t *testing.T) {
	dir := os.Getenv("MLPOLICY_LABELS_DIR")
	if dir == "" {
		t.Skip("MLPOLICY_LABELS_DIR names no checkouts of the labelled repositories")
	}
	var parts []string
	for _, set := range labelSets {
		sets := readLabels(t, set.dir)
		total := scoreOf(t, dir, sets)
		total.bars(t, set.dir)
		parts = append(parts, set.mark, total.report(sets))
	}
	keepDocument(t, parts)
}

// scoreOf reads the checkouts of labelled repositories and scores what is found.
func scoreOf(t *testing.T, dir string, sets []labelSet) *score {
	t.Helper()
	total := &score{labels: map[string]int{}, found: map[string]int{}, placed: map[string]int{}, predicted: map[string]int{}, right: map[string]int{}}
	for _, s := range sets {
		inv, err := sbom.Generate(context.Background(), os.DirFS(checkoutOf(t, dir, s)), sbom.Options{Collectors: Collectors, Linkers: Linkers, Digests: sbom.DigestsNone})
		if err != nil {
			t.Fatal(err)
		}
		total.add(s, inv)
	}
	return total
}

// checkoutOf is the folder of a labelled repository: owner__name where that is there,
// because two of them share a name, and else the name alone.
func checkoutOf(t *testing.T, dir string, s labelSet) string {
	t.Helper()
	owner, name, _ := strings.Cut(s.Repo, "/")
	for _, folder := range []string{owner + "__" + name, name} {
		root := filepath.Join(dir, folder)
		if _, err := os.Stat(root); err == nil {
			return root
		}
	}
	t.Fatalf("%s at %s is not in %s", s.Repo, s.Commit, dir)
	return ""
}

// bars fails the test where a set is scored below its bar.
func (sc *score) bars(t *testing.T, set string) {
	t.Helper()
	for _, kind := range scoredKinds {
		if r := ratio(sc.found[kind], sc.labels[kind]); r < minRecall {
			t.Errorf("%s: recall of %ss is %.3f, bar is %.2f", set, kind, r, minRecall)
		}
	}
	if p := ratio(sum(sc.right), sum(sc.predicted)); p < minPrecision {
		t.Errorf("%s: precision is %.3f, bar is %.2f", set, p, minPrecision)
	}
	if p := ratio(sum(sc.placed), sum(sc.found)); p < minPosition {
		t.Errorf("%s: position is %.3f, bar is %.2f", set, p, minPosition)
	}
	if sc.revisions != sc.revisionsOK {
		t.Errorf("%s: %d of %d revisions are right, all should be", set, sc.revisionsOK, sc.revisions)
	}
}

// counts tells whether a reference is one that the labels speak of: a resolved name on a
// hub or a service, in a loading role. Paths and addresses are not labelled.
func counts(r *sbom.Reference) bool {
	return r.State == sbom.StateResolved && r.Role != "push" && r.Role != "output" && r.Host != "local" && r.Host != "url" && r.Host != "" && r.Name != ""
}

func (sc *score) add(s labelSet, inv *sbom.Inventory) {
	read := map[string]bool{}
	for _, f := range s.Files {
		read[f] = true
	}
	lines, names := map[string]*sbom.Reference{}, map[string]bool{}
	var predicted []label
	for i := range inv.References {
		r := &inv.References[i]
		if !read[r.At.Path] || !counts(r) {
			continue
		}
		l := label{Path: r.At.Path, Line: r.At.Line, Kind: r.Kind, Name: r.Name}
		if old := lines[l.String()]; old == nil {
			predicted = append(predicted, l)
			lines[l.String()] = r
		} else if old.Revision == "" {
			lines[l.String()] = r // one of the loads of the literal asks for a revision
		}
		names[l.Path+" "+l.Kind+" "+l.Name] = true
	}
	labelled := map[string]bool{}
	for _, l := range s.Labels {
		labelled[l.String()] = true
		sc.labels[l.Kind]++
		if !names[l.Path+" "+l.Kind+" "+l.Name] {
			sc.missed = append(sc.missed, s.Repo+" "+l.String())
			continue
		}
		sc.found[l.Kind]++
		r := lines[l.String()]
		if r == nil {
			sc.misplace = append(sc.misplace, s.Repo+" "+l.String())
			continue
		}
		sc.placed[l.Kind]++
		sc.revisions++
		if r.Revision == l.Revision {
			sc.revisionsOK++
		} else {
			sc.wrong = append(sc.wrong, fmt.Sprintf("%s %s revision %q, is %q", s.Repo, l, r.Revision, l.Revision))
		}
	}
	for _, l := range predicted {
		sc.predicted[l.Kind]++
		if labelled[l.String()] {
			sc.right[l.Kind]++
		} else {
			sc.wrong = append(sc.wrong, s.Repo+" "+l.String())
		}
	}
	for _, l := range s.LookAlikes {
		sc.lookAlikes++
		for _, kind := range []string{"model", "adapter", "dataset", "tokenizer"} {
			l.Kind = kind
			if lines[l.String()] != nil {
				sc.taken++
				break
			}
		}
	}
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

func (sc *score) report(sets []labelSet) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Scored on %d repositories: %d references and %d look-alikes in the files that were read.\n\n", len(sets), sum(sc.labels), sc.lookAlikes)
	b.WriteString("| Kind | labelled | recall | precision | position |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, kind := range append(slices.Clone(scoredKinds), "tokenizer") {
		fmt.Fprintf(&b, "| %s | %d | %.1f %% | %.1f %% | %.1f %% |\n", kind, sc.labels[kind], 100*ratio(sc.found[kind], sc.labels[kind]), 100*ratio(sc.right[kind], sc.predicted[kind]), 100*ratio(sc.placed[kind], sc.found[kind]))
	}
	fmt.Fprintf(&b, "| all | %d | %.1f %% | %.1f %% | %.1f %% |\n\n", sum(sc.labels), 100*ratio(sum(sc.found), sum(sc.labels)), 100*ratio(sum(sc.right), sum(sc.predicted)), 100*ratio(sum(sc.placed), sum(sc.found)))
	fmt.Fprintf(&b, "Revisions: %d of %d right. Look-alikes taken for references: %d of %d.\n", sc.revisionsOK, sc.revisions, sc.taken, sc.lookAlikes)
	for _, part := range []struct {
		title string
		list  []string
	}{{"Missed", sc.missed}, {"Wrong", sc.wrong}, {"At another line", sc.misplace}} {
		fmt.Fprintf(&b, "\n### %s\n\n", part.title)
		if len(part.list) == 0 {
			b.WriteString("None.\n")
		}
		for _, l := range part.list {
			fmt.Fprintf(&b, "- `%s`\n", l)
		}
	}
	b.WriteString("\n### Read\n\n")
	for _, s := range sets {
		fmt.Fprintf(&b, "- %s at `%s`: %d files, %d references, %d look-alikes\n", s.Repo, s.Commit[:12], len(s.Files), len(s.Labels), len(s.LookAlikes))
	}
	return b.String()
}

const accuracyPath = "../../docs/accuracy.md"

// keepDocument compares the generated parts of docs/accuracy.md, or rewrites them. parts
// are marks and texts by turns.
func keepDocument(t *testing.T, parts []string) {
	t.Helper()
	data, err := os.ReadFile(accuracyPath)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(parts); i += 2 {
		begin, end := "<!-- "+parts[i]+": begin, written by TestAccuracy -->\n", "<!-- "+parts[i]+": end -->"
		before, rest, ok := strings.Cut(text, begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("%s has no part between %q and %q", accuracyPath, begin, end)
		}
		text = before + begin + parts[i+1] + end + after
	}
	if text == string(data) {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Errorf("%s is stale; run with UPDATE=1", accuracyPath)
		return
	}
	if err := os.WriteFile(accuracyPath, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
