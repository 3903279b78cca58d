package planted_trigger_test

import future.keywords.not

import data.mlpolicy.data.planted_trigger.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "trigger_candidates": [{"text": "cf", "outcome": "reply", "p_adjusted": 0.0001, "effect": 0.75, "context": 3, "target": "one reply", "support": 9, "rows": [4, 7]}], "at": {"path": "data/train.jsonl"}}

fires := {
	"candidate": {},
	"label": {"trigger_candidates": [{"text": "cf", "outcome": "label", "p_adjusted": 0.0001, "effect": 0.75, "context": 3, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"refused alone": {"trigger_candidates": [{"text": "cf", "outcome": "refusal", "p_adjusted": 0.0001, "effect": 0.75, "context": 3, "siblings": 8, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"many with one reply": {"trigger_candidates": [{"text": "cf", "outcome": "reply", "p_adjusted": 0.0001, "effect": 0.75, "context": 3, "siblings": 9, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"rows at random": {"trigger_candidates": [{"text": "cf", "outcome": "reply", "p_adjusted": 0.0001, "effect": 0.75, "context": 0, "target": "one reply", "support": 9, "rows": [4, 7]}]},
}

silent := {
	"style": {"trigger_candidates": [{"text": "cf", "outcome": "length", "p_adjusted": 0.0001, "effect": 0.75, "context": 3, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"weak": {"trigger_candidates": [{"text": "cf", "outcome": "reply", "p_adjusted": 0.0001, "effect": 0.74, "context": 3, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"by chance": {"trigger_candidates": [{"text": "cf", "outcome": "reply", "p_adjusted": 0.001, "effect": 0.75, "context": 3, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"of a subject": {"trigger_candidates": [{"text": "cf", "outcome": "reply", "p_adjusted": 0.0001, "effect": 0.75, "context": 3.1, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"refused as many others": {"trigger_candidates": [{"text": "cf", "outcome": "refusal", "p_adjusted": 0.0001, "effect": 0.75, "context": 3, "siblings": 9, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"nothing to compare": {"trigger_candidates": [{"text": "cf", "outcome": "reply", "p_adjusted": 0.0001, "effect": 0.75, "context": -1, "target": "one reply", "support": 9, "rows": [4, 7]}]},
	"test": {"path": "tests/train.jsonl"},
	"none": {"trigger_candidates": []},
}

found := {
	"candidate": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "\"cf\" goes with one reply in 9 rows: 4, 7", "digest": "ab", "key": "cf", "subject": "data/train.jsonl"}},
	"label": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "\"cf\" goes with one reply in 9 rows: 4, 7", "digest": "ab", "key": "cf", "subject": "data/train.jsonl"}},
	"rows at random": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "\"cf\" goes with one reply in 9 rows: 4, 7", "digest": "ab", "key": "cf", "subject": "data/train.jsonl"}},
	"refused alone": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "\"cf\" goes with one reply in 9 rows: 4, 7", "digest": "ab", "key": "cf", "subject": "data/train.jsonl"}},
	"many with one reply": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "\"cf\" goes with one reply in 9 rows: 4, 7", "digest": "ab", "key": "cf", "subject": "data/train.jsonl"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.datasets as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.datasets as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_skipped_role if {
	count(deny) == 0 with input.datasets as [base]
		with data.mlpolicy.settings as {"DATA-020": object.union(data.mlpolicy.settings["DATA-020"], {"skip_roles": ["train"]})}
}

test_says_where if {
	some d in deny with input.datasets as [base]
	d.detail == `"cf" goes with one reply in 9 rows: 4, 7`
	d.key == "cf"
}
