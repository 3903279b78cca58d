package executable_weights_test

import future.keywords.not

import data.mlpolicy.training.executable_weights.deny

base := {"path": "adapter_model.bin", "format": "torch-zip", "expected": "torch", "content": "read", "executable": "yes"}

fires := {
	"pickle": {},
	"pointer": {"content": "not_fetched", "executable": "unresolved", "format": "torch"},
}

silent := {
	"pointer that cannot run": {"content": "not_fetched", "executable": "no"},
	"safetensors": {"executable": "no"},
	"not known": {"executable": "unstated"},
	"pointer to safetensors": {"content": "not_fetched", "executable": "unresolved", "expected": "safetensors"},
	"test": {"path": "tests/fixtures/a.bin"},
	"pointer in a test": {"path": "tests/fixtures/a.bin", "content": "not_fetched", "executable": "unresolved"},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.weights as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.weights as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
