package unisolated_cloud_test

import future.keywords.not

import data.mlpolicy.deployment.unisolated_cloud.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

api := {"name": "api", "kind": "aws_sagemaker_model", "platform": "sagemaker", "role": "serving", "settings": {}, "at": {"path": "a.tf", "line": 2}}

db := {"kind": "database", "name": "mlflow", "purpose": "artifacts", "public": "yes", "writers": [], "at": {"path": "a.tf", "line": 5}}

images := {"kind": "image_registry", "name": "acme", "purpose": "", "public": "unstated", "writers": ["admin account"], "at": {"path": "a.tf", "line": 5}}

fires := {
	"database": {"workloads": [api], "stores": [db]},
	"database where no model runs": {"stores": [db]},
	"account": {"workloads": [api], "stores": [images]},
	"open": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "unstated"}})]},
	"isolation switched off": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "no"}})]},
	"no such setting": {"workloads": [object.union(api, {"platform": "vertex", "settings": {"vpc": "no"}})]},
	"public": {"workloads": [object.union(api, {"platform": "azureml", "role": "notebook", "settings": {"public": "yes"}})]},
	"internet": {"workloads": [object.union(api, {"role": "notebook", "settings": {"direct_internet_access": "enabled"}})]},
	"no key": {"workloads": [object.union(api, {"settings": {"kms_key": "no"}})]},
}

silent := {
	"database of a network": {"stores": [object.union(db, {"public": "no"})]},
	"database with training data": {"stores": [object.union(db, {"purpose": "data"})]},
	"public registry": {"stores": [object.union(images, {"public": "yes", "writers": ["ci"]})]},
	"public bucket": {"stores": [object.union(db, {"kind": "bucket"})]},
	"database of a test": {"stores": [object.union(db, {"at": {"path": "tests/a.tf"}})]},
	"nothing known": {"workloads": [api]},
	"in a VPC": {"workloads": [object.union(api, {"settings": {"vpc": "yes", "network_isolation": "no"}})]},
	"isolated": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "yes"}})]},
	"isolation not known": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "unresolved"}})]},
	"private": {"workloads": [object.union(api, {"settings": {"public": "no", "direct_internet_access": "disabled", "kms_key": "yes"}})]},
	"training": {"workloads": [object.union(api, {"role": "training", "settings": {"vpc": "no"}})]},
	"another platform": {"workloads": [object.union(api, {"platform": "ecs", "settings": {"vpc": "no"}})]},
	"test": {"workloads": [object.union(api, {"at": {"path": "tests/a.tf"}, "settings": {"vpc": "no"}})]},
}

found := {
	"database": {{"at": {"line": 5, "path": "a.tf"}, "certainty": "certain", "detail": "database mlflow admits the internet", "subject": "mlflow"}},
	"database where no model runs": {{"at": {"line": 5, "path": "a.tf"}, "certainty": "likely", "detail": "database mlflow admits the internet", "subject": "mlflow"}},
	"account": {{"at": {"line": 5, "path": "a.tf"}, "certainty": "certain", "detail": "image registry acme has the account of an administrator that nobody in particular uses", "subject": "acme"}},
	"open": {{"at": {"line": 2, "path": "a.tf"}, "detail": "aws_sagemaker_model api is neither isolated nor in a VPC", "subject": "api"}},
	"isolation switched off": {{"at": {"line": 2, "path": "a.tf"}, "detail": "aws_sagemaker_model api is neither isolated nor in a VPC", "subject": "api"}},
	"no such setting": {{"at": {"line": 2, "path": "a.tf"}, "detail": "aws_sagemaker_model api is neither isolated nor in a VPC", "subject": "api"}},
	"public": {{"at": {"line": 2, "path": "a.tf"}, "detail": "aws_sagemaker_model api has a public endpoint", "subject": "api"}},
	"internet": {{"at": {"line": 2, "path": "a.tf"}, "detail": "aws_sagemaker_model api has direct internet access", "subject": "api"}},
	"no key": {{"at": {"line": 2, "path": "a.tf"}, "detail": "aws_sagemaker_model api is not encrypted with a key of the customer", "subject": "api"}},
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
