package datasets

const (
	// chunkBits makes chunks of 64 KiB. The longest list, maxPromptTokens with marks for
	// what is hidden among them, fits into one.
	chunkBits  = 14
	chunkWords = 1 << chunkBits
)

// wordLists are lists of words, one for each row, in chunks: a slice of all of them would
// be copied over and over while it grows, and leave several times its size for the
// garbage collector.
type wordLists struct {
	chunks [][]uint32
	spare  [][]uint32
	at     []uint32 // by row: chunk and place in it
	n      []uint16
	open   []uint32 // the list of the row at hand
	total  int
}

// end finishes the list of the row at hand.
func (l *wordLists) end() {
	l.append(l.open)
	l.open = l.open[:0]
}

func (l *wordLists) append(words []uint32) {
	last := len(l.chunks) - 1
	if last < 0 || len(l.chunks[last])+len(words) >= chunkWords {
		var c []uint32
		if k := len(l.spare) - 1; k >= 0 {
			c, l.spare = l.spare[k][:0], l.spare[:k]
		} else {
			c = make([]uint32, 0, chunkWords)
		}
		l.chunks = append(l.chunks, c)
		last++
	}
	c := l.chunks[last]
	l.at, l.n = append(l.at, uint32(last<<chunkBits|len(c))), append(l.n, uint16(len(words)))
	l.chunks[last] = append(c, words...)
	l.total += len(words)
}

// of is the list of row i.
func (l *wordLists) of(i int) []uint32 {
	from := l.at[i] & (chunkWords - 1)
	return l.chunks[l.at[i]>>chunkBits][from : from+uint32(l.n[i])]
}

// keep drops the lists of the rows that are not kept. Chunks that were read are used for
// what is written.
func (l *wordLists) keep(kept func(row int) bool) {
	next := wordLists{at: l.at[:0:0], n: l.n[:0:0], open: l.open}
	for i := range l.at {
		if i > 0 && l.at[i]>>chunkBits != l.at[i-1]>>chunkBits {
			next.spare = append(next.spare, l.chunks[l.at[i-1]>>chunkBits])
		}
		if kept(i) {
			next.append(l.of(i))
		}
	}
	*l = next
}
