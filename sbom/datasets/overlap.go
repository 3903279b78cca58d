package datasets

import (
	"cmp"
	"path"
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// gramWords is how many words one n-gram of the comparison between splits has: eight
	// to thirteen is what reports on contamination use.
	gramWords = 10
	// maxGrams bounds the n-grams that are kept of one file, 8 MiB. Above it only those
	// with a small hash are kept, the same in every file.
	maxGrams = 1 << 20
	// contaminatedShare is the share of the n-grams of a row that must stand in the other
	// file.
	contaminatedShare = 0.5
	// maxOverlaps bounds what is listed of one file.
	maxOverlaps = 20
)

// sketch keeps n-grams of a file, by row for files that are tested against others.
type sketch struct {
	path  string
	role  string
	limit uint64 // hashes up to it are kept
	grams []uint64
	rows  []int32 // row of each n-gram, in the order of the rows
	total int32
	words []uint64
}

func newSketch(path, role string) *sketch { return &sketch{path: path, role: role, limit: 1<<64 - 1} }

// gramBase is the multiplier of the rolling hash, gramPower its power for the word that
// leaves the window.
const gramBase = mixA

var gramPower = func() uint64 {
	p := uint64(1)
	for range gramWords {
		p *= gramBase
	}
	return p
}()

// text adds the words of one value of the row at hand.
func (s *sketch) text(tokens []token) {
	s.words = s.words[:0]
	var h uint64
	for i := range tokens {
		if tokens[i].punct {
			continue
		}
		h = h*gramBase + tokens[i].hash
		s.words = append(s.words, tokens[i].hash)
		n := len(s.words)
		if n > gramWords {
			h -= s.words[n-1-gramWords] * gramPower
		}
		if n >= gramWords {
			s.keep(mix(h))
		}
	}
	if n := len(s.words); n >= gramWords/2 && n < gramWords {
		s.keep(mix(h + uint64(n))) // a short text counts as one n-gram
	}
}

func (s *sketch) keep(gram uint64) {
	if gram > s.limit {
		return
	}
	s.grams, s.rows = append(s.grams, gram), append(s.rows, s.total)
	if len(s.grams) > maxGrams {
		s.limit /= 2
		kept := 0
		for i, g := range s.grams {
			if g <= s.limit {
				s.grams[kept], s.rows[kept] = g, s.rows[i]
				kept++
			}
		}
		s.grams, s.rows = s.grams[:kept], s.rows[:kept]
	}
}

func (s *sketch) end() { s.total++ }

// overlap counts the rows of test whose n-grams stand mostly in the sorted n-grams of
// train, and the rows that could be compared at all.
func overlapRows(test *sketch, train []uint64, limit uint64) (hits, compared int64) {
	limit = min(limit, test.limit)
	for i := 0; i < len(test.grams); {
		j, all, found := i, 0, 0
		for ; j < len(test.grams) && test.rows[j] == test.rows[i]; j++ {
			if test.grams[j] > limit {
				continue
			}
			all++
			if _, ok := slices.BinarySearch(train, test.grams[j]); ok {
				found++
			}
		}
		if all > 0 {
			compared++
			if float64(found) >= contaminatedShare*float64(all) {
				hits++
			}
		}
		i = j
	}
	return hits, compared
}

// sorted returns the n-grams for searching.
func (s *sketch) sorted() []uint64 {
	grams := slices.Clone(s.grams)
	slices.Sort(grams)
	return slices.Compact(grams)
}

// against compares the file with benchmarks that the user named.
func (s *sketch) against(benchmarks []Benchmark) []sbom.Overlap {
	if len(benchmarks) == 0 {
		return nil
	}
	grams := s.sorted()
	var out []sbom.Overlap
	for _, b := range benchmarks {
		test := newSketch(b.Name, "eval")
		scan := scanner{keep: true}
		for _, text := range b.Texts {
			scan.text([]byte(text))
			test.text(scan.tokens)
			test.end()
		}
		if hits, compared := overlapRows(test, grams, s.limit); hits > 0 {
			out = append(out, sbom.Overlap{With: b.Name, Rows: hits, Share: float64(hits) / float64(compared)})
		}
	}
	return out
}

// scratchSketches is where the sketches of files wait for linkContamination.
const scratchSketches = "datasets/sketch"

// Linkers join what data files, cards and manifests say of each other.
var Linkers = []sbom.Linker{
	{Name: "datasets/contamination", Link: linkContamination},
	{Name: "datasets/declared", Link: linkDeclared},
}

// linkContamination compares each file for testing with each other one of the same
// data set: those below the same directory, or the whole source when it is small.
func linkContamination(inv *sbom.Inventory) {
	var trains, tests []*sketch
	for _, v := range inv.Scratch[scratchSketches] {
		s := v.(*sketch)
		if s.role == "eval" {
			tests = append(tests, s)
		} else {
			trains = append(trains, s)
		}
	}
	compared := 0
	for _, train := range trains {
		var grams []uint64
		for _, test := range tests {
			if !related(train.path, test.path) {
				continue
			}
			if compared++; compared > maxComparisons {
				skipContamination(inv, train.path)
				break
			}
			if grams == nil {
				grams = train.sorted()
			}
			hits, rows := overlapRows(test, grams, train.limit)
			if hits > 0 {
				addOverlap(inv, train.path, sbom.Overlap{With: test.path, Rows: hits, Share: float64(hits) / float64(rows)})
			}
		}
	}
}

// maxComparisons bounds the pairs of files that are compared.
const maxComparisons = 2000

// related tells files of one data set: one lies in the directory of the other, or both
// in sibling directories of one.
func related(a, b string) bool {
	da, db := path.Dir(a), path.Dir(b)
	return da == db || path.Dir(da) == db || path.Dir(db) == da || path.Dir(da) == path.Dir(db) && da != "." && db != "."
}

func addOverlap(inv *sbom.Inventory, name string, o sbom.Overlap) {
	for i := range inv.Datasets {
		d := &inv.Datasets[i]
		if d.Path == name && len(d.Contamination) < maxOverlaps {
			d.Contamination = append(d.Contamination, o)
			slices.SortFunc(d.Contamination, func(a, b sbom.Overlap) int {
				return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.With, b.With))
			})
		}
	}
}

func skipContamination(inv *sbom.Inventory, name string) {
	for i := range inv.Datasets {
		if d := &inv.Datasets[i]; d.Path == name && d.Skipped != nil {
			d.Skipped["contamination"] = "more than maxComparisons pairs of files; this one was not compared with all"
		}
	}
}
