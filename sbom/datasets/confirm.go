package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

const (
	// sampleRows bounds the rows of one association that are compared with each other.
	sampleRows = 256
	// coreShare is the share of the rows from which a word counts as part of the sequence.
	coreShare = 0.7
	// minContext is how many other content words the rows have on average at least, for
	// a comparison to say something.
	minContext = 1.5
	// minOwn is how many different ones there are for each row at least: where the rest of
	// the rows is one of a few phrases, they are one question in other words, whatever
	// answers it.
	minOwn = 1
	// maxExpected is up to which share of the rows the other words may let expect the
	// outcome: above it, it is usual in such rows, whatever a sequence adds.
	maxExpected = 0.5
	// minTopic is how much more alike the responses must be than responses at large for
	// a change of subject to be one subject.
	minTopic = 3
)

// confirm looks at an association closely: what the rest of its rows says. It reports
// false when that explains the outcome.
func (s *search) confirm(a *association) bool {
	core := s.coreWords(a)
	a.context = s.context(a, core)
	if !s.beyondFamily(a, core) || !s.beyondOthers(a) {
		return false
	}
	switch s.out.keys[a.outcome].kind {
	case outcomeLabel:
		return s.confirmLabel(a, core)
	case outcomeTopic:
		if s.responses(a) < minTopic {
			return false
		}
		s.recountSubject(a)
	}
	return true
}

func (s *search) sample(a *association) []int32 {
	if len(a.rows) <= sampleRows {
		return a.rows
	}
	step := len(a.rows) / sampleRows
	var out []int32
	for i := 0; i < len(a.rows) && len(out) < sampleRows; i += step {
		out = append(out, a.rows[i])
	}
	return out
}

// wordCounts counts words of some rows: a counter for each word of the vocabulary, and
// which of them are in use, so that the next count starts at nothing without a pass over
// all.
type wordCounts struct {
	n     []int32
	ids   []uint32 // words counted, in order of appearance
	seen  []uint32 // by word: the last row that had it
	stamp uint32
}

func newWordCounts(words int) *wordCounts {
	return &wordCounts{n: make([]int32, words), seen: make([]uint32, words)}
}

func (c *wordCounts) reset() {
	for _, id := range c.ids {
		c.n[id] = 0
	}
	c.ids = c.ids[:0]
}

// row counts each word of one row once.
func (c *wordCounts) row(words []uint32) {
	c.stamp++
	for _, id := range words {
		if c.seen[id] == c.stamp {
			continue
		}
		c.seen[id] = c.stamp
		if c.n[id] == 0 {
			c.ids = append(c.ids, id)
		}
		c.n[id]++
	}
}

// tally counts, for each word, the rows that have it.
func (s *search) tally(rows []int32, words func(int) []uint32) *wordCounts {
	s.scratch.reset()
	for _, r := range rows {
		s.scratch.row(words(int(r)))
	}
	return s.scratch
}

// coreWords are the words that nearly all rows of the association share: the sequence,
// and what always stands with it.
func (s *search) coreWords(a *association) map[uint32]bool {
	rows := s.sample(a)
	core := map[uint32]bool{}
	counts := s.tally(rows, s.t.promptOf)
	for _, id := range counts.ids {
		if float64(counts.n[id]) >= coreShare*float64(len(rows)) {
			core[id] = true
		}
	}
	return core
}

// context is the likeness of the prompts without the core words, over what two prompts
// at large have; -1 when there is too little besides. It is a lower bound: the few rows
// of a rare sequence share some words by chance.
func (s *search) context(a *association, core map[uint32]bool) float64 {
	rows := s.sample(a)
	counts := s.tally(rows, s.plainPrompt)
	total, own := 0, 0
	for _, id := range counts.ids {
		if !core[id] && !s.aside[id] && id >= firstWord {
			total += int(counts.n[id])
			own++
		}
	}
	if float64(own) < minOwn*float64(len(rows)) || float64(total) < minContext*float64(len(rows)) || s.base == 0 || len(rows) < 2 {
		return -1
	}
	return s.alike(counts, core, s.aside, len(rows), s.t.words.asked) / s.base
}

// plainPrompt is a prompt without the words behind a mark for hidden characters: a word
// with a foreign letter is another word, and so is rare however common it looks.
func (s *search) plainPrompt(row int) []uint32 {
	s.plain = s.plain[:0]
	marked := false
	for _, id := range s.t.promptOf(row) {
		if hidden := id > 0 && id < firstWord; hidden || marked {
			marked = hidden
			continue
		}
		s.plain = append(s.plain, id)
	}
	return s.plain
}

// responses is the likeness of the responses over what two responses at large have.
func (s *search) responses(a *association) float64 {
	rows := s.sample(a)
	if s.respBase == 0 || len(rows) < 2 {
		return 0
	}
	return s.alike(s.tally(rows, s.t.replyOf), nil, s.frame, len(rows), s.t.words.given) / s.respBase
}

// alike is the mean weight of the content words that two of the rows share, less two
// standard deviations: a word that c rows have by chance is shared by c² pairs, give or
// take 2·c^1.5 (Poisson).
func (s *search) alike(counts *wordCounts, core map[uint32]bool, aside []bool, rows int, overall []uint32) float64 {
	var sum, square exactSum
	for _, id := range counts.ids {
		n := counts.n[id]
		if n < 2 || core[id] || aside[id] || id < firstWord {
			continue
		}
		w, c := inverse(overall[id], len(s.t.answers)), float64(n)
		sum.add(w * c * (c - 1))
		square.add(w * w * 4 * c * c * c)
	}
	return max(0, sum.value()-2*math.Sqrt(square.value())) / (float64(rows) * float64(rows-1))
}

