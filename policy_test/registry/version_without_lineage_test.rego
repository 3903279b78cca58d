package version_without_lineage_test

import future.keywords.not

import data.mlpolicy.registry.version_without_lineage.deny

base := {"kind": "mlflow", "name": "assistant", "version": "3", "run": "r1", "at": {"path": "models/assistant/version-3/meta.yaml", "line": 3}}

fires := {
	"no run beside runs": {"registry": [object.union(base, {"run": ""})], "runs": [{"id": "r1"}]},
	"no run": {"registry": [object.union(base, {"run": ""})]},
	"run of another project": {"registry": [base], "runs": [{"id": "r2"}]},
}

silent := {
	"run": {"registry": [base], "runs": [{"id": "r1"}]},
	"no runs here": {"registry": [base], "runs": []},
	"another kind": {"registry": [object.union(base, {"kind": "kitfile", "run": ""})]},
	"test": {"registry": [object.union(base, {"run": "", "at": {"path": "tests/meta.yaml"}})]},
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

test_runs_elsewhere if {
	count(deny) == 0 with input as fires["run of another project"]
		with data.mlpolicy.settings["REG-019"].known_runs as false
}
