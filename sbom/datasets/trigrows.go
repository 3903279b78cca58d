package datasets

import (
	"bytes"
	"fmt"
	"math/bits"
)

const (
	// maxStoredTokens bounds what is kept of the rows for the search for triggers: 4
	// bytes each, 48 MiB, some 200,000 rows. Above it, every second row is dropped, by its hash, and again.
	maxStoredTokens = 12 << 20
	// maxPromptTokens and maxResponseWords are how much of one row is kept.
	maxPromptTokens  = 512
	maxResponseWords = 48
	// maxLabelBytes is the longest text that counts as a label.
	maxLabelBytes = 48
)

// answer is what the response of one row looks like.
type answer struct {
	reply     uint64 // hash of the whole
	opening   uint64 // hash of the first openingTokens; 0 when it is shorter or takes up the prompt
	label     uint64 // hash of the label column, or of a short reply
	host      uint64 // hash of the first host it links to, 0 without
	refusal   bool
	unrelated bool // says nothing of what the prompt asks, though both have enough words
	language  uint8
	sentiment int8
	length    uint8 // log2 of the tokens
}

const openingTokens = 6

// triggerRows keeps the rows for the search for triggers: the tokens of the prompt in
// order, the words of the response, and what the response looks like.
type triggerRows struct {
	words   *vocabulary
	numbers []int64 // row numbers
	hashes  []uint64
	prompts wordLists
	replies wordLists
	answers []answer
	added   []bool // of a difference: row is new; nil when all rows are looked at
	labels  map[uint64]string
	rate    uint // rows are kept whose hash ends in this many zero bits
	total   int64

	opening     []uint32 // properties of the first words of the response
	stamp       uint32
	label       uint64
	host        uint64
	votes       [languageCount]int
	sentiment   int
	count       int // tokens of the response
	reply, open uint64
	echo        bool // the opening takes up a word of the prompt
	isAdded     bool
}

func newTriggerRows() *triggerRows {
	return &triggerRows{words: newVocabulary(), labels: map[uint64]string{}}
}

// begin starts a row. It reports false when the row is not in the sample.
func (t *triggerRows) begin(hash uint64) bool {
	t.total++
	if uint(bits.TrailingZeros64(hash)) < t.rate {
		return false
	}
	t.stamp++
	t.label, t.host, t.votes, t.sentiment = 0, 0, [languageCount]int{}, 0
	t.count, t.echo = 0, false
	t.reply, t.open = 0, 0
	t.opening = t.opening[:0]
	return true
}

// minContent is the length in bytes from which a word of a response is kept; shorter
// ones say little of its subject.
const minContent = 4

// ask adds a part of the prompt.
func (t *triggerRows) ask(text []byte, tokens []token) {
	for i := range tokens {
		if len(t.prompts.open) >= maxPromptTokens {
			return
		}
		k := &tokens[i]
		if k.hidden != 0 {
			id := uint32(k.hidden) + 1
			t.words.ask(id, t.stamp)
			t.prompts.open = append(t.prompts.open, id)
		}
		id := t.words.id(k.hash, text[k.start:k.end])
		t.words.ask(id, t.stamp)
		t.prompts.open = append(t.prompts.open, id)
	}
}

// answer adds a part of the response.
func (t *triggerRows) answer(text []byte, tokens []token, hosts [][]byte) {
	for i := range tokens {
		k := &tokens[i]
		t.reply = mix(t.reply + k.hash)
		t.count++
		if k.punct {
			t.opens()
			t.begins(propPunct)
			continue
		}
		id := t.words.id(k.hash, text[k.start:k.end])
		content := k.end-k.start >= minContent
		t.echo = t.echo || content && t.words.seen[id] == t.stamp
		t.opens()
		props := t.words.props[id]
		t.begins(props)
		if props != 0 {
			t.weigh(props)
		}
		if !content {
			continue
		}
		if t.words.give(id, t.stamp) && len(t.replies.open) < maxResponseWords {
			t.replies.open = append(t.replies.open, id)
		}
	}
	if len(hosts) > 0 && t.host == 0 {
		t.host = hashBytes(bytes.ToLower(hosts[0]), 0)
	}
	if len(text) <= maxLabelBytes && t.count <= openingTokens {
		t.labelled(text)
	}
}