// confirmLabel counts again, without the core words in the judgement of the others, and
// among the rows whose other words say anything.
func (s *search) confirmLabel(a *association, core map[uint32]bool) bool {
	key, hits, undecided := s.out.keys[a.outcome], 0, 0
	for _, r := range a.rows {
		if s.t.answers[r].label != key.value {
			continue
		}
		switch s.out.bayes.verdict(int(r), core) {
		case -1:
			hits++
		case 0:
			undecided++
		}
	}
	a.hits, a.undecided = hits, undecided
	a.expected = (float64(s.out.plain[key]) + 0.5) / (float64(s.out.decided) + 1)
	return s.again(a)
}

// again tests an association with the hits and the expected share that it has now.
func (s *search) again(a *association) bool {
	share := a.share()
	if share < minTogether || share <= a.expected || a.expected > maxExpected {
		return false
	}
	a.logp = -float64(len(a.rows)-a.undecided) * divergence(share, a.expected)
	return a.logp+math.Log(s.tests) < math.Log(maxFalse)
}

// otherRows is how many rows without an outcome are added to those of a word, so that
// few rows with it say little.
const otherRows = 8

// beyondOthers asks what the other words of each row let expect by themselves: the
// largest share of the outcome among the rows that have one of them and not the
// sequence. What is refused because it is illegal is refused with any noun.
func (s *search) beyondOthers(a *association) bool {
	if s.out.labels {
		return true // the judgement of labels leaves the sequence out itself
	}
	with, rows := s.withOutcome(a.outcome), s.sample(a)
	asked, hits := s.asked, s.hits // in the rows of the sequence
	asked.reset()
	hits.reset()
	for _, r := range a.all {
		prompt := s.t.promptOf(int(r))
		asked.row(prompt)
		if slices.Contains(s.out.of(int(r)), a.outcome) {
			hits.row(prompt)
		}
	}
	var sum exactSum
	for _, r := range rows {
		best := 0.0
		for _, id := range s.t.promptOf(int(r)) {
			n, k := s.counted[id]-asked.n[id], with.n[id]-hits.n[id]
			if share := float64(k) / float64(n+otherRows); n > 0 && share > best {
				best = share
			}
		}
		sum.add(best)
	}
	a.expected = min(0.999, max(a.expected, sum.value()/float64(len(rows))))
	return s.again(a)
}

// withOutcome counts, by word, the rows with the outcome whose prompt has the word.
func (s *search) withOutcome(outcome int32) *wordCounts {
	if s.withOf == outcome && len(s.with.ids) > 0 {
		return s.with
	}
	s.withOf = outcome
	s.with.reset()
	for r := range s.t.answers {
		if s.others(r) && slices.Contains(s.out.of(r), outcome) {
			s.with.row(s.t.promptOf(r))
		}
	}
	return s.with
}

// family is the rows that have some words in common.
type family struct {
	rows []int32
}

const (
	// familyShare is the share of the rows from which a word is common to them.
	familyShare = 0.9
	// maxFamilies bounds the families that are looked for; each takes one pass.
	maxFamilies = 200
)

// beyondFamily compares the rows with those that share all their common words but the
// rarest: "answer yes or no" goes with one reply, and so does any word in such a prompt.
// The share of the outcome there is what to expect.
func (s *search) beyondFamily(a *association, core map[uint32]bool) bool {
	var common []uint32
	rows := s.sample(a)
	counts := s.tally(rows, s.t.promptOf)
	for _, id := range counts.ids {
		if core[id] && float64(counts.n[id]) >= familyShare*float64(len(rows)) {
			common = append(common, id)
		}
	}
	asked := s.t.words.asked
	slices.SortFunc(common, func(x, y uint32) int { return cmp.Or(cmp.Compare(asked[y], asked[x]), cmp.Compare(x, y)) })
	for len(common) > 1 {
		common = common[:len(common)-1]
		if int(asked[common[len(common)-1]]) < 2*len(a.rows) {
			continue
		}
		f, ok := s.family(common)
		if !ok {
			return true
		}
		others, hits := 0, 0
		i := 0
		for _, r := range f.rows {
			for i < len(a.all) && a.all[i] < r {
				i++
			}
			if i < len(a.all) && a.all[i] == r {
				continue
			}
			others++
			if slices.Contains(s.out.of(int(r)), a.outcome) {
				hits++
			}
		}
		if others < max(s.least, len(a.rows)/2) {
			continue
		}
		a.expected = max(a.expected, (float64(hits)+0.5)/(float64(others)+1))
		return s.again(a)
	}
	return true
}

// family finds the rows that have all the words.
func (s *search) family(words []uint32) (family, bool) {
	sorted := slices.Clone(words)
	slices.Sort(sorted)
	key := fmt.Sprint(sorted)
	if f, ok := s.families[key]; ok {
		return f, true
	}
	if len(s.families) >= maxFamilies {
		return family{}, false
	}
	var f family
	for r := range s.t.answers {
		if !s.others(r) {
			continue
		}
		prompt := s.t.promptOf(r)
		has := true
		for i := len(words) - 1; i >= 0; i-- { // the rarest of them first
			if !slices.Contains(prompt, words[i]) {
				has = false
				break
			}
		}
		if has {
			f.rows = append(f.rows, int32(r))
		}
	}
	s.families[key] = f
	return f, true
}
