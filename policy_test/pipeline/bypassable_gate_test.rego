package bypassable_gate_test

import future.keywords.not

import data.mlpolicy.pipeline.bypassable_gate.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"job": {"name": "gate", "triggers": [{"event": "pull_request", "paths": [], "ignored": [], "at": {"path": "ci.yml", "line": 2}}], "at": {"path": "ci.yml", "line": 4}},
	"step": {"purposes": ["gate"], "continue_on_error": "no", "run": "mlpolicy check .", "at": {"path": "ci.yml", "line": 9}},
	"weights": [{"path": "models/a.safetensors"}],
}

job(step) := object.union(base.job, {"steps": [object.union(base.step, step)]})

filtered(filter) := object.union(base.job, {"steps": [base.step], "triggers": [object.union(base.job.triggers[0], filter)]})

fires := {
	"continues": {"pipelines": [job({"continue_on_error": "yes"})], "weights": []},
	"or true": {"pipelines": [job({"run": "mlpolicy check . || true"})], "weights": []},
	"errors off": {"pipelines": [job({"run": "set +e\nmlpolicy check ."})], "weights": []},
	"models are ignored": {"pipelines": [filtered({"ignored": ["models/**"]})], "weights": base.weights},
	"models are not listed": {"pipelines": [filtered({"paths": ["src/**", "*.py"]})], "weights": base.weights},
}

silent := {
	"blocks": {"pipelines": [job({})], "weights": base.weights},
	"another step continues": {"pipelines": [job({"purposes": ["test"], "continue_on_error": "yes"})], "weights": base.weights},
	"models are listed": {"pipelines": [filtered({"paths": ["src/**", "models/**"]})], "weights": base.weights},
	"documents are ignored": {"pipelines": [filtered({"ignored": ["docs/**", "**.md", "[ab]/**"]})], "weights": base.weights},
	"negation": {"pipelines": [filtered({"paths": ["!docs/**"]})], "weights": base.weights},
	"no models": {"pipelines": [filtered({"ignored": ["models/**"]})], "weights": []},
	"schedule": {"pipelines": [filtered({"event": "schedule", "ignored": ["models/**"]})], "weights": base.weights},
}

found := {
	"continues": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job gate goes on when the gate says no (continue-on-error)", "subject": "ci.yml"}},
	"or true": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job gate hides the exit code of the gate", "subject": "ci.yml"}},
	"errors off": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job gate hides the exit code of the gate", "subject": "ci.yml"}},
	"models are ignored": {{"at": {"line": 2, "path": "ci.yml"}, "detail": "1 model files, models/a.safetensors first, can change without starting the gate", "subject": "ci.yml"}},
	"models are not listed": {{"at": {"line": 2, "path": "ci.yml"}, "detail": "1 model files, models/a.safetensors first, can change without starting the gate", "subject": "ci.yml"}},
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
