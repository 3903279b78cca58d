# METADATA
# description: Versions as PEP 440 orders them.
package mlpolicy.lib.versions

import future.keywords.not

# parsed splits a PEP 440 version; the local part (+cu121) does not order here.
_parts(version) := regex.find_all_string_submatch_n(
	concat("", [
		`^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)`, # epoch, release
		`(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?`, # pre-release
		`(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?`, # post-release
		`(?:[-_.]?(dev)[-_.]?(\d*))?`, # development release
		`(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?\s*$`, # local version
	]),
	lower(version), 1,
)[0]

_number(text) := to_number(text) if text != ""

_number(text) := 0 if text == ""

# release without trailing zeros, so that 2.6 equals 2.6.0.
_release(text) := array.slice(numbers, 0, last + 1) if {
	numbers := [to_number(n) | some n in split(text, ".")]
	nonzero := [i | some i, n in numbers; n != 0]
	last := max(array.concat([-1], nonzero))
}

_phase := {"a": -3, "alpha": -3, "b": -2, "beta": -2, "c": -1, "rc": -1, "pre": -1, "preview": -1}

# 1.0.dev1 comes before 1.0a1, which comes before 1.0, which comes before 1.0.post1.
_pre(p) := [_phase[p[3]], _number(p[4])] if p[3] != ""

_pre(p) := [-4, 0] if {
	p[3] == ""
	p[8] != ""
	not _is_post(p)
}

_pre(p) := [0, 0] if {
	p[3] == ""
	not _bare_dev(p)
}

_bare_dev(p) if {
	p[8] != ""
	not _is_post(p)
}

_is_post(p) if p[5] != ""

_is_post(p) if p[6] != ""

_post(p) := -1 if not _is_post(p)

_post(p) := _number(p[5]) if p[5] != ""

_post(p) := _number(p[7]) if p[6] != ""

# a development release comes before the release it leads to.
_dev(p) := [0, _number(p[9])] if p[8] != ""

_dev(p) := [1, 0] if p[8] == ""

# key orders like the version: compare keys with <, <=, ==.
key(version) := [_number(p[1]), _release(p[2]), _pre(p), _post(p), _dev(p)] if {
	p := _parts(version)
}

# less holds when a comes before b.
less(a, b) if key(a) < key(b)

# at_least holds when a is b or comes after it.
at_least(a, b) if key(a) >= key(b)

# floor_of is the highest version that a constraint rules everything below out with:
# "2.6" of ">=2.6,<3" and of "~=2.6" and of "==2.6".
floor_of(constraint) := top if {
	clauses := [trim_space(c) | some c in split(constraint, ",")]
	floors := {v |
		some clause in clauses
		v := regex.find_all_string_submatch_n(`^(?:>=|==|===|~=|>)\s*([^\s;]+)`, clause, 1)[0][1]
		key(v)
	}
	some top in floors
	every other in floors {
		at_least(top, other)
	}
}

# below holds for a constraint that lets in nothing but versions before limit.
below(constraint, limit) if {
	some clause in split(constraint, ",")
	pattern := `^(<=|<|===|==|~=)\s*([^\s;*]+?)(\.\*)?$`
	[_, operator, version, wildcard] := regex.find_all_string_submatch_n(pattern, trim_space(clause), 1)[0]
	at_least(limit, _end(operator, version, wildcard))
}

# _end is the first version after those that a clause lets in.
_end(operator, version, wildcard) := version if {
	operator == "<"
	wildcard == ""
}

_end(operator, version, wildcard) := $"{version}.post0" if {
	operator in {"<=", "==", "==="}
	wildcard == ""
}

_end(operator, version, wildcard) := _next(version) if {
	operator == "=="
	wildcard != ""
}

_end(operator, version, _) := _next(regex.replace(version, `\.[^.]*$`, "")) if {
	operator == "~="
}

# _next counts the last number of a release up: 2.3 after 2.2.
_next(version) := concat(".", array.concat(array.slice(parts, 0, last), [sprintf("%d", [number])])) if {
	parts := split(version, ".")
	last := count(parts) - 1
	regex.match(`^[0-9]+$`, parts[last])
	number := to_number(parts[last]) + 1
}
