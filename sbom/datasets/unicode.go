package datasets

import "unicode"

// Classes of hidden characters.
const (
	hiddenNone = iota
	hiddenZeroWidth
	hiddenBidi
	hiddenTag
	hiddenVariation
	hiddenMixed
	hiddenControl
	hiddenPrivate
	hiddenSoft // soft hyphens and marks of direction: at work in typeset and in Arabic text
	hiddenClasses
)

var hiddenNames = [hiddenClasses]string{"", "zero_width", "bidi", "tag", "variation", "mixed_script", "control", "private_use", "soft"}

// hiddenOf is the class of a rune that shows nothing, or reorders what is shown
// (Unicode 16, 23.2 "Layout Controls", 23.4 "Variation Selectors", 23.9 "Tags").
func hiddenOf(r rune) int {
	switch {
	case r < 0x80:
		return hiddenNone
	case r <= 0x9f:
		return hiddenControl
	case r >= 0x200b && r <= 0x200d, r >= 0x2060 && r <= 0x2064, r == 0xfeff, r == 0x180e,
		r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x34f, r >= 0xfff9 && r <= 0xfffb:
		return hiddenZeroWidth
	case r == 0xad, r == 0x200e, r == 0x200f, r == 0x61c:
		return hiddenSoft
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return hiddenBidi
	case r >= 0xe0000 && r <= 0xe007f:
		return hiddenTag
	case r >= 0xe0100 && r <= 0xe01ef, r >= 0xfe00 && r <= 0xfe0d:
		return hiddenVariation
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000:
		return hiddenPrivate
	}
	return hiddenNone
}

// joins tells a hidden character that has work to do where it stands: a joiner between
// emoji or in a script that needs it, the tags of a flag, a variation of a CJK letter.
func joins(class int, r, before rune) bool {
	switch class {
	case hiddenZeroWidth:
		if r != 0x200c && r != 0x200d {
			return false
		}
		return before >= 0x600 && before <= 0x6ff || before >= 0x900 && before <= 0xdff ||
			before >= 0x1f000 || before >= 0x2190 && before <= 0x2bff || before == 0xfe0f
	case hiddenSoft:
		return r != 0xad && before >= 0x590 && before <= 0x8ff
	case hiddenTag:
		return before == 0x1f3f4 // WAVING BLACK FLAG starts a flag of tags
	case hiddenVariation:
		return before >= 0x2e80 && before <= 0x9fff || before >= 0x20000 && before <= 0x3ffff || before >= 0x2190 && before <= 0x2bff
	}
	return false
}

// Scripts that are told apart.
const (
	scriptLatin = iota
	scriptCyrillic
	scriptGreek
	scriptArabic
	scriptHebrew
	scriptHan
	scriptKana
	scriptHangul
	scriptDevanagari
	scriptThai
	scriptOther
	scriptCount
)

var scriptNames = [scriptCount]string{"Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Han", "Kana", "Hangul", "Devanagari", "Thai", "Other"}

// ideographic scripts are written without spaces: each of their runes is a token.
func ideographic(script int) bool {
	return script == scriptHan || script == scriptKana || script == scriptThai
}

func scriptOf(r rune) int {
	switch {
	case r < 0x250, r >= 0x1e00 && r <= 0x1eff, r >= 0xff21 && r <= 0xff5a:
		return scriptLatin
	case r >= 0x370 && r <= 0x3ff, r >= 0x1f00 && r <= 0x1fff:
		return scriptGreek
	case r >= 0x400 && r <= 0x52f:
		return scriptCyrillic
	case r >= 0x590 && r <= 0x5ff:
		return scriptHebrew
	case r >= 0x600 && r <= 0x6ff, r >= 0x750 && r <= 0x77f:
		return scriptArabic
	case r >= 0x900 && r <= 0x97f:
		return scriptDevanagari
	case r >= 0xe00 && r <= 0xe7f:
		return scriptThai
	case r >= 0x3040 && r <= 0x30ff:
		return scriptKana
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3400 && r <= 0x4dbf, r >= 0x20000 && r <= 0x3ffff:
		return scriptHan
	case r >= 0xac00 && r <= 0xd7af, r >= 0x1100 && r <= 0x11ff:
		return scriptHangul
	}
	return scriptOther
}

// isWordRune tells the runes beyond ASCII that make words.
func isWordRune(r rune) bool {
	switch {
	case r < 0x80 || r == 0xfffd:
		return false
	case r >= 0x2000 && r <= 0x2bff, r >= 0x1f000 && r <= 0x1faff, r >= 0x3000 && r <= 0x303f:
		return false
	case r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0:
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && hiddenOf(r) == hiddenNone && r != 0xfe0f
}

// mixedScripts tells a word that mixes Latin with letters that look like Latin ones.
func mixedScripts(scripts uint32, latin bool) bool {
	latin = latin || scripts&(1<<scriptLatin) != 0
	return latin && scripts&(1<<scriptCyrillic|1<<scriptGreek) != 0
}

// looksLatin tells the Greek letters that pass for Latin ones. Those that stand beside
// Latin letters in names (TNFα, NFκB, µm) are not among them.
func looksLatin(r rune) bool {
	switch r {
	case 'Α', 'Β', 'Ε', 'Ζ', 'Η', 'Ι', 'Κ', 'Μ', 'Ν', 'Ο', 'Ρ', 'Τ', 'Υ', 'Χ', 'ο':
		return true
	}
	return false
}
