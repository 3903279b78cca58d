package mutable_registry_reference_test

import future.keywords.not

import data.mlpolicy.registry.mutable_registry_reference.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
