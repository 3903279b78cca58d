package version_without_lineage_test

import future.keywords.not

import data.mlpolicy.registry.version_without_lineage.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"no run beside runs": {{"at": {"line": 3, "path": "models/assistant/version-3/meta.yaml"}, "detail": "assistant 3 names no run", "subject": "models/assistant/version-3/meta.yaml"}},
	"no run": {{"at": {"line": 3, "path": "models/assistant/version-3/meta.yaml"}, "detail": "assistant 3 names no run", "subject": "models/assistant/version-3/meta.yaml"}},
	"run of another project": {{"at": {"line": 3, "path": "models/assistant/version-3/meta.yaml"}, "detail": "assistant 3 names run r1, which is not in the source", "subject": "models/assistant/version-3/meta.yaml"}},
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

test_runs_elsewhere if {
	count(deny) == 0 with input as fires["run of another project"]
		with data.mlpolicy.settings["REG-019"].known_runs as false
}
