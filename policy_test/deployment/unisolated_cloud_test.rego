package unisolated_cloud_test

import future.keywords.not

import data.mlpolicy.deployment.unisolated_cloud.deny

api := {"name": "api", "kind": "aws_sagemaker_model", "platform": "sagemaker", "role": "serving", "settings": {}, "at": {"path": "a.tf", "line": 2}}

fires := {
	"open": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "unstated"}})]},
	"isolation switched off": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "no"}})]},
	"no such setting": {"workloads": [object.union(api, {"platform": "vertex", "settings": {"vpc": "no"}})]},
	"public": {"workloads": [object.union(api, {"platform": "azureml", "role": "notebook", "settings": {"public": "yes"}})]},
	"internet": {"workloads": [object.union(api, {"role": "notebook", "settings": {"direct_internet_access": "enabled"}})]},
	"no key": {"workloads": [object.union(api, {"settings": {"kms_key": "no"}})]},
}

silent := {
	"nothing known": {"workloads": [api]},
	"in a VPC": {"workloads": [object.union(api, {"settings": {"vpc": "yes", "network_isolation": "no"}})]},
	"isolated": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "yes"}})]},
	"isolation not known": {"workloads": [object.union(api, {"settings": {"vpc": "no", "network_isolation": "unresolved"}})]},
	"private": {"workloads": [object.union(api, {"settings": {"public": "no", "direct_internet_access": "disabled", "kms_key": "yes"}})]},
	"training": {"workloads": [object.union(api, {"role": "training", "settings": {"vpc": "no"}})]},
	"another platform": {"workloads": [object.union(api, {"platform": "ecs", "settings": {"vpc": "no"}})]},
	"test": {"workloads": [object.union(api, {"at": {"path": "tests/a.tf"}, "settings": {"vpc": "no"}})]},
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
