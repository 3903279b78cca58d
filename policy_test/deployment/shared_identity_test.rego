package shared_identity_test

import future.keywords.not

import data.mlpolicy.deployment.shared_identity.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

trains := {"workload": "train", "role": "training", "at": {"path": "train.tf"}}

serves := {"workload": "api", "role": "serving", "at": {"path": "serve.tf"}}

base := {"id": "aws_iam_role.ml", "used_by": [trains, serves], "at": {"path": "iam.tf", "line": 1}}

fires := {
	"one role": {"identities": [base]},
	"and a third": {"identities": [object.union(base, {"used_by": [trains, serves, {"workload": "web", "role": "other", "at": {"path": "web.tf"}}]})]},
}

silent := {
	"training only": {"identities": [object.union(base, {"used_by": [trains, trains]})]},
	"serving only": {"identities": [object.union(base, {"used_by": [serves]})]},
	"default account": {"identities": [object.union(base, {"id": "ml/default"})]},
	"serving in a test": {"identities": [object.union(base, {"used_by": [trains, object.union(serves, {"at": {"path": "tests/serve.tf"}})]})]},
	"two roles": {"identities": [object.union(base, {"used_by": [trains]}), object.union(base, {"id": "aws_iam_role.serve", "used_by": [serves]})]},
}

found := {
	"one role": {{"at": {"line": 1, "path": "iam.tf"}, "detail": "aws_iam_role.ml runs training (train) and serving (api)", "subject": "aws_iam_role.ml"}},
	"and a third": {{"at": {"line": 1, "path": "iam.tf"}, "detail": "aws_iam_role.ml runs training (train) and serving (api)", "subject": "aws_iam_role.ml"}},
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
