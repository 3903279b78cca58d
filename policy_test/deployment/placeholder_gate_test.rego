package placeholder_gate_test

import future.keywords.not

import data.mlpolicy.deployment.placeholder_gate.deny

gate := {"name": "check", "uses": "", "run": "mlpolicy gate model", "condition": "", "continue_on_error": "no", "purposes": ["gate"], "at": {"path": "w.yml", "line": 9}}

deploy := {"name": "apply", "uses": "", "run": "kubectl apply -f a.yaml", "condition": "", "continue_on_error": "no", "purposes": ["deploy"], "at": {"path": "w.yml", "line": 12}}

pipeline(step) := {"pipelines": [{"name": "release", "steps": [step, deploy]}]}

named := object.union(gate, {"name": "Model evaluation", "purposes": []})

fires := {
	"goes on": pipeline(object.union(gate, {"continue_on_error": "yes"})),
	"ignored": pipeline(object.union(gate, {"run": "mlpolicy gate model || true"})),
	"prints": pipeline(object.union(named, {"run": "echo checking\n# todo\necho ok"})),
	"named like one": pipeline(object.union(named, {"run": "python evaluate.py || true"})),
	"without a name": pipeline(object.union(gate, {"name": "", "continue_on_error": "yes"})),
	"deployed anyway": {"pipelines": [{"name": "release", "steps": [gate, object.union(deploy, {"condition": "always()"})]}]},
}

silent := {
	"stops": pipeline(gate),
	"real check": pipeline(object.union(named, {"run": "echo checking\npython evaluate.py"})),
	"action": pipeline(object.union(named, {"run": "", "uses": "acme/evaluate"})),
	"a test that may fail": pipeline(object.union(gate, {"name": "lint", "purposes": ["test"], "run": "ruff || true"})),
	"report that always runs": {"pipelines": [{"name": "release", "steps": [gate, object.union(deploy, {"purposes": [], "condition": "always()"})]}]},
	"deployed on success": {"pipelines": [{"name": "release", "steps": [gate, object.union(deploy, {"condition": "success()"})]}]},
	"test": pipeline(object.union(gate, {"continue_on_error": "yes", "at": {"path": "tests/w.yml"}})),
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

test_names_the_step if {
	some found in deny with input as pipeline(object.union(gate, {"name": "", "continue_on_error": "yes"}))
	found.detail == `gate "mlpolicy gate model" of job release does not stop the job when it fails`
}
