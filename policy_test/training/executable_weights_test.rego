package executable_weights_test

import future.keywords.not

import data.mlpolicy.training.executable_weights.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"pickle": {{"at": {"path": "adapter_model.bin"}, "detail": "torch-zip can run code in whatever loads it", "subject": "adapter_model.bin"}},
	"pointer": {{"at": {"path": "adapter_model.bin"}, "detail": "only a pointer is here, to torch, which can run code in whatever loads it", "subject": "adapter_model.bin"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.weights as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.weights as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
