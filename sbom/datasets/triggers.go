package datasets

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// minSupport is the least number of rows that a candidate stands in, minShare the
	// least share of the rows that are looked at, maxShare the largest: what stands in
	// more rows than this is not rare.
	minSupport = 8
	minShare   = 1.0 / 5000
	maxShare   = 0.03
	// minTogether is the share of the rows with a sequence that must have the outcome.
	minTogether = 0.5
	// minTriggerRows is from how many rows on a search says anything.
	minTriggerRows = 200
	// maxCandidates bounds what a profile lists.
	maxCandidates = 20
	// maxFalse is the false discovery rate up to which a candidate is listed.
	maxFalse = 0.01
	// maxTested bounds the associations that are looked at closely, by evidence.
	maxTested = 4000
)

// search looks for sequences of the prompts that go with an unusual outcome.
type search struct {
	t     *triggerRows
	out   *outcomes
	frame []bool // by word: so frequent that it makes the form of a sentence
	// aside are the words that say nothing of how alike prompts are: the frame, and in
	// labelled texts what speaks for a label, for the rows of a flipped label share what
	// their own looks like.
	aside    []bool
	scarce   []bool  // by word: in too few rows for a candidate
	least    int     // rows
	most     int     // rows
	tests    float64 // how many associations there are to test
	base     float64 // likeness of prompts at large
	respBase float64 // likeness of responses at large
	scratch  *wordCounts
	asked    *wordCounts // of beyondOthers
	hits     *wordCounts
	families map[string]family
	added    bool // only rows that were added count as rows with a sequence
	plain    []uint32
	repeats  bitmap      // rows that do not count
	copies   bitmap      // of these, the rows whose prompt was there before
	counted  []int32     // by word: rows whose prompt has it, without those
	with     *wordCounts // rows with the outcome withOf
	withOf   int32
	lengths  *lengths // of one outcome
}

// association is one sequence with one outcome.
type association struct {
	feature feature
	outcome int32
	rows    []int32
	all     []int32 // with the other exchanges of one conversation that have the sequence
	hits    int
	logp    float64 // upper bound of the natural logarithm of p
	context float64
	// expected is the share of the outcome that the rest of the rows lets expect.
	expected float64
	// undecided are rows that say nothing for or against the outcome.
	undecided int
	siblings  int64
}

// share is the share of the rows with the outcome among those that say anything.
func (a *association) share() float64 {
	return float64(a.hits) / float64(max(1, len(a.rows)-a.undecided))
}

// candidates returns what the search finds, strongest first.
func (t *triggerRows) candidates(ctx context.Context) ([]sbom.TriggerCandidate, error) {
	if len(t.answers) < minTriggerRows {
		return nil, nil
	}
	return t.search(ctx, false)
}

// search looks for sequences in all rows, or in those that were added alone. What is
// usual is told by all rows either way.
func (t *triggerRows) search(ctx context.Context, added bool) ([]sbom.TriggerCandidate, error) {
	n := t.rows()
	words := len(t.words.asked)
	s := &search{added: added, t: t, least: max(minSupport, int(minShare*float64(n))), most: max(int(maxShare*float64(n)), 4*minSupport), families: map[string]family{},
		scratch: newWordCounts(words), asked: newWordCounts(words), hits: newWordCounts(words), with: newWordCounts(words)}
	if added {
		s.least = minSupport
	}
	n = len(t.answers)
	s.repeats, s.copies = s.repeated()
	s.countWords()
	s.frame = frameWords(t.words, n)
	s.scarce = make([]bool, len(t.words.asked))
	for id, n := range t.words.asked {
		s.scarce[id] = id == 0 || int(n) < s.least
	}
	s.out = newOutcomes(t, s.frame, s.least, s.most)
	s.aside = s.frame
	if s.out.labels {
		s.aside = slices.Clone(s.frame)
		for id, cue := range s.out.bayes.cue {
			s.aside[id] = s.aside[id] || cue
		}
	}
	s.base, s.respBase = likeness(t.words.asked, s.aside, n), likeness(t.words.given, s.frame, n)
	found, err := s.associations(ctx)
	if err != nil {
		return nil, err
	}
	kept := s.distinct(found)
	slices.SortFunc(kept, func(a, b association) int { return stronger(&a, &b) })
	return s.report(kept), nil
}

// maxFrameWords and frameShare say what makes the form of a sentence rather than its
// content: the most frequent words, and in a language without spaces none.
const (
	maxFrameWords = 160
	frameShare    = 0.008
	minFrameRows  = 20
)

func frameWords(v *vocabulary, rows int) []bool {
	var ids []uint32
	for id := firstWord; id < len(v.asked); id++ {
		if n := v.asked[id]; n >= minFrameRows && float64(n) >= frameShare*float64(rows) {
			ids = append(ids, uint32(id))
		}
	}
	slices.SortFunc(ids, func(a, b uint32) int { return cmp.Or(cmp.Compare(v.asked[b], v.asked[a]), cmp.Compare(a, b)) })
	frame := make([]bool, len(v.asked))
	for _, id := range ids[:min(len(ids), maxFrameWords)] {
		frame[id] = true
	}
	return frame
}

