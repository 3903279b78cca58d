package incomplete_bom_test

import future.keywords.not

import data.mlpolicy.registry.incomplete_bom.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"adapter": {"ref": "a", "name": "adapter", "kind": "adapter", "role": "adapter", "files": ["a.safetensors"], "digests": {"sha256": "aa"}, "derived_from": ["b"], "datasets": ["d"], "at": {"path": "a.safetensors"}},
	"torch": {"ref": "p", "name": "torch", "kind": "package", "files": [], "digests": {}},
}

fires := {
	"no digest": {"components": [object.remove(object.union(base.adapter, {}), ["digests"]), base.torch], "weights": [{"path": "a.safetensors", "sha256": ""}]},
	"no base": {"components": [object.union(base.adapter, {"derived_from": []}), base.torch]},
	"no datasets": {"components": [object.union(base.adapter, {"datasets": []}), base.torch]},
	"no frameworks": {"components": [base.adapter]},
}

silent := {
	"dataset": {"components": [object.union(base.adapter, {"kind": "dataset", "datasets": []}), base.torch]},
	"complete": {"components": [base.adapter, base.torch]},
	"digest of the file": {"components": [object.remove(base.adapter, ["digests"]), base.torch], "weights": [{"path": "a.safetensors", "sha256": "aa"}]},
	"not in the source": {"components": [object.union(base.adapter, {"files": []})]},
	"downloaded base": {"components": [object.union(base.adapter, {"kind": "model", "role": "base", "derived_from": [], "datasets": []})]},
}

found := {
	"no digest": {{"at": {"path": "a.safetensors"}, "detail": "the ML-BOM of adapter lacks: a digest", "subject": "adapter"}},
	"no base": {{"at": {"path": "a.safetensors"}, "detail": "the ML-BOM of adapter lacks: its base model", "subject": "adapter"}},
	"no datasets": {{"at": {"path": "a.safetensors"}, "detail": "the ML-BOM of adapter lacks: its datasets", "subject": "adapter"}},
	"no frameworks": {{"at": {"path": "a.safetensors"}, "detail": "the ML-BOM of adapter lacks: frameworks", "subject": "adapter"}},
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
