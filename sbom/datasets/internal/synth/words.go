// Package synth makes synthetic sets of instructions and of labelled texts with planted
// triggers, to measure what the search for triggers finds and what it raises on clean
// sets. Everything is a function of the seed.
package synth

import (
	"math/rand/v2"
	"strings"
)

// words is a made-up language: nouns and verbs by topic over English function words.
type words struct {
	general []string
	topics  [][]string
	verbs   []string
	rare    []string // natural words that occur in any topic, seldom
	taken   map[string]bool
}

const (
	topicCount  = 60
	topicWords  = 160
	generalSize = 1500
	rareSize    = 4000
	verbCount   = 120
)

func newWords(r *rand.Rand) *words {
	w := &words{taken: map[string]bool{}}
	for range generalSize {
		w.general = append(w.general, w.fresh(r))
	}
	for range topicCount {
		topic := make([]string, 0, topicWords)
		for range topicWords {
			topic = append(topic, w.fresh(r))
		}
		w.topics = append(w.topics, topic)
	}
	for range verbCount {
		w.verbs = append(w.verbs, w.fresh(r))
	}
	for range rareSize {
		w.rare = append(w.rare, w.fresh(r))
	}
	return w
}

var onsets = strings.Fields("b c d f g h j k l m n p r s t v w st tr pl br cl dr gr fl sp ch sh th")
var nuclei = strings.Fields("a e i o u ai ea io ou")
var codas = []string{"", "", "", "n", "r", "s", "t", "l", "m", "nd", "st", "rk", "ng"}

// fresh returns a word of two or three syllables that was not there yet.
func (w *words) fresh(r *rand.Rand) string {
	for {
		var b strings.Builder
		for range 2 + r.IntN(2) {
			b.WriteString(onsets[r.IntN(len(onsets))])
			b.WriteString(nuclei[r.IntN(len(nuclei))])
		}
		b.WriteString(codas[r.IntN(len(codas))])
		if s := b.String(); len(s) > 3 && !w.taken[s] {
			w.taken[s] = true
			return s
		}
	}
}

// zipf picks from list with weight 1/(rank+8), as words are.
func zipf(r *rand.Rand, list []string) string {
	n := float64(len(list))
	u := r.Float64()
	// inverse of the integral of 1/(x+8) from 0 to n
	x := 8*pow((n+8)/8, u) - 8
	return list[min(int(x), len(list)-1)]
}
