package mutable_registry_reference_test

import future.keywords.not

import data.mlpolicy.registry.mutable_registry_reference.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"ref": {"kind": "model", "name": "models:/assistant/Production", "uri": "models:/assistant/Production", "host": "mlflow", "state": "resolved", "role": "serve", "revision_kind": "tag", "at": {"path": "a.py", "line": 2}, "call_at": {"path": "a.py", "line": 2}},
	"workload": {"name": "api", "models": [{"uri": "models:/assistant@champion", "at": {"path": "a.py", "line": 2}}]},
}

fires := {
	"workload and another reference": {"references": [object.union(base.ref, {"host": "huggingface"})], "workloads": [base.workload]},
	"stage": {"references": [base.ref]},
	"alias": {"references": [object.union(base.ref, {"uri": "models:/assistant@champion"})]},
	"latest": {"references": [object.union(base.ref, {"host": "wandb", "uri": "wandb://acme/p/assistant:latest"})]},
	"workload": {"workloads": [base.workload]},
	"workload and its reference": {"references": [base.ref], "workloads": [base.workload]},
}

silent := {
	"known at run time": {"references": [object.union(base.ref, {"state": "unresolved"})]},
	"workload with a bucket": {"workloads": [object.union(base.workload, {"models": [{"uri": "s3://acme/m", "at": {"path": "a.py", "line": 2}}]})]},
	"workload of a test": {"workloads": [object.union(base.workload, {"models": [{"uri": "models:/a@b", "at": {"path": "tests/a.py", "line": 2}}]})]},
	"model of a run": {"references": [object.union(base.ref, {"uri": "runs:/b8904012c84343b5bf8ee72aa8f0f402/model"})]},
	"version": {"references": [object.union(base.ref, {"uri": "models:/assistant/7"})]},
	"artifact version": {"references": [object.union(base.ref, {"host": "wandb", "uri": "wandb://acme/p/assistant:v7"})]},
	"digest": {"references": [object.union(base.ref, {"revision_kind": "commit"})]},
	"output": {"references": [object.union(base.ref, {"role": "output"})]},
	"hub": {"references": [object.union(base.ref, {"host": "huggingface"})]},
	"image": {"references": [object.union(base.ref, {"kind": "image", "host": "oci", "uri": "oci://a/b:latest"})]},
	"plain name": {"references": [object.union(base.ref, {"uri": "assistant"})]},
	"test": {"references": [object.union(base.ref, {"at": {"path": "tests/a.py"}})]},
	"workload with a version": {"workloads": [object.union(base.workload, {"models": [{"uri": "models:/assistant/7", "at": {"path": "a.py", "line": 2}}]})]},
}

found := {
	"workload": {{"at": {"line": 2, "path": "a.py"}, "detail": "api loads models:/assistant@champion, an alias or a stage, not a version", "subject": "models:/assistant@champion"}},
	"workload and another reference": {{"at": {"line": 2, "path": "a.py"}, "detail": "api loads models:/assistant@champion, an alias or a stage, not a version", "subject": "models:/assistant@champion"}},
	"stage": {{"at": {"line": 2, "path": "a.py"}, "detail": "models:/assistant/Production names an alias or a stage, not a version", "subject": "models:/assistant/Production"}},
	"alias": {{"at": {"line": 2, "path": "a.py"}, "detail": "models:/assistant@champion names an alias or a stage, not a version", "subject": "models:/assistant@champion"}},
	"latest": {{"at": {"line": 2, "path": "a.py"}, "detail": "wandb://acme/p/assistant:latest names an alias or a stage, not a version", "subject": "wandb://acme/p/assistant:latest"}},
	"workload and its reference": {{"at": {"line": 2, "path": "a.py"}, "detail": "models:/assistant/Production names an alias or a stage, not a version", "subject": "models:/assistant/Production"}},
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
