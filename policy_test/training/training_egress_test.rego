package training_egress_test

import future.keywords.not

import data.mlpolicy.training.training_egress.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"cloud": {"name": "job", "role": "training", "platform": "sagemaker", "settings": {}, "at": {"path": "a.tf", "line": 3}},
	"cluster": {"name": "job", "role": "training", "platform": "kubernetes", "settings": {}, "at": {"path": "a.yaml", "line": 3}},
}

fires := {
	"cloud": {"workloads": [base.cloud]},
	"isolation switched off": {"workloads": [object.union(base.cloud, {"settings": {"network_isolation": "false", "vpc": ""}})]},
	"cluster": {"workloads": [base.cluster]},
	"policy for the way in": {"workloads": [base.cluster], "network_policies": [{"selects": ["job"], "egress": "no"}]},
	"policy for another job": {"workloads": [base.cluster], "network_policies": [{"selects": ["other"], "egress": "yes"}]},
}

silent := {
	"isolation": {"workloads": [object.union(base.cloud, {"settings": {"network_isolation": "true"}})]},
	"vpc": {"workloads": [object.union(base.cloud, {"settings": {"vpc": "subnet-1"}})]},
	"no way out of the cloud": {"workloads": [object.union(base.cloud, {"settings": {"egress": "denied"}})]},
	"policy": {"workloads": [base.cluster], "network_policies": [{"selects": ["job"], "egress": "yes"}]},
	"no way out": {"workloads": [object.union(base.cluster, {"settings": {"egress": "denied"}})]},
	"serving": {"workloads": [object.union(base.cluster, {"role": "serving"})]},
	"test": {"workloads": [object.union(base.cluster, {"at": {"path": "tests/a.yaml"}})]},
}

found := {
	"cloud": {{"at": {"line": 3, "path": "a.tf"}, "detail": "training job job has neither network isolation nor a VPC", "subject": "job"}},
	"cluster": {{"at": {"line": 3, "path": "a.yaml"}, "detail": "no NetworkPolicy limits the egress of training job job", "subject": "job"}},
	"isolation switched off": {{"at": {"line": 3, "path": "a.tf"}, "detail": "training job job has neither network isolation nor a VPC", "subject": "job"}},
	"policy for the way in": {{"at": {"line": 3, "path": "a.yaml"}, "detail": "no NetworkPolicy limits the egress of training job job", "subject": "job"}},
	"policy for another job": {{"at": {"line": 3, "path": "a.yaml"}, "detail": "no NetworkPolicy limits the egress of training job job", "subject": "job"}},
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
