package no_output_guard_test

import future.keywords.not

import data.mlpolicy.deployment.no_output_guard.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

guard := {"route": "bot", "name": "check jailbreak", "side": "input", "kind": "pattern", "at": {"path": "bot/config.yml", "line": 4}}

fires := {
	"input only": {"guards": [guard]},
	"dialog only": {"guards": [object.union(guard, {"side": "dialog"})]},
	"output on another route": {"guards": [guard, object.union(guard, {"route": "other", "side": "output"})]},
	"retrieval beside it": {"guards": [guard, object.union(guard, {"side": "retrieval"})]},
	"everywhere": {"guards": [object.union(guard, {"route": "*"}), object.union(guard, {"route": "*", "side": "output", "at": {"path": "b.yaml", "line": 1}})]},
}

silent := {
	"both": {"guards": [guard, object.union(guard, {"side": "output"})]},
	"output only": {"guards": [object.union(guard, {"side": "output"})]},
	"retrieval only": {"guards": [object.union(guard, {"side": "retrieval"})]},
	"test": {"guards": [object.union(guard, {"at": {"path": "tests/config.yml", "line": 4}})]},
}

found := {
	"input only": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "bot has guards for what comes in and none for what goes out", "key": "bot", "subject": "bot"}},
	"dialog only": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "bot has guards for what comes in and none for what goes out", "key": "bot", "subject": "bot"}},
	"output on another route": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "bot has guards for what comes in and none for what goes out", "key": "bot", "subject": "bot"}},
	"retrieval beside it": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "bot has guards for what comes in and none for what goes out", "key": "bot", "subject": "bot"}},
	"everywhere": {{"at": {"line": 4, "path": "bot/config.yml"}, "detail": "bot/config.yml has guards for what comes in and none for what goes out", "key": "bot/config.yml", "subject": "bot/config.yml"}},
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
}
