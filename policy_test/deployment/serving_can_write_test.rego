package serving_can_write_test

import future.keywords.not

import data.mlpolicy.deployment.serving_can_write.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

grant := {"actions": ["ecr:PutImage"], "resources": ["*"], "effect": "allow", "at": {"path": "iam.tf", "line": 7}}

serves := {"workload": "api", "role": "serving", "at": {"path": "serve.tf"}}

base := {"id": "aws_iam_role.serve", "used_by": [serves], "grants": [grant]}

fires := {
	"registry": {"identities": [base]},
	"model package": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["sagemaker:CreateModelPackage"]})]})]},
	"training data": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["s3:PutObject"], "resources": ["arn:aws:s3:::acme-training-data/*"]})]})]},
	"every bucket": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["s3:*"]})]})]},
	"everything": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["*"]})]})]},
	"writer of objects": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["roles/storage.objectAdmin"], "resources": ["google_storage_bucket.models"]})]})]},
}

silent := {
	"reads": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["ecr:BatchGetImage", "s3:GetObject"]})]})]},
	"own output": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["s3:PutObject"], "resources": ["arn:aws:s3:::acme-captures/*"]})]})]},
	"denied": {"identities": [object.union(base, {"grants": [object.union(grant, {"effect": "deny"})]})]},
	"everything in one bucket": {"identities": [object.union(base, {"grants": [object.union(grant, {"actions": ["*"], "resources": ["arn:aws:s3:::acme-captures/*"]})]})]},
	"training": {"identities": [object.union(base, {"used_by": [object.union(serves, {"role": "training"})]})]},
	"test": {"identities": [object.union(base, {"used_by": [object.union(serves, {"at": {"path": "tests/serve.tf"}})]})]},
}

found := {
	"registry": {{"at": {"line": 7, "path": "iam.tf"}, "detail": "aws_iam_role.serve of api may do ecr:PutImage, which writes to a registry", "key": "ecr:PutImage", "subject": "aws_iam_role.serve"}},
	"model package": {{"at": {"line": 7, "path": "iam.tf"}, "detail": "aws_iam_role.serve of api may do sagemaker:CreateModelPackage, which writes to a registry", "key": "sagemaker:CreateModelPackage", "subject": "aws_iam_role.serve"}},
	"training data": {{"at": {"line": 7, "path": "iam.tf"}, "detail": "aws_iam_role.serve of api may do s3:PutObject, which writes to arn:aws:s3:::acme-training-data/*", "key": "s3:PutObject", "subject": "aws_iam_role.serve"}},
	"every bucket": {{"at": {"line": 7, "path": "iam.tf"}, "detail": "aws_iam_role.serve of api may do s3:*, which writes to *", "key": "s3:*", "subject": "aws_iam_role.serve"}},
	"everything": {{"at": {"line": 7, "path": "iam.tf"}, "detail": "aws_iam_role.serve of api may do *, which writes everything", "key": "*", "subject": "aws_iam_role.serve"}},
	"writer of objects": {{"at": {"line": 7, "path": "iam.tf"}, "detail": "aws_iam_role.serve of api may do roles/storage.objectAdmin, which writes to google_storage_bucket.models", "key": "roles/storage.objectAdmin", "subject": "aws_iam_role.serve"}},
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
