package opaque_artefact_test

import future.keywords.not

import data.mlpolicy.chain.opaque_artefact.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"file": {"path": "m.safetensors", "format": "safetensors", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	"model": {"kind": "model", "name": "m", "digests": {"sha256": "aa"}, "at": {"path": "m.dvc"}},
}

fires := {
	"kept by DVC": {"files": [{"path": "m.bin", "storage": "dvc", "kind": "weights", "sha256": ""}]},
	"no digest": {"weights": [object.union(base.file, {"sha256": ""})]},
	"md5 only": {"components": [{"kind": "model", "name": "m", "digests": {"md5": "aa"}, "at": {"path": "m.dvc"}}]},
}

silent := {
	"data kept by DVC": {"files": [{"path": "m.csv", "storage": "dvc", "kind": "dataset", "sha256": ""}]},
	"kept by git": {"files": [{"path": "m.bin", "storage": "git", "kind": "weights", "sha256": ""}]},
	"kept by DVC with a strong digest": {"files": [{"path": "m.bin", "storage": "dvc", "kind": "weights", "sha256": "aa"}]},
	"digest": {"weights": [base.file]},
	"index": {"weights": [object.union(base.file, {"format": "index", "sha256": ""})]},
	"strong digest": {"components": [base.model]},
	"strong digest beside md5": {"components": [object.union(base.model, {"digests": {"md5": "aa"}})]},
	"no bytes here": {"components": [{"kind": "model", "name": "m", "digests": {}, "at": {"path": "a.py"}}]},
	"dataset": {"components": [{"kind": "dataset", "name": "m", "digests": {"md5": "aa"}, "at": {"path": "m.dvc"}}]},
}

found := {
	"kept by DVC": {{"at": {"path": "m.bin"}, "detail": "weights file is kept by DVC, under its md5 only", "subject": "m.bin"}},
	"no digest": {{"at": {"path": "m.safetensors"}, "detail": "safetensors file has no SHA-256 in the ML-BOM", "subject": "m.safetensors"}},
	"md5 only": {{"at": {"path": "m.dvc"}, "detail": "model m is known by md5 only", "subject": "m"}},
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
