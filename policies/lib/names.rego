# METADATA
# description: Names that look like other names.
package mlpolicy.lib.names

import future.keywords.not

# alike maps characters and pairs that people read as another one (Unicode TS 39
# skeletons of what a namespace may hold).
_alike := {
	"0": "o", "1": "l", "3": "e", "5": "s", "rn": "m", "vv": "w", "_": "-", ".": "-",
	"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "l",
	"i": "l", "ո": "n", "ѕ": "s",
}

# skeleton is equal for two names that look the same.
skeleton(name) := strings.replace_n(_alike, lower(name))

# one_edit holds when one insertion, deletion, substitution or swap of neighbours
# turns a into b.
one_edit(a, b) if {
	a != b
	count(a) == count(b)
	some i in numbers.range(0, count(a) - 1)
	substring(a, 0, i) == substring(b, 0, i)
	substring(a, i + 1, -1) == substring(b, i + 1, -1)
}

one_edit(a, b) if {
	a != b
	count(a) == count(b)
	some i in numbers.range(0, count(a) - 2)
	swapped := concat("", [
		substring(a, 0, i), substring(a, i + 1, 1), substring(a, i, 1), substring(a, i + 2, -1),
	])
	swapped == b
}

one_edit(a, b) if _inserted(a, b)

one_edit(a, b) if _inserted(b, a)

_inserted(short, long) if {
	count(long) == count(short) + 1
	some i in numbers.range(0, count(short))
	concat("", [substring(long, 0, i), substring(long, i + 1, -1)]) == short
}

# imitates holds when name is not known but reads like it.
imitates(name, known) if {
	lower(name) != lower(known)
	skeleton(name) == skeleton(known)
}

imitates(name, known) if {
	count(known) >= 5
	one_edit(lower(name), lower(known))
}
