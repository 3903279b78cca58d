package incomplete_provenance_test

import future.keywords.not

import data.mlpolicy.training.incomplete_provenance.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"statement": {"subject": "m", "state": "verified", "predicate_type": "https://slsa.dev/provenance/v1", "body": {"buildDefinition": {"resolvedDependencies": [{"uri": "d", "digest": {"sha256": "dd"}}]}, "runDetails": {"builder": {"id": "https://ci.acme.org"}}}, "at": {"path": "m.intoto.jsonl", "line": 1}},
	"data": {"kind": "dataset", "role": "train", "name": "d", "version": "", "digests": {"sha256": "dd"}, "at": {"path": "d.dvc"}},
	"model": {"kind": "model", "role": "base", "name": "b", "version": "cc", "digests": {}, "at": {"path": "a.py"}},
}

fires := {
	"provenance of something else": {"attestations": [object.union(base.statement, {"body": {"buildDefinition": {"resolvedDependencies": ["d"]}}})], "components": [base.data]},
	"base model left out": {"attestations": [base.statement], "components": [base.model]},
	"other data": {"attestations": [base.statement], "components": [object.union(base.data, {"digests": {"sha256": "ee"}})]},
}

silent := {
	"named": {"attestations": [base.statement], "components": [base.data]},
	"named by its commit": {"attestations": [object.union(base.statement, {"body": {"buildDefinition": {"resolvedDependencies": [{"digest": {"gitCommit": "cc"}}]}}})], "components": [base.model]},
	"package": {"attestations": [base.statement], "components": [object.union(base.model, {"kind": "package"})]},
	"evaluation data": {"attestations": [base.statement], "components": [object.union(base.model, {"role": "eval"})]},
	"statement that was refused": {"attestations": [object.union(base.statement, {"state": "refused"})], "components": [base.model]},
	"another statement": {"attestations": [object.union(base.statement, {"predicate_type": "x"})], "components": [base.model]},
}

found := {
	"provenance of something else": {{"at": {"path": "d.dvc"}, "detail": "dataset d is in the ML-BOM and not in the provenance", "subject": "d"}},
	"base model left out": {{"at": {"path": "a.py"}, "detail": "model b is in the ML-BOM and not in the provenance", "subject": "b"}},
	"other data": {{"at": {"path": "d.dvc"}, "detail": "dataset d is in the ML-BOM and not in the provenance", "subject": "d"}},
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

test_unknown_builder if {
	exactly(deny, {{"at": {"line": 1, "path": "m.intoto.jsonl"}, "detail": "provenance of m was written by https://ci.acme.org, which is not trusted", "subject": "m"}}) with input as silent.named with data.mlpolicy.settings["TRAIN-019"].builders as ["https://other"]
}

test_no_builder if {
	some found in deny with input.attestations as [object.union(base.statement, {"body": 1})]
		with data.mlpolicy.settings["TRAIN-019"].builders as ["https://other"]
	contains(found.detail, "nobody")
}

test_trusted_builder if {
	count(deny) == 0 with input as silent.named
		with data.mlpolicy.settings["TRAIN-019"].builders as ["https://ci.acme.org"]
}
