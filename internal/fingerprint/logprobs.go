package fingerprint

import (
	"math"
	"math/rand/v2"
	"slices"
)

// logprobTest is logprob tracking (Chauvin et al., ICLR 2026): per prompt the mean over
// tokens of the absolute difference of the mean log probabilities, averaged over
// prompts. The p-value is that of one joint permutation of rows within each prompt,
// (1 + #{permuted ≥ observed}) / (1 + permutations), so it is never 0.
func logprobTest(prompts []string, baseline, now Sample, permutations int, rng *rand.Rand) (effect, p float64) {
	var tables []*table
	for _, prompt := range prompts {
		tables = append(tables, newTable(baseline[prompt], now[prompt]))
	}
	statistic := func() float64 {
		sum := 0.0
		for _, t := range tables {
			sum += t.statistic()
		}
		return sum / float64(len(tables))
	}
	observed := statistic()
	atLeast := 0
	for range permutations {
		for _, t := range tables {
			rng.Shuffle(len(t.order), func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
		}
		if reaches(statistic(), observed) {
			atLeast++
		}
	}
	return observed, float64(1+atLeast) / float64(1+permutations)
}

// reaches compares statistics of the same numbers in another order: sums that differ in
// the last bits are equal.
func reaches(permuted, observed float64) bool {
	return permuted >= observed-1e-12*math.Max(1, math.Abs(observed))
}

// table holds the rows of one prompt: all rows of the baseline, then all of now.
type table struct {
	rows  [][]float64 // row → token → log probability
	first int         // rows of the first side
	order []int
	sums  []float64 // scratch
}

// newTable fills in tokens that an answer does not list with the lowest value that it
// lists: the token is below the top k.
func newTable(a, b []Answer) *table {
	answers := append(slices.Clone(a), b...)
	index := map[string]int{}
	var tokens []string
	for _, answer := range answers {
		for token := range answer.Logprobs {
			if _, ok := index[token]; !ok {
				index[token] = 0
				tokens = append(tokens, token)
			}
		}
	}
	slices.Sort(tokens)
	for i, token := range tokens {
		index[token] = i
	}
	t := &table{first: len(a), sums: make([]float64, len(tokens))}
	for i, answer := range answers {
		lowest := math.Inf(1)
		for _, v := range answer.Logprobs {
			lowest = min(lowest, v)
		}
		row := slices.Repeat([]float64{lowest}, len(tokens))
		for token, v := range answer.Logprobs {
			row[index[token]] = v
		}
		t.rows = append(t.rows, row)
		t.order = append(t.order, i)
	}
	return t
}

func (t *table) statistic() float64 {
	clear(t.sums)
	wa, wb := 1/float64(t.first), 1/float64(len(t.rows)-t.first)
	for i, r := range t.order {
		weight := wa
		if i >= t.first {
			weight = -wb
		}
		for token, v := range t.rows[r] {
			t.sums[token] += weight * v
		}
	}
	total := 0.0
	for _, d := range t.sums {
		total += math.Abs(d)
	}
	return total / float64(len(t.sums))
}
