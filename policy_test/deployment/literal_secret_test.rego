package literal_secret_test

import future.keywords.not

import data.mlpolicy.deployment.literal_secret.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"env": {"name": "HF_TOKEN", "source": "literal", "secret": true, "at": {"path": "a.yaml", "line": 9}},
	"secret": {"rule": "huggingface-token", "context": "environment", "at": {"path": "a.yaml", "line": 9}},
}

fires := {
	"default of a variable": {"secrets": [{"rule": "password", "context": "infrastructure", "at": {"path": "main.tf", "line": 3}}]},
	"secret beside another variable": {"workloads": [{"name": "api", "role": "serving", "env": [object.union(base.env, {"secret": false})]}], "secrets": [base.secret]},
	"variable": {"workloads": [{"name": "api", "role": "serving", "env": [base.env]}]},
	"variable where no model runs": {"workloads": [{"name": "db", "role": "other", "env": [base.env]}]},
	"secret": {"secrets": [base.secret]},
	"variable and its secret": {"workloads": [{"name": "api", "role": "serving", "env": [base.env]}], "secrets": [base.secret]},
}

silent := {
	"secret from a store": {"workloads": [{"name": "api", "role": "serving", "env": [object.union(base.env, {"source": "secret"})]}]},
	"reference": {"workloads": [{"name": "api", "role": "serving", "env": [object.union(base.env, {"source": "secret", "secret": false})]}]},
	"plain value": {"workloads": [{"name": "api", "role": "serving", "env": [object.union(base.env, {"secret": false})]}]},
	"training job": {"workloads": [{"name": "job", "role": "training", "env": [base.env]}], "secrets": [base.secret]},
	"notebook": {"secrets": [object.union(base.secret, {"context": "notebook_output"})]},
	"test": {"secrets": [object.union(base.secret, {"at": {"path": "tests/a.yaml"}})]},
	"variable in a test": {"workloads": [{"name": "api", "role": "serving", "env": [object.union(base.env, {"at": {"path": "tests/a.yaml"}})]}]},
}

found := {
	"default of a variable": {{"at": {"line": 3, "path": "main.tf"}, "detail": "a credential (password) is written into infrastructure code", "subject": "main.tf"}},
	"secret": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "a credential (huggingface-token) is written into an environment", "subject": "a.yaml"}},
	"secret beside another variable": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "a credential (huggingface-token) is written into an environment", "subject": "a.yaml"}},
	"variable": {{"at": {"line": 9, "path": "a.yaml"}, "certainty": "certain", "detail": "api gets HF_TOKEN as a literal", "key": "HF_TOKEN", "subject": "api"}},
	"variable where no model runs": {{"at": {"line": 9, "path": "a.yaml"}, "certainty": "likely", "detail": "db gets HF_TOKEN as a literal", "key": "HF_TOKEN", "subject": "db"}},
	"variable and its secret": {{"at": {"line": 9, "path": "a.yaml"}, "certainty": "certain", "detail": "api gets HF_TOKEN as a literal", "key": "HF_TOKEN", "subject": "api"}},
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
