package log_retention_test

import future.keywords.not

import data.mlpolicy.monitoring.log_retention.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "logs", "name": "loki", "purpose": "logs", "retention": "72h", "lock": "unstated", "at": {"path": "loki.yaml", "line": 4}}

fires := {
	"three days": {"stores": [base]},
	"days": {"stores": [object.union(base, {"retention": "7"})]},
	"week and a day": {"stores": [object.union(base, {"retention": "1w1d"})]},
	"bucket without a lock": {"stores": [object.union(base, {"kind": "bucket", "retention": ""})]},
}

silent := {
	"long": {"stores": [object.union(base, {"retention": "30d"})]},
	"months": {"stores": [object.union(base, {"retention": "1m"})]},
	"forever": {"stores": [object.union(base, {"retention": "forever"})]},
	"everything": {"stores": [object.union(base, {"retention": "0"})]},
	"nothing said": {"stores": [object.union(base, {"retention": ""})]},
	"bucket with a lock": {"stores": [object.union(base, {"kind": "bucket", "retention": "", "lock": "yes"})]},
	"bucket of data": {"stores": [object.union(base, {"kind": "bucket", "purpose": "data", "retention": ""})]},
	"test": {"stores": [object.union(base, {"at": {"path": "tests/loki.yaml"}})]},
}

found := {
	"three days": {{"at": {"line": 4, "path": "loki.yaml"}, "detail": "loki keeps logs for 72h, the limit is 30 days", "subject": "loki"}},
	"days": {{"at": {"line": 4, "path": "loki.yaml"}, "detail": "loki keeps logs for 7, the limit is 30 days", "subject": "loki"}},
	"week and a day": {{"at": {"line": 4, "path": "loki.yaml"}, "detail": "loki keeps logs for 1w1d, the limit is 30 days", "subject": "loki"}},
	"bucket without a lock": {{"at": {"line": 4, "path": "loki.yaml"}, "detail": "bucket loki holds logs and has no lock, so that they can be changed", "subject": "loki"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}

# days are the durations of Loki and the like, in days; the limit itself is enough.
days := {"48h": 2, "2d": 2, "1w": 7, "1m": 30, "1y": 365, "1w1d": 8, "7": 7}

test_duration[text] if {
	some text, n in days
	store := object.union(base, {"retention": text})
	count(deny) == 0 with input.stores as [store] with data.mlpolicy.settings["MON-012"].min_days as n
	count(deny) == 1 with input.stores as [store] with data.mlpolicy.settings["MON-012"].min_days as n + 1
}

test_one_day_is_not_everything if count(deny) == 1 with input.stores as [object.union(base, {"retention": "1"})]

test_bucket_whose_lock_is_not_known if {
	count(deny) == 0 with input.stores as [object.union(base, {"kind": "bucket", "retention": "", "lock": "unresolved"})]
}
