package versions_test

import future.keywords.not

import data.mlpolicy.lib.versions

# ordered is the order of PEP 440, oldest first.
ordered := [
	"1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2",
	"1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0.post456.dev34",
	"1.0.post456", "1.0.1", "1.1.dev1", "2.6", "2.10", "1!0.1",
]

test_order[name] if {
	some i in numbers.range(0, count(ordered) - 2)
	name := $"{ordered[i]} before {ordered[i + 1]}"
	versions.less(ordered[i], ordered[i + 1])
}

same := {
	"2.6": "2.6.0",
	"2.6+cu124": "2.6",
	"v2.6": "2.6",
	"1.0-1": "1.0.post1",
	"1.0alpha1": "1.0a1",
	"1.0pre": "1.0rc0",
	"0": "0.0",
}

test_same[a] if {
	some a, b in same
	versions.key(a) == versions.key(b)
}

test_not_a_version if not versions.key("latest")

floors := {
	">=2.6,<3": "2.6",
	"~=2.6": "2.6",
	"==2.6.1": "2.6.1",
	">= 2.0, >=2.4": "2.4",
}

test_floor[constraint] if {
	some constraint, floor in floors
	versions.floor_of(constraint) == floor
}

test_no_floor if not versions.floor_of("<3")

test_wildcard_has_no_floor if not versions.floor_of("==2.*")

below := {
	"<2.6": "2.6", "<=2.5.1": "2.6", "==2.5.1": "2.6", "===2.5.1": "2.6", ">=2.2.0,<2.5.0": "2.6",
	"~=2.5.0": "2.6", "==2.5.*": "2.6", "~=2.5": "3.0", "==2.*": "3",
}

test_below[constraint] if {
	some constraint, limit in below
	versions.below(constraint, limit)
}

not_below := {
	"<2.7": "2.6", "<=2.6": "2.6", "==2.6": "2.6", ">=2.0": "2.6", "~=2.6.0": "2.6", "~=2.5": "2.6", "==2.*": "2.6",
	"==2.6.*": "2.6", "": "2.6", "!=2.5": "2.6", "~=2.rc": "2.6", ">=2.5.*": "2.6",
}

test_not_below[constraint] if {
	some constraint, limit in not_below
	not versions.below(constraint, limit)
}
