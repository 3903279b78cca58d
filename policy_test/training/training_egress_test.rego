package training_egress_test

import future.keywords.not

import data.mlpolicy.training.training_egress.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
