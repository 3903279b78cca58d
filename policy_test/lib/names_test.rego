package names_test

import future.keywords.not

import data.mlpolicy.lib.names

imitations := {
	"other digit": ["me1a-llama", "mela-llama"],
	"two characters for one": ["rnistralai", "mistralai"],
	"inserted": ["mistraalai", "mistralai"],
	"deleted": ["mistrlai", "mistralai"],
	"replaced": ["mistrabai", "mistralai"],
	"swapped": ["mitsralai", "mistralai"],
	"Cyrillic": ["mistrаlai", "mistralai"],
}

test_imitates[name] if {
	some name, pair in imitations
	names.imitates(pair[0], pair[1])
}

different := {
	"same": ["mistralai", "mistralai"],
	"other case": ["MistralAI", "mistralai"],
	"two edits": ["mistrala", "mistralbi"],
	"short": ["qwan", "Qwen"],
	"other": ["acme", "mistralai"],
}

test_does_not_imitate[name] if {
	some name, pair in different
	not names.imitates(pair[0], pair[1])
}

# alike are characters that people read as another one. The names are too short for an edit
# to count, so that only the look tells.
alike := {
	"zero for o": ["a0b", "aob"],
	"one for l": ["a1b", "alb"],
	"three for e": ["a3b", "aeb"],
	"five for s": ["a5b", "asb"],
	"rn for m": ["arnb", "amb"],
	"two v for w": ["avvb", "awb"],
	"underscore for a hyphen": ["a_b", "a-b"],
	"dot for a hyphen": ["a.b", "a-b"],
	"i for l": ["aib", "alb"],
	"Cyrillic a": ["xаb", "xab"],
	"Cyrillic ie": ["xеb", "xeb"],
	"Cyrillic o": ["xоb", "xob"],
	"Cyrillic er": ["xрb", "xpb"],
	"Cyrillic es": ["xсb", "xcb"],
	"Cyrillic ha": ["aхb", "axb"],
	"Cyrillic u": ["xуb", "xyb"],
	"Ukrainian i": ["xіb", "xlb"],
	"Cyrillic dze": ["xѕb", "xsb"],
	"Armenian vo": ["xոb", "xnb"],
}

test_alike[name] if {
	some name, pair in alike
	names.imitates(pair[0], pair[1])
}

# edges are edits at both ends of a name, and of the shortest name that counts.
edges := {
	"first replaced": ["bbcde", "abcde"],
	"last replaced": ["abcdf", "abcde"],
	"first deleted": ["bcdef", "abcdef"],
	"last deleted": ["abcde", "abcdef"],
	"inserted before": ["xabcde", "abcde"],
	"inserted behind": ["abcdex", "abcde"],
	"first two swapped": ["bacde", "abcde"],
	"last two swapped": ["abced", "abcde"],
}

test_edges[name] if {
	some name, pair in edges
	names.imitates(pair[0], pair[1])
}

test_a_character_too_short if not names.imitates("bbcd", "abcd")
