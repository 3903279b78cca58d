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

func readLabels(t *testing.T) []labelSet {
	t.Helper()
	files, err := filepath.Glob("testdata/labels/*.json")
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

// TestLabelsAreEnough holds the labelled set to its size.
func TestLabelsAreEnough(t *testing.T) {
	t.Parallel()
	references, lookAlikes := 0, 0
	sets := readLabels(t)
	for _, s := range sets {
		if len(s.Commit) != sha1Hex || !isHex(s.Commit) {
			t.Errorf("%s: commit %q is not a full commit", s.Repo, s.Commit)
		}
		for _, l := range append(slices.Clone(s.Labels), s.LookAlikes...) {
			if !slices.Contains(s.Files, l.Path) || l.Line < 1 || l.Name == "" {
				t.Errorf("%s: %s is outside the files that were read", s.Repo, l)
			}
		}
		references += len(s.Labels)
		lookAlikes += len(s.LookAlikes)
	}
	if len(sets) < 12 || references < 150 || lookAlikes < 80 {
		t.Errorf("%d repositories, %d references, %d look-alikes; want 12, 150 and 80", len(sets), references, lookAlikes)
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
// its repository (without the owner), at the commit of its labels.
func TestAccuracy(t *testing.T) {
	dir := os.Getenv("MLPOLICY_LABELS_DIR")
	if dir == "" {
		t.Skip("MLPOLICY_LABELS_DIR names no checkouts of the labelled repositories")
	}
	total := &score{labels: map[string]int{}, found: map[string]int{}, placed: map[string]int{}, predicted: map[string]int{}, right: map[string]int{}}
	sets := readLabels(t)
	for _, s := range sets {
		_, name, _ := strings.Cut(s.Repo, "/")
		root := filepath.Join(dir, name)
		if _, err := os.Stat(root); err != nil {
			t.Fatalf("%s at %s is not in %s", s.Repo, s.Commit, dir)
		}
		inv, err := sbom.Generate(context.Background(), os.DirFS(root), sbom.Options{Collectors: Collectors, Linkers: Linkers, Digests: sbom.DigestsNone})
		if err != nil {
			t.Fatal(err)
		}
		total.add(s, inv)
	}
	for _, kind := range scoredKinds {
		if r := ratio(total.found[kind], total.labels[kind]); r < minRecall {
			t.Errorf("recall of %ss is %.3f, bar is %.2f", kind, r, minRecall)
		}
	}
	if p := ratio(sum(total.right), sum(total.predicted)); p < minPrecision {
		t.Errorf("precision is %.3f, bar is %.2f", p, minPrecision)
	}
	if p := ratio(sum(total.placed), sum(total.found)); p < minPosition {
		t.Errorf("position is %.3f, bar is %.2f", p, minPosition)
	}
	if total.revisions != total.revisionsOK {
		t.Errorf("%d of %d revisions are right, all should be", total.revisionsOK, total.revisions)
	}
	keepDocument(t, total.report(sets))
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

const (
	accuracyPath  = "../../docs/accuracy.md"
	accuracyBegin = "<!-- references: begin, written by TestAccuracy -->\n"
	accuracyEnd   = "<!-- references: end -->"
)

// keepDocument compares the generated part of docs/accuracy.md, or rewrites it.
func keepDocument(t *testing.T, part string) {
	t.Helper()
	data, err := os.ReadFile(accuracyPath)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), accuracyBegin)
	_, after, closed := strings.Cut(rest, accuracyEnd)
	if !ok || !closed {
		t.Fatalf("%s has no part between %q and %q", accuracyPath, accuracyBegin, accuracyEnd)
	}
	want := before + accuracyBegin + part + accuracyEnd + after
	if want == string(data) {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Errorf("%s is stale; run with UPDATE=1", accuracyPath)
		return
	}
	if err := os.WriteFile(accuracyPath, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
