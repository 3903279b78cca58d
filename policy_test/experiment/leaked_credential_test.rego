package leaked_credential_test

import future.keywords.not

import data.mlpolicy.experiment.leaked_credential.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"rule": "huggingface-token", "context": "notebook_output", "at": {"path": "a.ipynb", "line": 40}}

fires := {
	"notebook output": {},
	"configuration": {"context": "config"},
	"run": {"context": "run"},
	"code": {"context": "code"},
	"words around it": {"context": "code", "rule": "wandb-key"},
}

silent := {
	"deployment": {"context": "environment"},
	"uri": {"context": "uri"},
	"test": {"at": {"path": "tests/fixtures/a.yaml"}},
}

found := {
	"words around it": {{"at": {"line": 40, "path": "a.ipynb"}, "certainty": "likely", "detail": "a credential (wandb-key) is written into code", "subject": "a.ipynb"}},
	"notebook output": {{"at": {"line": 40, "path": "a.ipynb"}, "certainty": "certain", "detail": "a credential (huggingface-token) is written into the output of a notebook cell", "subject": "a.ipynb"}},
	"configuration": {{"at": {"line": 40, "path": "a.ipynb"}, "certainty": "certain", "detail": "a credential (huggingface-token) is written into a configuration file", "subject": "a.ipynb"}},
	"run": {{"at": {"line": 40, "path": "a.ipynb"}, "certainty": "certain", "detail": "a credential (huggingface-token) is written into the record of a run", "subject": "a.ipynb"}},
	"code": {{"at": {"line": 40, "path": "a.ipynb"}, "certainty": "certain", "detail": "a credential (huggingface-token) is written into code", "subject": "a.ipynb"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.secrets as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.secrets as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_says_where[context] if {
	some context, text in {
		"config": "a configuration file",
		"notebook_output": "the output of a notebook cell",
		"run": "the record of a run",
		"code": "code",
	}
	some found in deny with input.secrets as [object.union(base, {"context": context})]
	endswith(found.detail, $"is written into {text}")
}

test_other_contexts[context] if {
	some context, text in {"environment": "an environment", "uri": "a URI"}
	some found in deny with input.secrets as [object.union(base, {"context": context})]
		with data.mlpolicy.settings["EXP-001"].contexts as [context]
	endswith(found.detail, $"is written into {text}")
}
