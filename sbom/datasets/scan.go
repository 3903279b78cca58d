package datasets

import (
	"fmt"
	"unicode/utf8"
)

// Classes of bytes for the one pass over a text.
const (
	classSpace = iota
	classPunct
	classLower
	classUpper
	classDigit
	classHigh    // part of a rune beyond ASCII
	classControl // C0 except tab and line ends
)

var classes = func() (t [256]uint8) {
	for i := range t {
		switch {
		case i == ' ' || i == '\t' || i == '\n' || i == '\r':
			t[i] = classSpace
		case i < 0x20 || i == 0x7f:
			t[i] = classControl
		case i >= 'a' && i <= 'z':
			t[i] = classLower
		case i >= 'A' && i <= 'Z':
			t[i] = classUpper
		case i >= '0' && i <= '9':
			t[i] = classDigit
		case i >= 0x80:
			t[i] = classHigh
		default:
			t[i] = classPunct
		}
	}
	return t
}()

// Flags of a word.
const (
	hasLower = 1 << classLower
	hasUpper = 1 << classUpper
	hasDigit = 1 << classDigit
	hasHigh  = 1 << classHigh
)

// token is a word or a punctuation mark of a text.
type token struct {
	hash       uint64 // of the lower-cased text without hidden characters
	start, end uint32 // a row is no longer than maxRowBytes, or what its format allows
	punct      bool
	hidden     uint8 // class of a hidden character within or before it
}

// maxTokens bounds the tokens that are kept of a batch of rows, 24 MiB: a book has some
// 200,000. The finders read on behind it.
const maxTokens = 1 << 20

// cutTexts says so in a profile.
var cutTexts = fmt.Sprintf("of some rows the first maxTokens (%d) words are compared", maxTokens)

// scanner makes one pass over a text: it cuts it into tokens and calls the finders
// where the bytes give them a reason to look.
type scanner struct {
	found   findings
	hosts   [][]byte // of URLs, slices of the values
	tokens  []token
	keep    bool // tokens are wanted
	cut     bool // there were more than maxTokens
	skipTo  int  // a finder has read up to here
	script  [scriptCount]int
	lastBig rune  // the last rune beyond ASCII, for joiners
	pending uint8 // class of a hidden character before the next token
	letters []byte
}

// text scans one value. Tokens of earlier values are dropped.
func (s *scanner) text(b []byte) {
	s.tokens = s.tokens[:0]
	s.more(b)
}

// token keeps a token while there is room.
func (s *scanner) token(t token) {
	if len(s.tokens) >= maxTokens {
		s.cut = true
		return
	}
	s.tokens = append(s.tokens, t)
}

// more scans one value and keeps the tokens of those before it.
func (s *scanner) more(b []byte) {
	from := len(s.tokens)
	s.skipTo, s.lastBig, s.pending = 0, 0, 0
	for i := 0; i < len(b); {
		switch classes[b[i]] {
		case classSpace:
			i++
		case classPunct:
			s.punct(b, i)
			i++
		case classControl:
			s.found.hidden(hiddenControl)
			i++
		case classHigh:
			if r, size := utf8.DecodeRune(b[i:]); !isWordRune(r) {
				s.rune(b, i, r, size)
				i += size
				continue
			}
			fallthrough
		default:
			i = s.word(b, i)
		}
	}
	if s.pending != 0 && s.keep && len(s.tokens) > from {
		s.tokens[len(s.tokens)-1].hidden = s.pending
	}
}

// word reads the word at i and returns where it ends. A word of ASCII alone, as most
// are, is read without looking at each byte twice.
func (s *scanner) word(b []byte, i int) int {
	start, flags, digits := i, uint(0), 0
	for i < len(b) {
		class := classes[b[i]]
		if class < classLower || class > classDigit {
			if class == classHigh {
				return s.wideWord(b, start)
			}
			break
		}
		flags |= 1 << class
		if class == classDigit {
			digits++
		}
		i++
	}
	return s.endWord(b, start, i, hashASCII(b[start:i]), flags, 0, i-start-digits)
}

