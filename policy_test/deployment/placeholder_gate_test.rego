package placeholder_gate_test

import future.keywords.not

import data.mlpolicy.deployment.placeholder_gate.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"goes on": {{"at": {"line": 9, "path": "w.yml"}, "detail": "gate \"check\" of job release does not stop the job when it fails", "key": "does not stop the job when it fails", "subject": "release"}},
	"ignored": {{"at": {"line": 9, "path": "w.yml"}, "detail": "gate \"check\" of job release ignores the failure of its command", "key": "ignores the failure of its command", "subject": "release"}},
	"prints": {{"at": {"line": 9, "path": "w.yml"}, "detail": "gate \"Model evaluation\" of job release only prints", "key": "only prints", "subject": "release"}},
	"named like one": {{"at": {"line": 9, "path": "w.yml"}, "detail": "gate \"Model evaluation\" of job release ignores the failure of its command", "key": "ignores the failure of its command", "subject": "release"}},
	"without a name": {{"at": {"line": 9, "path": "w.yml"}, "detail": "gate \"mlpolicy gate model\" of job release does not stop the job when it fails", "key": "does not stop the job when it fails", "subject": "release"}},
	"deployed anyway": {{"at": {"line": 9, "path": "w.yml"}, "detail": "gate \"check\" of job release is passed by a deployment that always runs", "key": "is passed by a deployment that always runs", "subject": "release"}},
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

test_names_the_step if {
	some found in deny with input as pipeline(object.union(gate, {"name": "", "continue_on_error": "yes"}))
	found.detail == `gate "mlpolicy gate model" of job release does not stop the job when it fails`
}