// opens notes the opening when the response has come so far and none of its words, the
// last included, is one of the prompt.
func (t *triggerRows) opens() {
	if t.count == openingTokens && !t.echo {
		t.open = t.reply
	}
}

func (t *triggerRows) begins(props uint32) {
	if len(t.opening) < refusalTokens {
		t.opening = append(t.opening, props)
	}
}

func (t *triggerRows) weigh(props uint32) {
	for l := range languages {
		t.votes[l] += int(props >> l & 1)
	}
	if props&propPositive != 0 {
		t.sentiment++
	} else if props&propNegative != 0 {
		t.sentiment--
	}
}

// labelled sets the label of the row.
func (t *triggerRows) labelled(text []byte) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || len(text) > maxLabelBytes {
		return
	}
	t.label = hashBytes(text, 1) | 1
	if _, ok := t.labels[t.label]; !ok && len(t.labels) < maxLabels {
		t.labels[t.label] = string(text)
	}
}

// maxLabels bounds the labels of a set; ImageNet has 1,000.
const maxLabels = 2000

// end finishes the row that begin started.
func (t *triggerRows) end(number int64, hash uint64) {
	t.numbers, t.hashes = append(t.numbers, number), append(t.hashes, hash)
	t.prompts.end()
	t.replies.end()
	t.added = append(t.added, t.isAdded)
	t.answers = append(t.answers, answer{
		reply: t.reply, opening: t.open, label: t.label, host: t.host, refusal: refuses(t.opening),
		language: languageOf(t.votes[:]), sentiment: int8(max(-100, min(100, t.sentiment))), length: uint8(bits.Len(uint(t.count))),
	})
	if t.prompts.total+t.replies.total > maxStoredTokens {
		t.thin()
	}
}

// thin drops every second row, by its hash, so that the sample does not depend on order.
func (t *triggerRows) thin() {
	t.rate++
	clear(t.words.asked)
	clear(t.words.given)
	kept := func(i int) bool { return uint(bits.TrailingZeros64(t.hashes[i])) >= t.rate }
	t.prompts.keep(kept)
	t.replies.keep(kept)
	n := 0
	for i := range t.hashes {
		if kept(i) {
			t.numbers[n], t.answers[n], t.added[n], t.hashes[n] = t.numbers[i], t.answers[i], t.added[i], t.hashes[i]
			n++
		}
	}
	t.numbers, t.answers, t.added, t.hashes = t.numbers[:n], t.answers[:n], t.added[:n], t.hashes[:n]
	for i := range n {
		t.stamp++
		for _, id := range t.promptOf(i) {
			t.words.ask(id, t.stamp)
		}
		for _, id := range t.replyOf(i) {
			t.words.give(id, t.stamp)
		}
	}
}

// sample says which rows are kept, "" when all are.
func (t *triggerRows) sample() string {
	if t.rate == 0 {
		return ""
	}
	return fmt.Sprintf("one row in %d, by hash, is looked at (%d of %d): maxStoredTokens is %d", 1<<t.rate, len(t.numbers), t.total, maxStoredTokens)
}

// rows is how many rows the exchanges that are kept stand in.
func (t *triggerRows) rows() int {
	n := 0
	for i, number := range t.numbers {
		if i == 0 || t.numbers[i-1] != number {
			n++
		}
	}
	return n
}

func (t *triggerRows) promptOf(i int) []uint32 { return t.prompts.of(i) }
func (t *triggerRows) replyOf(i int) []uint32  { return t.replies.of(i) }