// wideWord reads a word with runes beyond ASCII. Its hash is of the letters without what
// is hidden among them.
func (s *scanner) wideWord(b []byte, start int) int {
	i, flags, latin := start, uint(0), 0
	var scripts uint32
	s.letters = s.letters[:0]
	end := func(i int) int {
		return s.endWord(b, start, i, hashLetters(s.letters), flags, scripts, latin)
	}
	for i < len(b) {
		c := b[i]
		class := classes[c]
		switch class {
		case classLower, classDigit:
			s.letters = append(s.letters, c)
		case classUpper:
			s.letters = append(s.letters, c|0x20)
		case classHigh:
			r, size := utf8.DecodeRune(b[i:])
			if isWordRune(r) {
				sc := scriptOf(r)
				if ideographic(sc) {
					if i > start {
						return end(i)
					}
					s.script[sc]++
					s.lastBig = r
					return s.endWord(b, start, i+size, hashLetters(b[i:i+size]), flags|hasHigh, 0, 0)
				}
				s.script[sc]++
				if sc != scriptGreek || looksLatin(r) {
					scripts |= 1 << sc
				}
				s.lastBig = r
				s.letters = append(s.letters, b[i:i+size]...)
			} else if hiddenOf(r) != hiddenNone {
				s.rune(b, i, r, size)
			} else {
				return end(i)
			}
			flags |= hasHigh
			i += size
			continue
		default:
			return end(i)
		}
		if class != classDigit {
			latin++
		}
		flags |= 1 << class
		i++
	}
	return end(i)
}

func (s *scanner) endWord(b []byte, start, end int, h uint64, flags uint, scripts uint32, latin int) int {
	s.script[scriptLatin] += latin
	if flags&hasHigh != 0 && mixedScripts(scripts, latin > 0) {
		s.found.hidden(hiddenMixed)
		s.pending = hiddenMixed
	}
	if s.keep {
		s.token(token{hash: h, start: uint32(start), end: uint32(end), hidden: s.pending})
	}
	s.pending = 0
	if start >= s.skipTo {
		s.look(b, start, end, h, flags)
	}
	return max(end, start+1)
}

// look calls the finders that a word gives a reason for.
func (s *scanner) look(b []byte, start, end int, h uint64, flags uint) {
	n := end - start
	if flags&hasDigit != 0 {
		if c := classes[b[start]]; c == classDigit {
			s.number(b, start, end)
		} else if n >= 4 && c == classUpper {
			s.identifier(b, start, end)
		} else if n == 2 && c == classUpper {
			s.identifier(b, start, end)
		}
	} else if n == 2 && flags&^hasUpper == 0 {
		s.identifier(b, start, end) // UK national insurance numbers may be spaced out
	}
	if n >= 20 {
		s.long(b, start, end, flags)
	} else if n <= 8 {
		s.prefix(b, start, end)
	}
	if n >= 5 && n <= 10 {
		s.keyword(b, start, h)
	}
}

// punct looks at a mark of punctuation and makes it a token.
func (s *scanner) punct(b []byte, i int) {
	c := b[i]
	if i >= s.skipTo {
		switch c {
		case '@':
			s.email(b, i)
		case ':':
			if i+2 < len(b) && b[i+1] == '/' && b[i+2] == '/' {
				s.url(b, i)
			}
		case '+', '(':
			s.phone(b, i)
		case '<', '[':
			s.control(b, i)
		}
	}
	if s.keep {
		s.token(token{hash: hashMark(rune(c)), start: uint32(i), end: uint32(i + 1), punct: true, hidden: s.pending})
		s.pending = 0
	}
}

// rune looks at a rune beyond ASCII that is no letter or digit.
func (s *scanner) rune(b []byte, i int, r rune, size int) {
	if r == utf8.RuneError && size == 1 {
		s.found.invalid++
		return
	}
	class := hiddenOf(r)
	if class == hiddenNone {
		if s.keep {
			s.token(token{hash: hashMark(r), start: uint32(i), end: uint32(i + size), punct: true, hidden: s.pending})
			s.pending = 0
		}
		s.lastBig = r
		return
	}
	if joins(class, r, s.lastBig) {
		return
	}
	s.found.hidden(class)
	if class != hiddenPrivate && class != hiddenControl {
		s.pending = uint8(class)
	}
}
