package datasets

import (
	"context"
	"math/bits"
	"slices"
	"strings"
)

// Kinds of features, short ones first.
const (
	featureWord = iota
	featurePair
	featureTriple
	featureForm  // formSteps of the form of the sentence
	featureFormL // longFormSteps of it
)

const (
	formSteps     = 5
	longFormSteps = 7
)

// gap stands for a run of words that are content, start and stop for the ends of the
// prompt.
const (
	gap   = 1<<32 - 1
	start = 1<<32 - 2
	stop  = 1<<32 - 3
)

// feature is a sequence, by the place of its first occurrence.
type feature struct {
	hash uint64
	kind uint8
	row  int32
	at   int32 // token of the prompt, or step of its form
}

// kindOf names the kind of sequence that is shown for an association.
func (s *search) kindOf(a *association) string {
	if a.feature.kind >= featureForm {
		return "template"
	}
	from, to := s.extend(a)
	for _, id := range s.t.promptOf(int(a.feature.row))[from:to] {
		if id > 0 && id < firstWord {
			return "hidden"
		}
	}
	if to-from > 1 {
		return "phrase"
	}
	return "token"
}

// form writes the form of a prompt into buf: its frequent words and marks, with gap for
// what stands between them.
func (s *search) form(prompt []uint32, buf []uint32) []uint32 {
	buf = append(buf[:0], start)
	for _, id := range prompt {
		switch {
		case s.frame[id]:
			buf = append(buf, id)
		case buf[len(buf)-1] != gap:
			buf = append(buf, gap)
		}
	}
	return append(buf, stop)
}

// each calls visit with every feature of a row. A word that fewer rows have than a
// candidate needs ends the sequences around it: they stand in no more rows than it does.
func (s *search) each(row int, buf []uint32, visit func(hash uint64, kind uint8, at int32)) []uint32 {
	prompt := s.t.promptOf(row)
	var one, two uint64
	for i, id := range prompt {
		if s.scarce[id] {
			one, two = 0, 0
			continue
		}
		x := uint64(id)
		visit(mix(x+mixA), featureWord, int32(i))
		if one != 0 {
			pair := one*mixB + x
			visit(mix(pair), featurePair, int32(i-1))
			if two != 0 {
				visit(mix(pair+two*mixC), featureTriple, int32(i-2))
			}
		}
		one, two = x, one
	}
	buf = s.form(prompt, buf)
	for i := 0; i+formSteps <= len(buf); i++ {
		h, frames := uint64(featureForm), 0
		for _, id := range buf[i : i+formSteps] {
			h = h*mixC + uint64(id)
			if id < stop {
				frames++
			}
		}
		if frames >= 3 {
			visit(mix(h), featureForm, int32(i))
		}
		if i+longFormSteps > len(buf) {
			continue
		}
		for _, id := range buf[i+formSteps : i+longFormSteps] {
			h = h*mixC + uint64(id)
			if id < stop {
				frames++
			}
		}
		if frames >= 4 {
			visit(mix(h), featureFormL, int32(i))
		}
	}
	return buf
}

const (
	// maxSlots bounds the tables that count features: 4 bytes for each slot.
	maxSlots = 1 << 23
	// maxOccurrences bounds the occurrences held at once, twice 24 MiB; more are done in parts.
	maxOccurrences = 1 << 20
)

type occurrence struct {
	hash uint64
	row  int32
	at   int32
	kind uint8
}

// associations counts which features stand mostly in rows with an outcome, collects
// these, and tests them. Counting is by slot and may run high for a feature that shares
// one; what is tested is exact.
func (s *search) associations(ctx context.Context) ([]association, error) {
	slots := s.slots()
	mask := uint64(slots - 1)
	counted, _ := s.countSlots(ctx, slots, 1, func(r int) bool { return len(s.out.of(r)) > 0 }, nil)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	within := counted[0]
	least := uint16(min(s.least*3/4, 1<<15))
	wanted := newBitmap(slots)
	for i, n := range within {
		if n >= least {
			wanted.set(uint64(i))
		}
	}
	// all counts by two hashes: a rare feature that shares one slot with a frequent one
	// has the other for itself
	all, features := s.countSlots(ctx, slots, 2, func(int) bool { return true }, wanted)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.tests = float64(max(1, features/s.least)) * outcomeKinds
	promising := func(n, k uint16) bool {
		return k >= least && float64(k) >= 0.8*minTogether*float64(n) && int(n) <= 2*s.most
	}
	occurrences := 0
	for i, k := range within {
		if n := all[0][i]; promising(n, k) {
			occurrences += int(n)
		}
	}
	keep := func(h uint64) bool {
		return wanted.has(h&mask) && promising(min(all[0][h&mask], all[1][h>>32&mask]), within[h&mask])
	}
	return s.collect(ctx, keep, uint64(occurrences/maxOccurrences)+1)
}

// counts tells whether a row counts as one that may have a sequence. A prompt that was
// there before word by word is no second observation.
func (s *search) counts(row int) bool { return !s.repeats.has(uint64(row)) }

