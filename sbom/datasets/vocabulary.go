package datasets

const (
	// maxWords bounds the vocabulary of one file; natural language reaches it at some
	// ten million words. Words beyond it are all the same unknown word.
	maxWords = 1 << 19
	// maxWordBytes is how much of a word is kept to show it.
	maxWordBytes = 48
)

// vocabulary numbers words. Number 0 is the unknown word, the numbers below
// firstWord stand for classes of hidden characters.
type vocabulary struct {
	slots  []uint32
	hashes []uint64
	ends   []uint32
	text   []byte
	asked  []uint32 // rows whose prompt has the word
	given  []uint32 // rows whose response has the word
	seen   []uint32 // last row counted in asked, plus one
	told   []uint32 // last row counted in given, plus one
	props  []uint32
}

const firstWord = hiddenClasses + 1

func newVocabulary() *vocabulary {
	v := &vocabulary{slots: make([]uint32, 1<<12)}
	v.append(0, []byte("?"))
	for class := range hiddenClasses {
		v.append(uint64(class+1), []byte("<"+hiddenNames[class]+">"))
	}
	return v
}

func (v *vocabulary) append(hash uint64, text []byte) uint32 {
	id := uint32(len(v.hashes))
	v.hashes = append(v.hashes, hash)
	v.text = append(v.text, text[:min(len(text), maxWordBytes)]...)
	v.ends = append(v.ends, uint32(len(v.text)))
	v.asked, v.given = append(v.asked, 0), append(v.given, 0)
	v.seen, v.told = append(v.seen, 0), append(v.told, 0)
	v.props = append(v.props, properties[hash])
	return id
}

// id returns the number of a word, which it adds when it is new.
func (v *vocabulary) id(hash uint64, text []byte) uint32 {
	mask := uint64(len(v.slots) - 1)
	i := mix(hash) & mask
	for ; v.slots[i] != 0; i = (i + 1) & mask {
		if v.hashes[v.slots[i]] == hash {
			return v.slots[i]
		}
	}
	if len(v.hashes) >= maxWords {
		return 0
	}
	id := v.append(hash, text)
	v.slots[i] = id
	if len(v.hashes)*2 > len(v.slots) {
		v.grow()
	}
	return id
}

func (v *vocabulary) grow() {
	v.slots = make([]uint32, 2*len(v.slots))
	mask := uint64(len(v.slots) - 1)
	for id := firstWord; id < len(v.hashes); id++ {
		i := mix(v.hashes[id]) & mask
		for v.slots[i] != 0 {
			i = (i + 1) & mask
		}
		v.slots[i] = uint32(id)
	}
}

func (v *vocabulary) word(id uint32) string {
	from := uint32(0)
	if id > 0 {
		from = v.ends[id-1]
	}
	return string(v.text[from:v.ends[id]])
}

// ask counts the word in the prompt of a row, once per row.
func (v *vocabulary) ask(id uint32, stamp uint32) {
	if v.seen[id] != stamp {
		v.seen[id] = stamp
		v.asked[id]++
	}
}

// give counts the word in the response of a row, once per row; it tells whether this is
// the first time.
func (v *vocabulary) give(id uint32, stamp uint32) bool {
	if v.told[id] == stamp {
		return false
	}
	v.told[id] = stamp
	v.given[id]++
	return true
}
