package plaintext_inference_test

import future.keywords.not

import data.mlpolicy.deployment.plaintext_inference.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

way := {"workload": "api", "name": "api", "kind": "loadbalancer", "public": "yes", "auth": "no", "tls": "no", "at": {"path": "a.yaml", "line": 30}}

api := {"name": "api", "role": "serving", "at": {"path": "a.yaml", "line": 2}}

route := {"name": "chat", "kind": "httproute", "llm": "yes", "tls": "no", "at": {"path": "r.yaml", "line": 2}}

fires := {
	"load balancer": {"workloads": [api], "exposures": [way]},
	"reach not known": {"workloads": [api], "exposures": [object.union(way, {"public": "unstated"})]},
	"route": {"routes": [route]},
	"route beside another exposure": {"routes": [route], "exposures": [way]},
	"route and its exposure": {"workloads": [api], "routes": [route], "exposures": [object.union(way, {"kind": "gateway", "at": {"path": "r.yaml", "line": 2}})]},
}

silent := {
	"encrypted": {"workloads": [api], "exposures": [object.union(way, {"tls": "yes"})]},
	"internal": {"workloads": [api], "exposures": [object.union(way, {"public": "no"})]},
	"port of a node": {"workloads": [api], "exposures": [object.union(way, {"kind": "nodeport"})]},
	"web app": {"workloads": [object.union(api, {"role": "other"})], "exposures": [way]},
	"test": {"workloads": [api], "exposures": [object.union(way, {"at": {"path": "tests/a.yaml", "line": 30}})]},
	"encrypted route": {"routes": [object.union(route, {"tls": "yes"})]},
	"route to something else": {"routes": [object.union(route, {"llm": "unstated"})]},
	"proxy behind a gateway": {"routes": [object.union(route, {"kind": "nginx"})]},
	"route in a test": {"routes": [object.union(route, {"at": {"path": "tests/r.yaml", "line": 2}})]},
}

found := {
	"load balancer": {{"at": {"line": 30, "path": "a.yaml"}, "detail": "loadbalancer api leads to api without TLS", "subject": "api"}},
	"reach not known": {{"at": {"line": 30, "path": "a.yaml"}, "detail": "loadbalancer api leads to api without TLS", "subject": "api"}},
	"route": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "the listener of httproute chat has no TLS", "subject": "chat"}},
	"route beside another exposure": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "the listener of httproute chat has no TLS", "subject": "chat"}},
	"route and its exposure": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "gateway api leads to api without TLS", "subject": "api"}},
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