// repeated marks the rows that do not count: those that were not added, when only these
// are looked at, and those whose prompt an earlier one has, which copies marks alone.
func (s *search) repeated() (skip, copies bitmap) {
	rows := len(s.t.answers)
	skip, copies = newBitmap(rows), newBitmap(rows)
	seen := make(map[uint64]struct{}, rows)
	for r := range rows {
		if s.added && !s.t.added[r] {
			skip.set(uint64(r))
			continue
		}
		h := uint64(0)
		for _, id := range s.t.promptOf(r) {
			h = mix(h*mixC + uint64(id))
		}
		if _, known := seen[h]; known {
			skip.set(uint64(r))
			copies.set(uint64(r))
			continue
		}
		seen[h] = struct{}{}
	}
	return skip, copies
}

// others tells whether a row may speak for or against a sequence that it lacks. A prompt
// that was there before may not: with the sequence it is no row of its own, and would
// pass for one without.
func (s *search) others(row int) bool { return !s.copies.has(uint64(row)) }

// countWords counts, by word, the rows that may speak.
func (s *search) countWords() {
	s.counted = make([]int32, len(s.t.words.asked))
	seen := make([]int32, len(s.counted))
	for r := range s.t.answers {
		if !s.others(r) {
			continue
		}
		for _, id := range s.t.promptOf(r) {
			if seen[id] != int32(r+1) {
				seen[id] = int32(r + 1)
				s.counted[id]++
			}
		}
	}
}

// slots is a power of two of about the features that rows with an outcome have; most of
// them are the same few.
func (s *search) slots() int {
	tokens := 0
	for r := range s.t.answers {
		if len(s.out.of(r)) > 0 {
			tokens += len(s.t.promptOf(r))
		}
	}
	return 1 << min(bits.Len(uint(maxSlots-1)), max(16, bits.Len(uint(2*tokens))))
}

// collect gathers the rows of the wanted features, part by part of the hashes, and tests
// each feature.
func (s *search) collect(ctx context.Context, keep func(uint64) bool, parts uint64) ([]association, error) {
	var found []association
	var list, spare []occurrence
	counts := map[int32]int{}
	var rowList, all []int32
	for part := range parts {
		list = s.gather(ctx, list[:0], func(h uint64) bool { return h%parts == part && keep(h) })
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		list, spare = byHash(list, spare)
		for i := 0; i < len(list); {
			j := i
			rowList, all = rowList[:0], all[:0]
			for ; j < len(list) && list[j].hash == list[i].hash; j++ {
				// the first exchange of a row with the sequence stands for the row: what is
				// said again in one conversation is no second observation
				if n := len(rowList); n == 0 || s.t.numbers[rowList[n-1]] != s.t.numbers[list[j].row] {
					rowList = append(rowList, list[j].row)
				}
				if n := len(all); n == 0 || all[n-1] != list[j].row {
					all = append(all, list[j].row)
				}
			}
			if len(rowList) >= s.least && len(rowList) <= s.most {
				found = s.test(feature{hash: list[i].hash, kind: list[i].kind, row: list[i].row, at: list[i].at}, rowList, all, counts, found)
			}
			i = j
		}
		found = s.best(found)
	}
	return found, nil
}

// best keeps the strongest associations, in an order of their own.
func (s *search) best(found []association) []association {
	slices.SortFunc(found, func(a, b association) int { return stronger(&a, &b) })
	return found[:min(len(found), 4*maxTested)]
}

// show writes a sequence as people would: a form with its gaps, words with those that
// stand beside them in nearly all of the rows.
func (s *search) show(a *association) string {
	f := a.feature
	prompt := s.t.promptOf(int(f.row))
	var words []string
	if f.kind < featureForm {
		from, to := s.extend(a)
		for _, id := range prompt[from:to] {
			words = append(words, s.t.words.word(id))
		}
		return strings.Join(words, " ")
	}
	n := formSteps
	if f.kind == featureFormL {
		n = longFormSteps
	}
	for _, id := range s.form(prompt, nil)[f.at : int(f.at)+n] {
		switch id {
		case gap:
			words = append(words, "*")
		case start:
			words = append(words, "^")
		case stop:
			words = append(words, "$")
		default:
			words = append(words, s.t.words.word(id))
		}
	}
	return strings.Join(words, " ")
}

// maxShownWords bounds a sequence that is shown.
const maxShownWords = 12

// extend finds how far the words beside a sequence are the same in nearly all rows; it
// returns the place in the prompt of the first of them.
func (s *search) extend(a *association) (from, to int) {
	first := s.t.promptOf(int(a.feature.row))
	from, to = int(a.feature.at), int(a.feature.at)+int(a.feature.kind)+1
	seq := first[from:to]
	rows := s.sample(a)
	var at []int
	for _, r := range rows {
		at = append(at, indexOf(s.t.promptOf(int(r)), seq))
	}
	same := func(offset int, id uint32) bool {
		n := 0
		for i, r := range rows {
			p := s.t.promptOf(int(r))
			if k := at[i] + offset; at[i] >= 0 && k >= 0 && k < len(p) && p[k] == id {
				n++
			}
		}
		return float64(n) >= coreShare*float64(len(rows))
	}
	origin := from
	for from > 0 && to-from < maxShownWords && same(from-1-origin, first[from-1]) {
		from--
	}
	for to < len(first) && to-from < maxShownWords && same(to-origin, first[to]) {
		to++
	}
	return from, to
}

func indexOf(list, seq []uint32) int {
	for i := 0; i+len(seq) <= len(list); i++ {
		if slices.Equal(list[i:i+len(seq)], seq) {
			return i
		}
	}
	return -1
}
