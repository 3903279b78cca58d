package datasets

import (
	"cmp"
	"math"
	"slices"
)

// maxBayesLabels is how many labels are told apart; the rest are one.
const maxBayesLabels = 8

// clampOdds bounds what one word says for a label, so that no single word, planted or
// not, decides alone.
const clampOdds = 1.0

// bayes tells whether the words of a row speak against its label: a naive Bayes model
// over the same rows, each row left out of its own judgement.
type bayes struct {
	t      *triggerRows
	index  map[uint64]int
	rows   []float64
	counts [][]uint32 // by label, by word
	seen   []uint32
	stamp  uint32
	run    [][maxBayesLabels]float64
	cue    []bool // by word: speaks for or against a label
}

func newBayes(t *triggerRows) *bayes {
	b := &bayes{t: t, index: map[uint64]int{}, seen: make([]uint32, len(t.words.asked))}
	totals := map[uint64]int{}
	for i := range t.answers {
		totals[t.answers[i].label]++
	}
	var labels []uint64
	for l := range totals {
		labels = append(labels, l)
	}
	slices.SortFunc(labels, func(x, y uint64) int { return cmp.Or(cmp.Compare(totals[y], totals[x]), cmp.Compare(x, y)) })
	for i, l := range labels {
		b.index[l] = min(i, maxBayesLabels-1)
	}
	n := min(len(labels), maxBayesLabels)
	b.rows = make([]float64, n)
	for range n {
		b.counts = append(b.counts, make([]uint32, len(t.words.asked)))
	}
	for i := range t.answers {
		l := b.index[t.answers[i].label]
		b.rows[l]++
		b.words(i, func(id uint32) { b.counts[l][id]++ })
	}
	b.cue = b.cues()
	return b
}

func (b *bayes) words(row int, visit func(uint32)) {
	b.stamp++
	for _, id := range b.t.promptOf(row) {
		if b.seen[id] != b.stamp {
			b.seen[id] = b.stamp
			visit(id)
		}
	}
}

// odds calls visit, for each word of the row that says something, with what it says for
// each label.
func (b *bayes) odds(row int, skip map[uint32]bool, visit func(odds *[maxBayesLabels]float64)) {
	own := b.index[b.t.answers[row].label]
	total := float64(len(b.t.answers))
	b.words(row, func(id uint32) {
		if !b.cue[id] || skip[id] {
			return
		}
		var odds [maxBayesLabels]float64
		with := -1.0 // the row itself is left out
		for l := range b.counts {
			with += float64(b.counts[l][id])
		}
		for l := range b.counts {
			c, n := float64(b.counts[l][id]), b.rows[l]
			if l == own {
				c, n = c-1, n-1
			}
			x := math.Log((c + 1) / (n + 2) * (total - n + 2) / (with - c + 1))
			odds[l] = max(-clampOdds, min(clampOdds, x))
		}
		visit(&odds)
	})
}

// cueOdds is from what odds on a word speaks for or against a label, cueDeviations how
// many standard deviations it must be from chance: most words of a text are rare, and
// stand with one label or another by chance.
const (
	cueOdds       = 0.4
	cueDeviations = 3
)

// cues are the words that speak for or against a label; the others would add noise to
// a judgement that has little else to go by.
func (b *bayes) cues() []bool {
	cues := make([]bool, len(b.seen))
	total := float64(len(b.t.answers))
	for id := range cues {
		with := 0.0
		for l := range b.counts {
			with += float64(b.counts[l][id])
		}
		for l := range b.counts {
			c, n := float64(b.counts[l][id]), b.rows[l]
			x := math.Log((c + 1) / (n + 2) * (total - n + 2) / (with - c + 1))
			p := n / total
			chance := math.Abs(c-with*p) < cueDeviations*math.Sqrt(with*p*(1-p))
			cues[id] = cues[id] || with >= 5 && math.Abs(x) >= cueOdds && !chance
		}
	}
	return cues
}

// minLead is by how much another label must lead.
const minLead = 0.5

// verdict is what the words of the row, without those to skip, say of its label: -1 that
// it is another, 1 that it is this one, 0 nothing clear.
func (b *bayes) verdict(row int, skip map[uint32]bool) int {
	var score [maxBayesLabels]float64
	b.odds(row, skip, func(odds *[maxBayesLabels]float64) {
		for l := range score {
			score[l] += odds[l]
		}
	})
	return b.judge(row, &score)
}

func (b *bayes) judge(row int, score *[maxBayesLabels]float64) int {
	own := b.index[b.t.answers[row].label]
	best := -1
	for l := range b.counts {
		if l != own && (best < 0 || score[l] > score[best]) {
			best = l
		}
	}
	switch {
	case best < 0:
		return 0
	case score[best] > score[own]+minLead:
		return -1
	case score[own] > score[best]+minLead:
		return 1
	}
	return 0
}

// triggerWords is the longest sequence that may hide the other words of a row.
const triggerWords = 16

// doubtful tells whether the row has a run of up to triggerWords words without which the
// others speak for another label: those of a planted sequence speak for the planted one.
func (b *bayes) doubtful(row int) bool {
	own := b.index[b.t.answers[row].label]
	b.run = b.run[:0]
	var score [maxBayesLabels]float64
	b.odds(row, nil, func(odds *[maxBayesLabels]float64) {
		b.run = append(b.run, *odds)
		for l := range score {
			score[l] += odds[l]
		}
	})
	if b.judge(row, &score) < 0 {
		return true
	}
	// drop the run that supports the own label most
	best, from, to := 0.0, 0, 0
	for i := range b.run {
		sum := 0.0
		for j := i; j < len(b.run) && j < i+triggerWords; j++ {
			if sum += b.run[j][own]; sum > best {
				best, from, to = sum, i, j+1
			}
		}
	}
	for _, odds := range b.run[from:to] {
		for l := range score {
			score[l] -= odds[l]
		}
	}
	return b.judge(row, &score) < 0
}
