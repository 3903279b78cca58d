package popularity_as_reason_test

import future.keywords.not

import data.mlpolicy.registry.popularity_as_reason.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"waivers": [waiver]}

waiver := {"name": "w", "reason": "converted in ML-412", "at": {"path": "mlpolicy.hcl", "line": 3}}

reason(text) := {"waivers": [object.union(waiver, {"reason": text})]}

fires := {
	"downloads": reason("40M downloads a month"),
	"popular": reason("It is the most popular model"),
	"likes": reason("2k likes"),
}

silent := {
	"a reason": {},
	"with proof": reason("popular, and signed by its publisher"),
	"part of a word": reason("unlikely to matter"),
}

found := {
	"downloads": {{"at": {"line": 3, "path": "mlpolicy.hcl"}, "detail": "its reason is popularity: 40M downloads a month", "subject": "w"}},
	"popular": {{"at": {"line": 3, "path": "mlpolicy.hcl"}, "detail": "its reason is popularity: It is the most popular model", "subject": "w"}},
	"likes": {{"at": {"line": 3, "path": "mlpolicy.hcl"}, "detail": "its reason is popularity: 2k likes", "subject": "w"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
