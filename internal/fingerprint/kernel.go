package fingerprint

import (
	"math/rand/v2"
)

// kernelTest is model equality testing (Gao, Liang, Guestrin, ICLR 2025): the unbiased
// MMD with the Hamming kernel over answers cut to L characters,
// k((p,x),(q,y)) = 1[p=q] · #{i ≤ L: x_i = y_i} / L, padded positions counting as equal.
// Two corrections to the published code: rows are permuted within each prompt, so that
// prompts asked more often cannot leak in, and the p-value is (1+#)/(1+b).
func kernelTest(prompts []string, baseline, now Sample, o Options, rng *rand.Rand) (effect, p float64) {
	var grams []*gram
	for _, prompt := range prompts {
		grams = append(grams, newGram(baseline[prompt], now[prompt], o.MaxRunes))
	}
	observed := mmd(grams)
	atLeast := 0
	for range o.Permutations {
		for _, g := range grams {
			rng.Shuffle(len(g.order), func(i, j int) { g.order[i], g.order[j] = g.order[j], g.order[i] })
		}
		if reaches(mmd(grams), observed) {
			atLeast++
		}
	}
	return observed, float64(1+atLeast) / float64(1+o.Permutations)
}

// gram is the kernel between all answers to one prompt, computed once.
type gram struct {
	k     [][]float64
	first int
	order []int
}

func newGram(a, b []Answer, length int) *gram {
	g := &gram{first: len(a)}
	var texts [][]rune
	for _, answer := range append(append([]Answer{}, a...), b...) {
		text := []rune(answer.Text)
		texts = append(texts, text[:min(len(text), length)])
	}
	for i, x := range texts {
		g.order = append(g.order, i)
		row := make([]float64, len(texts))
		for j, y := range texts {
			row[j] = hamming(x, y, length)
		}
		g.k = append(g.k, row)
	}
	return g
}

func hamming(x, y []rune, length int) float64 {
	equal := length - max(len(x), len(y)) // padded on both sides
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			equal++
		}
	}
	return float64(equal) / float64(length)
}

// mmd is mean K_XX + mean K_YY − 2 mean K_XY, the means over pairs of different answers
// to the same prompt.
func mmd(grams []*gram) float64 {
	var xx, yy, xy, nxx, nyy, nxy float64
	for _, g := range grams {
		for i, a := range g.order {
			for j, b := range g.order[:i] {
				switch k := g.k[a][b]; {
				case i < g.first:
					xx, nxx = xx+k, nxx+1
				case j >= g.first:
					yy, nyy = yy+k, nyy+1
				default:
					xy, nxy = xy+k, nxy+1
				}
			}
		}
	}
	if nxx == 0 || nyy == 0 || nxy == 0 {
		return 0
	}
	return xx/nxx + yy/nyy - 2*xy/nxy
}
