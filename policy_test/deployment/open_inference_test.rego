package open_inference_test

import future.keywords.not

import data.mlpolicy.deployment.open_inference.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"load balancer": {{"at": {"line": 30, "path": "a.yaml"}, "detail": "api is on the internet through loadbalancer api without authentication", "subject": "api"}},
	"gateway": {{"at": {"line": 30, "path": "a.yaml"}, "detail": "api is on the internet through loadbalancer api without authentication", "subject": "api"}},
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
