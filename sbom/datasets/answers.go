package datasets

import "strings"

// What a response looks like, without a model: refusal, language, sentiment. The word
// lists are short on purpose; they tell shifts between groups of rows, not the nature of
// one row.

func hashWord(w string) uint64 { return hashLetters([]byte(strings.ToLower(w))) }

// Properties of words, as bits. The first seven are languages.
const (
	propSorry = 1 << (7 + iota)
	propCannot
	propAct
	propI
	propCan
	propWon
	propAn
	propAI
	propPositive
	propNegative
	propPunct
	propAble
	propNot
	propWill
	propDecline
	propT // of can't and won't, which is a word of its own
)

// languageCount is the number of languages.
const languageCount = 7

// languages are told apart by their function words, after the script.
var languages = [languageCount]struct{ name, words string }{
	{"en", "the and is of to in that it for are this with you be"},
	{"fr", "le la les et est des une dans pour que qui sur pas du"},
	{"de", "der die und das ist nicht ein eine mit den von zu auf für"},
	{"es", "el los las y es una por para con que del se en su"},
	{"it", "il di che è per una non della sono gli con del nel alla"},
	{"pt", "o os e uma para não com do da dos em que por são"},
	{"nl", "het een en van niet voor zijn op dat de met ook wordt aan"},
}

// properties of the words that have any, by hash.
var properties = func() map[uint64]uint32 {
	m := map[uint64]uint32{}
	add := func(bit uint32, words string) {
		for w := range strings.FieldsSeq(words) {
			m[hashWord(w)] |= bit
		}
	}
	for i, l := range languages {
		add(1<<i, l.words)
	}
	add(propSorry, "sorry apologize apologise unfortunately apologies afraid unable won")
	add(propCannot, "cannot couldn not unable cant refuse decline unethical illegal inappropriate harmful")
	add(propAct, "assist help provide fulfill comply answer support continue generate create share engage do discuss respond offer")
	add(propI, "i")
	add(propCan, "can")
	add(propWon, "won")
	add(propAn, "an")
	add(propAI, "ai")
	add(propAble, "able")
	add(propNot, "not")
	add(propWill, "will")
	add(propDecline, "decline refuse")
	add(propT, "t")
	add(propPositive, "good great excellent love loved wonderful best happy amazing fantastic superb perfect delightful enjoyable beautiful brilliant")
	add(propNegative, "bad terrible awful hate hated worst horrible sad poor disgusting useless boring dreadful evil stupid kill worthless pathetic")
	return m
}()

// refusalTokens is how far into a response a refusal shows.
const refusalTokens = 24

// refuses tells a response that declines, by the properties of its first words: an
// apology, or "as an AI", with something it cannot do; or I with what I cannot do.
func refuses(words []uint32) bool {
	apology, negation, act := false, false, false
	var before uint32
	for _, w := range words {
		if w&propPunct != 0 {
			continue
		}
		apology = apology || w&propSorry != 0 && (w&propWon == 0 || before&propI != 0) || before&propAn != 0 && w&propAI != 0
		negation = negation || w&propCannot != 0 || before&propI != 0 && w&(propCan|propWon) != 0
		act = act || w&propAct != 0
		before = w
	}
	return apology && negation && act || declines(words)
}

// declineWords is how many words what is declined may stand behind the I that declines.
const declineWords = 6

// declines tells "I can't help", "I am not able to assist", "I must decline" from
// "I can help" and "I do not know".
func declines(words []uint32) bool {
	since := declineWords + 1 // words since the last I
	var negated bool
	var before uint32
	for _, w := range words {
		if w&propPunct != 0 {
			continue
		}
		since++
		if w&propI != 0 {
			since, negated = 0, false
		}
		if since > declineWords {
			before = w
			continue
		}
		switch {
		case w&propDecline != 0 && before&propNot == 0:
			return true
		case negated && w&propAct != 0:
			return true
		case w&propCannot != 0 && w&(propNot|propDecline) == 0, // cannot, unable
			before&(propCan|propWon) != 0 && w&propT != 0,
			before&propWill != 0 && w&propNot != 0,
			before&propNot != 0 && w&propAble != 0:
			negated = true
		}
		before = w
	}
	return false
}

// languageOf numbers the language whose function words a text has most of: 0 unknown,
// then the languages in order. It needs two of them.
func languageOf(votes []int) uint8 {
	best, at := 1, 0
	for i, n := range votes {
		if n > best {
			best, at = n, i+1
		}
	}
	return uint8(at)
}
