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

# probes are what a name is looked up by among the traces of another one: equal traces
# mean one substitution, insertion, deletion or swap of neighbours. Sets, so that many
# names can be compared with many others in one intersection.
probes(name) := (_masked(name) | _shorter("short ", name)) | {$"whole {name}"}

# traces are what probes finds.
traces(known) := ((_masked(known) | _shorter("whole ", known)) | _swapped(known)) | {$"short {known}"}

_masked(name) := {masked |
	some i in numbers.range(0, count(name) - 1)
	masked := concat("?", [substring(name, 0, i), substring(name, i + 1, -1)])
}

_shorter(kind, name) := {shorter |
	some i in numbers.range(0, count(name) - 1)
	shorter := concat("", [kind, substring(name, 0, i), substring(name, i + 1, -1)])
}

_swapped(name) := {swapped |
	some i in numbers.range(0, count(name) - 2)
	swapped := concat("", [
		"whole ", substring(name, 0, i), substring(name, i + 1, 1),
		substring(name, i, 1), substring(name, i + 2, -1),
	])
}

# shortest is the length from which one edit is not a coincidence.
shortest := 5

# imitates holds when name is not known but reads like it.
imitates(name, known) if {
	lower(name) != lower(known)
	skeleton(name) == skeleton(known)
}

imitates(name, known) if {
	lower(name) != lower(known)
	count(known) >= shortest
	count(probes(lower(name)) & traces(lower(known))) > 0
}
