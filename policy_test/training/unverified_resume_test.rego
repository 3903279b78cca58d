package unverified_resume_test

import future.keywords.not

import data.mlpolicy.training.unverified_resume.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "model", "name": "acme/ckpt", "uri": "hf://acme/ckpt", "host": "huggingface", "role": "resume", "state": "resolved", "revision_kind": "none", "confidence": "high", "at": {"path": "a.yaml", "line": 3}, "call_at": {"path": "a.yaml", "line": 3}}

fires := {
	"digest not compared": {"references": [base], "calls": [{"checks_hash": "no", "at": {"path": "a.yaml", "line": 3}}]},
	"hub": {"references": [base]},
	"guessed key": {"references": [object.union(base, {"confidence": "medium"})]},
	"address under a guessed key": {"references": [object.union(base, {"name": "hf://acme/ckpt", "confidence": "medium"})]},
	"bucket under a guessed key": {"references": [object.union(base, {"host": "s3", "uri": "s3://acme/ckpt", "confidence": "medium"})]},
	"bucket": {"references": [object.union(base, {"host": "s3", "uri": "s3://acme/ckpt"})]},
}

silent := {
	"guess": {"references": [object.union(base, {"confidence": "low"})]},
	"full commit": {"references": [object.union(base, {"revision_kind": "commit"})]},
	"object version": {"references": [object.union(base, {"host": "s3", "uri": "s3://acme/ckpt?versionId=4"})]},
	"this machine": {"references": [object.union(base, {"host": "local", "uri": "out/checkpoint-5"})]},
	"known at run time": {"references": [object.union(base, {"state": "unresolved"})]},
	"base": {"references": [object.union(base, {"role": "base"})]},
	"digest compared": {"references": [base], "calls": [{"checks_hash": "yes", "at": {"path": "a.yaml", "line": 3}}]},
	"test": {"references": [object.union(base, {"at": {"path": "tests/a.yaml"}})]},
}

found := {
	"address under a guessed key": {{"at": {"line": 3, "path": "a.yaml"}, "certainty": "certain", "detail": "training resumes from hf://acme/ckpt and nothing checks what is there", "subject": "hf://acme/ckpt"}},
	"bucket under a guessed key": {{"at": {"line": 3, "path": "a.yaml"}, "certainty": "certain", "detail": "training resumes from acme/ckpt and nothing checks what is there", "subject": "s3://acme/ckpt"}},
	"guessed key": {{"at": {"line": 3, "path": "a.yaml"}, "certainty": "likely", "detail": "training resumes from acme/ckpt and nothing checks what is there", "subject": "hf://acme/ckpt"}},
	"digest not compared": {{"at": {"line": 3, "path": "a.yaml"}, "certainty": "certain", "detail": "training resumes from acme/ckpt and nothing checks what is there", "subject": "hf://acme/ckpt"}},
	"hub": {{"at": {"line": 3, "path": "a.yaml"}, "certainty": "certain", "detail": "training resumes from acme/ckpt and nothing checks what is there", "subject": "hf://acme/ckpt"}},
	"bucket": {{"at": {"line": 3, "path": "a.yaml"}, "certainty": "certain", "detail": "training resumes from acme/ckpt and nothing checks what is there", "subject": "s3://acme/ckpt"}},
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

test_local_counts_when_asked if {
	exactly(deny, {{"at": {"line": 3, "path": "a.yaml"}, "certainty": "certain", "detail": "training resumes from acme/ckpt and nothing checks what is there", "subject": "out/checkpoint-5"}}) with input as silent["this machine"] with data.mlpolicy.settings["TRAIN-009"].local as true
}