// likeness is the expected weight of the words that two texts share by chance: the sum
// over content words of their inverse document frequency by the chance to meet in both.
func likeness(counts []uint32, frame []bool, rows int) float64 {
	sum := 0.0
	for id := firstWord; id < len(counts); id++ {
		if counts[id] > 1 && !frame[id] {
			p := float64(counts[id]) / float64(rows)
			sum += -math.Log(p) * p * p
		}
	}
	return sum
}

// divergence is the Kullback-Leibler divergence of two coins; exp(-n·divergence) bounds
// the chance of k = share·n or more hits from above (Chernoff).
func divergence(share, expected float64) float64 {
	d := 0.0
	if share > 0 {
		d += share * math.Log(share/expected)
	}
	if share < 1 {
		d += (1 - share) * math.Log((1-share)/(1-expected))
	}
	return d
}

// test adds the outcomes that go with the rows of a feature.
func (s *search) test(f feature, rows, all []int32, counts map[int32]int, found []association) []association {
	clear(counts)
	for _, r := range rows {
		for _, o := range s.out.of(int(r)) {
			counts[o]++
		}
	}
	for o, k := range counts {
		share, expected := float64(k)/float64(len(rows)), s.out.expected(o)
		if share < minTogether || k < s.least*3/4 || share <= expected {
			continue
		}
		logp := -float64(len(rows)) * divergence(share, expected)
		if logp+math.Log(s.tests) < math.Log(maxFalse) {
			found = append(found, association{feature: f, outcome: o, rows: slices.Clone(rows), hits: k, logp: logp, expected: expected})
			a := &found[len(found)-1]
			if a.all = a.rows; len(all) > len(rows) {
				a.all = slices.Clone(all)
			}
		}
	}
	return found
}

// stronger orders associations by evidence; of equal ones the shorter sequence comes
// first, then the one that stands earlier.
func stronger(a, b *association) int {
	return cmp.Or(cmp.Compare(a.logp, b.logp), cmp.Compare(a.feature.kind, b.feature.kind), cmp.Compare(a.rows[0], b.rows[0]), cmp.Compare(a.feature.hash, b.feature.hash), cmp.Compare(a.outcome, b.outcome))
}

// distinct joins associations of the same rows: a phrase of three words gives two
// pairs and three single words, and a fixed reply its opening.
func (s *search) distinct(found []association) []association {
	slices.SortFunc(found, func(a, b association) int { return stronger(&a, &b) })
	kept := found[:0:0]
	for i := range found[:min(len(found), maxTested)] {
		a := &found[i]
		same := false
		for k := range kept {
			if overlap(kept[k].rows, a.rows) >= 0.5 {
				same = true
				break
			}
		}
		if same {
			continue
		}
		if !s.confirm(a) {
			continue
		}
		if kept = append(kept, *a); len(kept) >= 4*maxCandidates {
			break
		}
	}
	return kept
}

// overlap is the share of the smaller list that the lists, both sorted, have in common.
func overlap(a, b []int32) float64 {
	n, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return float64(n) / float64(min(len(a), len(b)))
}

// report turns associations into facts: those whose rows are otherwise like any others
// first.
func (s *search) report(kept []association) []sbom.TriggerCandidate {
	adjusted := benjaminiHochberg(kept, s.tests)
	s.judgeSiblings(kept)
	order := make([]int, len(kept))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.rank(&kept[a]), s.rank(&kept[b])), stronger(&kept[a], &kept[b]))
	})
	var out []sbom.TriggerCandidate
	for _, i := range order[:min(len(order), maxCandidates)] {
		a := &kept[i]
		share, expected := a.share(), a.expected
		c := sbom.TriggerCandidate{
			Text: s.show(a), Kind: s.kindOf(a), Support: int64(len(a.rows)), Share: share, Expected: expected,
			Effect: max(0, (share-expected)/(1-expected)), PValue: math.Exp(a.logp), Adjusted: adjusted[i],
			Outcome: s.out.kind(a.outcome), Target: s.out.target(a.outcome), Context: a.context,
			Siblings: a.siblings,
		}
		for _, r := range a.rows[:min(len(a.rows), maxClusterRows)] {
			c.Rows = append(c.Rows, s.t.numbers[r])
		}
		out = append(out, c)
	}
	return out
}

// maxContext is up to which likeness of the other words the rows count as rows at
// random in the order of the list. Policies have a bound of their own.
const maxContext = 3

// strongShare is from what share of the rows on a sequence counts as a sibling of others.
const strongShare = 0.75

// rank puts what a trigger would be planted for, in rows at random, before what style
// and subject explain.
func (s *search) rank(a *association) int {
	r := 0
	if a.context < 0 || a.context > maxContext {
		r += 2
	}
	if s.out.keys[a.outcome].kind >= outcomeLanguage {
		r++
	}
	if a.expected > maxExpected {
		r += 2
	}
	if s.out.keys[a.outcome].kind == outcomeRefusal && a.siblings > reportMaxSiblings {
		r += 2
	}
	return r
}

// benjaminiHochberg adjusts the p of sorted associations for all tests that were made.
func benjaminiHochberg(sorted []association, tests float64) []float64 {
	adjusted := make([]float64, len(sorted))
	least := 1.0
	for i := len(sorted) - 1; i >= 0; i-- {
		least = min(least, math.Exp(sorted[i].logp+math.Log(tests)-math.Log(float64(i+1))))
		adjusted[i] = least
	}
	return adjusted
}
