package open_inference_test

import future.keywords.not

import data.mlpolicy.deployment.open_inference.deny

way := {"workload": "api", "name": "api", "kind": "loadbalancer", "public": "yes", "auth": "no", "tls": "no", "at": {"path": "a.yaml", "line": 30}}

api := {"name": "api", "role": "serving", "at": {"path": "a.yaml", "line": 2}}

fires := {
	"load balancer": {"workloads": [api], "exposures": [way]},
	"gateway": {"workloads": [object.union(api, {"role": "gateway"})], "exposures": [way]},
}

silent := {
	"with a login": {"workloads": [api], "exposures": [object.union(way, {"auth": "yes"})]},
	"login not known": {"workloads": [api], "exposures": [object.union(way, {"auth": "unstated"})]},
	"internal": {"workloads": [api], "exposures": [object.union(way, {"public": "no"})]},
	"reach not known": {"workloads": [api], "exposures": [object.union(way, {"public": "unstated"})]},
	"web app": {"workloads": [object.union(api, {"role": "other"})], "exposures": [way]},
	"another workload": {"workloads": [api], "exposures": [object.union(way, {"workload": "web"})]},
	"test": {"workloads": [api], "exposures": [object.union(way, {"at": {"path": "tests/a.yaml"}})]},
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
