package pattern_guards_only_test

import future.keywords.not

import data.mlpolicy.deployment.pattern_guards_only.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

guard := {"route": "bot", "name": "check jailbreak", "side": "input", "kind": "pattern", "at": {"path": "bot/config.yml", "line": 4}}

fires := {
	"patterns": {"guards": [guard]},
	"length": {"guards": [object.union(guard, {"kind": "length"})]},
	"two of them": {"guards": [guard, object.union(guard, {"name": "ban words", "at": {"path": "bot/config.yml", "line": 5}})]},
	"meaning on another route": {"guards": [guard, object.union(guard, {"route": "other", "kind": "semantic"})]},
	"meaning on the way out": {"guards": [guard, object.union(guard, {"side": "output", "kind": "semantic"})]},
	"everywhere": {"guards": [object.union(guard, {"route": "*"})]},
	"everywhere in another file": {"guards": [object.union(guard, {"route": "*"}), object.union(guard, {"route": "*", "kind": "semantic", "at": {"path": "b.yaml", "line": 1}})]},
}

silent := {
	"meaning": {"guards": [object.union(guard, {"kind": "semantic"})]},
	"written by its users": {"guards": [guard, object.union(guard, {"name": "my check", "kind": "unresolved"})]},
	"both": {"guards": [guard, object.union(guard, {"name": "self check input", "kind": "semantic"})]},
	"output": {"guards": [object.union(guard, {"side": "output"})]},
	"test": {"guards": [object.union(guard, {"at": {"path": "tests/config.yml", "line": 4}})]},
}

found := {
	"patterns": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "the input guards of bot only compare text (check jailbreak)", "key": "bot", "subject": "bot"}},
	"length": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "the input guards of bot only compare text (check jailbreak)", "key": "bot", "subject": "bot"}},
	"two of them": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "the input guards of bot only compare text (ban words, check jailbreak)", "key": "bot", "subject": "bot"}},
	"meaning on another route": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "the input guards of bot only compare text (check jailbreak)", "key": "bot", "subject": "bot"}},
	"meaning on the way out": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "the input guards of bot only compare text (check jailbreak)", "key": "bot", "subject": "bot"}},
	"everywhere": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "the input guards of bot/config.yml only compare text (check jailbreak)", "key": "bot/config.yml", "subject": "bot/config.yml"}},
	"everywhere in another file": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "the input guards of bot/config.yml only compare text (check jailbreak)", "key": "bot/config.yml", "subject": "bot/config.yml"}},
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

test_at_the_first_guard if {
	second := object.union(guard, {"name": "ban words", "at": {"path": "bot/config.yml", "line": 9}})
	some found in deny with input.guards as [second, guard]
	found.at.line == 4
	found.detail == "the input guards of bot only compare text (ban words, check jailbreak)"
}
