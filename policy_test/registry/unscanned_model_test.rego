package unscanned_model_test

import future.keywords.not

import data.mlpolicy.registry.unscanned_model.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}

test_scan_on_push_is_not_asked_for if {
	count(deny) == 0 with input.stores as [base.store] with data.mlpolicy.settings["REG-016"].scan_on_push as false
}
