package datasets

import (
	"math"
	"math/bits"
	"slices"
)

const (
	// maxOddsRow bounds what one row says in a mean, maxOddsWord what one word says.
	maxOddsWord = 6.0
	maxOddsRow  = 4.0
	// minOddsRows is in how many rows a word must stand to say anything, minOddsHits how
	// many with the outcome it takes to speak for it (two of five happen by chance, and a
	// long prompt has many rare words), and chanceDeviations how many standard deviations
	// their share must be from chance.
	minOddsRows      = 5
	minOddsHits      = 3
	chanceDeviations = 3
	// lengthBuckets are logarithms of the words of a prompt.
	lengthBuckets = 12
)

func lengthBucket(prompt []uint32) int { return min(lengthBuckets-1, bits.Len(uint(len(prompt)))) }

// lengths counts rows, and those with an outcome, by the length of the prompt.
type lengths struct {
	outcome   int32
	n, k      [lengthBuckets]float64
	rows, hit float64
}

func (l *lengths) add(bucket int, has bool, by float64) {
	l.n[bucket] += by
	l.rows += by
	if has {
		l.k[bucket] += by
		l.hit += by
	}
}

// lengthsOf counts over all rows.
func (s *search) lengthsOf(outcome int32) lengths {
	if s.lengths != nil && s.lengths.outcome == outcome {
		return *s.lengths
	}
	l := &lengths{outcome: outcome}
	for r := range s.t.answers {
		if !s.others(r) {
			continue
		}
		l.add(lengthBucket(s.t.promptOf(r)), slices.Contains(s.out.of(r), outcome), 1)
	}
	s.lengths = l
	return *l
}

// judge says how much a row looks like one with an outcome: naive Bayes over its words
// and its length, counted without the rows of the association that is judged.
type judge struct {
	s       *search
	outcome int32
	with    *wordCounts // by word, rows with the outcome
	all     lengths
}

// judgeOf counts for an association. It leaves the words of the association's rows in
// s.asked and s.hits, where the judge finds them.
func (s *search) judgeOf(a *association) *judge {
	j := &judge{s: s, outcome: a.outcome, with: s.withOutcome(a.outcome), all: s.lengthsOf(a.outcome)}
	s.asked.reset()
	s.hits.reset()
	for _, r := range a.all {
		prompt, has := s.t.promptOf(int(r)), slices.Contains(s.out.of(int(r)), a.outcome)
		s.asked.row(prompt)
		if has {
			s.hits.row(prompt)
		}
		j.all.add(lengthBucket(prompt), has, -1)
	}
	return j
}

// says is the logarithm of the odds of n rows of which k have the outcome, nothing when
// chance explains it.
func (j *judge) says(n, k float64) float64 {
	p := max(0, j.all.hit) / max(1, j.all.rows)
	if n < minOddsRows || k > n*p && k < minOddsHits || math.Abs(k-n*p) < chanceDeviations*math.Sqrt(n*p*(1-p)) {
		return 0
	}
	odds := math.Log((k + 0.5) / (j.all.hit + 1) * (j.all.rows - j.all.hit + 1) / (n - k + 0.5))
	return max(-maxOddsWord, min(maxOddsWord, odds))
}

// row is how much the row looks like one with the outcome, core words left out. A row
// that was counted itself is left out of its own judgement.
func (j *judge) row(r int, core map[uint32]bool, counted bool) float64 {
	s, prompt := j.s, j.s.t.promptOf(r)
	n, k := 0.0, 0.0
	if counted {
		n = 1
		if slices.Contains(s.out.of(r), j.outcome) {
			k = 1
		}
	}
	b := lengthBucket(prompt)
	var sum exactSum
	sum.add(j.says(j.all.n[b]-n, j.all.k[b]-k))
	s.scratch.reset()
	s.scratch.row(prompt)
	for _, id := range s.scratch.ids {
		if !core[id] && id >= firstWord {
			sum.add(j.says(float64(s.counted[id]-s.asked.n[id])-n, float64(j.with.n[id]-s.hits.n[id])-k))
		}
	}
	return sum.value()
}

// bounded is what row says, within bounds.
func (j *judge) bounded(r int, core map[uint32]bool, counted bool) float64 {
	return max(-maxOddsRow, min(maxOddsRow, j.row(r, core, counted)))
}

// sampled is the mean over rows outside of an association that have the outcome, or over
// those that have not, of at most judgeSample.
func (j *judge) sampled(a *association, has bool) (mean float64, rows int) {
	s := j.s
	total := len(s.t.answers) - s.out.counts[a.outcome]
	if has {
		total = s.out.counts[a.outcome]
	}
	var sum exactSum
	for r, seen, step := 0, 0, max(1, total/judgeSample); r < len(s.t.answers); r++ {
		if !s.others(r) || slices.Contains(s.out.of(r), a.outcome) != has {
			continue
		}
		if seen++; seen%step != 0 {
			continue
		}
		if _, own := slices.BinarySearch(a.all, int32(r)); !own {
			sum.add(j.bounded(r, nil, true))
			rows++
		}
	}
	return sum.value() / float64(max(1, rows)), rows
}

const (
	// judgeSample bounds the rows that say what rows with an outcome look like.
	judgeSample = 2000
	// minOthers is how many other rows with the outcome it takes to say so, and minApart
	// by how much the two kinds of rows must differ on average.
	minOthers = 50
	minApart  = 1.0
)

// beyondRest asks of refusals what the rest of the rows lets expect: what is refused is
// asked for in its own words and ways, with any noun. When the rest of the rows looks
// like what is refused besides, rather than like rows at large, as many are to be expected
// as look so.
func (s *search) beyondRest(a *association) {
	core, rows := s.coreWords(a), s.sample(a)
	j := s.judgeOf(a)
	like, others := j.sampled(a, true)
	plain, _ := j.sampled(a, false)
	if others < minOthers || like-plain < minApart {
		return
	}
	var sum exactSum
	n := 0
	for _, r := range rows {
		x := j.bounded(int(r), core, false)
		sum.add(x)
		if x > (like+plain)/2 {
			n++
		}
	}
	if sum.value()/float64(len(rows)) > (like+plain)/2 {
		a.expected = min(0.999, max(a.expected, float64(n)/float64(len(rows))))
	}
}
