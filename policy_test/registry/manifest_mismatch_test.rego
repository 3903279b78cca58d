package manifest_mismatch_test

import future.keywords.not

import data.mlpolicy.registry.manifest_mismatch.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"entry": {"kind": "kitfile", "files": [{"path": "m.gguf", "algorithm": "sha256", "value": "AA", "at": {"path": "Kitfile", "line": 8}}]},
}

fires := {
	"other bytes": {"registry": [base.entry], "files": [{"path": "m.gguf", "sha256": "bb"}]},
	"other weights": {"registry": [base.entry], "weights": [{"path": "m.gguf", "sha256": "bb"}]},
}

silent := {
	"same bytes": {"registry": [base.entry], "files": [{"path": "m.gguf", "sha256": "aa"}]},
	"bytes not known": {"registry": [base.entry], "files": [{"path": "m.gguf", "sha256": ""}], "weights": [{"path": "m.gguf", "sha256": ""}]},
	"not here": {"registry": [base.entry], "files": []},
	"no digest": {"registry": [object.union(base.entry, {"files": [{"path": "m.gguf", "algorithm": "", "value": "", "at": {"path": "Kitfile"}}]})], "files": [{"path": "m.gguf", "sha256": "bb"}]},
	"test": {"registry": [object.union(base.entry, {"files": [{"path": "m.gguf", "algorithm": "sha256", "value": "aa", "at": {"path": "tests/Kitfile"}}]})], "files": [{"path": "m.gguf", "sha256": "bb"}]},
}

found := {
	"other bytes": {{"at": {"line": 8, "path": "Kitfile"}, "detail": "kitfile promises AA for m.gguf, which is bb", "subject": "m.gguf"}},
	"other weights": {{"at": {"line": 8, "path": "Kitfile"}, "detail": "kitfile promises AA for m.gguf, which is bb", "subject": "m.gguf"}},
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
