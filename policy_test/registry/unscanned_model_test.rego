package unscanned_model_test

import future.keywords.not

import data.mlpolicy.registry.unscanned_model.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"file": {"path": "m.bin", "format": "torch", "expected": "torch", "content": "not_fetched", "executable": "unresolved"},
	"store": {"kind": "image_registry", "name": "models", "scan_on_push": "no", "at": {"path": "ecr.tf", "line": 3}},
}

fires := {
	"pointer": {"weights": [base.file]},
	"half read": {"weights": [object.union(base.file, {"content": "partial", "executable": "yes"})]},
	"registry": {"stores": [base.store]},
}

silent := {
	"another store": {"stores": [object.union(base.store, {"kind": "bucket"})]},
	"read": {"weights": [object.union(base.file, {"content": "read"})]},
	"pointer to safetensors": {"weights": [object.union(base.file, {"expected": "safetensors"})]},
	"holds data only": {"weights": [object.union(base.file, {"executable": "no"})]},
	"scans": {"stores": [object.union(base.store, {"scan_on_push": "yes"})]},
	"not said": {"stores": [object.union(base.store, {"scan_on_push": "unstated"})]},
	"test": {"weights": [object.union(base.file, {"path": "tests/m.bin"})]},
	"registry of a test": {"stores": [object.union(base.store, {"at": {"path": "tests/ecr.tf"}})]},
}

found := {
	"pointer": {{"at": {"path": "m.bin"}, "detail": "torch file was not scanned (only its pointer is here)", "subject": "m.bin"}},
	"half read": {{"at": {"path": "m.bin"}, "detail": "torch file was not scanned (reading it stopped)", "subject": "m.bin"}},
	"registry": {{"at": {"line": 3, "path": "ecr.tf"}, "detail": "registry models does not scan what is pushed", "subject": "models"}},
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

test_scan_on_push_is_not_asked_for if {
	count(deny) == 0 with input.stores as [base.store] with data.mlpolicy.settings["REG-016"].scan_on_push as false
}
