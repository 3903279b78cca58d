package config_runs_remote_code_test

import future.keywords.not

import data.mlpolicy.training.config_runs_remote_code.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "model", "name": "acme/code", "uri": "hf://acme/code", "host": "huggingface", "revision_kind": "none", "loader": "auto_map.AutoModel", "at": {"path": "config.json", "line": 8}}

fires := {
	"other repository": {},
}

silent := {
	"full commit": {"revision_kind": "commit"},
	"own repository": {"host": "local"},
	"another key": {"loader": "_name_or_path"},
	"test": {"at": {"path": "tests/config.json"}},
}

found := {
	"other repository": {{"at": {"line": 8, "path": "config.json"}, "detail": "loading this model runs code from acme/code", "subject": "hf://acme/code"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.references as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.references as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
