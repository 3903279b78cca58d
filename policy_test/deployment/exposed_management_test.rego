package exposed_management_test

import future.keywords.not

import data.mlpolicy.deployment.exposed_management.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

listener := {"name": "management", "address": "0.0.0.0", "port": 8081, "auth": "no", "at": {"path": "a.yaml", "line": 9}}

api := {"name": "api", "role": "serving", "listens": [], "command": [], "args": [], "settings": {}, "at": {"path": "a.yaml", "line": 2}}

way := {"workload": "api", "name": "api", "kind": "loadbalancer", "public": "yes", "auth": "no", "ports": [8265], "at": {"path": "a.yaml", "line": 30}}

firewall := {"workload": "", "name": "lab", "kind": "firewall", "public": "yes", "auth": "unstated", "ports": [443, 8888], "at": {"path": "main.tf", "line": 3}}

range := object.union(firewall, {"kind": "firewall_range", "ports": [8888, 11434]})

fires := {
	"firewall": {"exposures": [firewall]},
	"range of a firewall": {"workloads": [api], "exposures": [range]},
	"management": {"workloads": [object.union(api, {"listens": [listener]})]},
	"dashboard of a cluster": {"workloads": [object.union(api, {"role": "training", "listens": [object.union(listener, {"name": "dashboard"})]})]},
	"login not known": {"workloads": [object.union(api, {"listens": [object.union(listener, {"auth": "unstated"})]})]},
	"ingress said to be open": {"workloads": [object.union(api, {"listens": [listener], "settings": {"ingress": "open"}})]},
	"opened port": {"workloads": [api], "exposures": [way]},
	"logits": {"workloads": [object.union(api, {"args": ["--return-logits"]})]},
	"log probabilities": {"workloads": [object.union(api, {"command": ["--max-logprobs=-1"]})]},
}

silent := {
	"firewall for one network": {"exposures": [object.union(firewall, {"public": "no"})]},
	"firewall for the web": {"exposures": [object.union(firewall, {"ports": [80, 443]})]},
	"two ports with 8888 between": {"workloads": [api], "exposures": [object.union(firewall, {"ports": [80, 9000]})]},
	"range where no model runs": {"workloads": [object.union(api, {"role": "other"})], "exposures": [range]},
	"range below": {"workloads": [api], "exposures": [object.union(range, {"ports": [0, 2745]})]},
	"range above": {"workloads": [api], "exposures": [object.union(range, {"ports": [11435, 65535]})]},
	"load balancer": {"exposures": [object.union(firewall, {"kind": "loadbalancer"})]},
	"firewall in a test": {"exposures": [object.union(firewall, {"at": {"path": "tests/main.tf"}})]},
	"loopback": {"workloads": [object.union(api, {"listens": [object.union(listener, {"address": "127.0.0.1"})]})]},
	"with a login": {"workloads": [object.union(api, {"listens": [object.union(listener, {"auth": "yes"})]})]},
	"inference": {"workloads": [object.union(api, {"listens": [object.union(listener, {"name": "inference"})]})]},
	"behind a policy": {"workloads": [object.union(api, {"listens": [listener], "settings": {"ingress": "restricted"}})]},
	"web app": {"workloads": [object.union(api, {"role": "other", "listens": [listener], "args": ["--return-logits"]})], "exposures": [way]},
	"another port": {"workloads": [api], "exposures": [object.union(way, {"ports": [443]})]},
	"port behind a login": {"workloads": [api], "exposures": [object.union(way, {"auth": "yes"})]},
	"port inside": {"workloads": [api], "exposures": [object.union(way, {"public": "no"})]},
	"port of another workload": {"workloads": [api], "exposures": [object.union(way, {"workload": "web"})]},
	"another argument": {"workloads": [object.union(api, {"args": ["--max-logprobs=5"]})]},
	"listener in a test": {"workloads": [object.union(api, {"listens": [object.union(listener, {"at": {"path": "tests/a.yaml"}})]})]},
	"port in a test": {"workloads": [api], "exposures": [object.union(way, {"at": {"path": "tests/a.yaml"}})]},
	"argument in a test": {"workloads": [object.union(api, {"args": ["--return-logits"], "at": {"path": "tests/a.yaml"}})]},
}

found := {
	"firewall": {{"at": {"line": 3, "path": "main.tf"}, "certainty": "likely", "detail": "lab lets everybody reach port 8888 (Jupyter)", "key": "8888 (Jupyter)", "subject": "lab"}},
	"range of a firewall": {{"at": {"line": 3, "path": "main.tf"}, "certainty": "likely", "detail": "lab lets everybody reach port 11434 (Ollama), 8888 (Jupyter)", "key": "11434 (Ollama), 8888 (Jupyter)", "subject": "lab"}},
	"management": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "the management interface of api listens on 0.0.0.0", "subject": "api"}},
	"dashboard of a cluster": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "the dashboard interface of api listens on 0.0.0.0", "subject": "api"}},
	"login not known": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "the management interface of api listens on 0.0.0.0", "subject": "api"}},
	"ingress said to be open": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "the management interface of api listens on 0.0.0.0", "subject": "api"}},
	"opened port": {{"at": {"line": 30, "path": "a.yaml"}, "detail": "loadbalancer api opens port 8265 of api", "key": "port 8265", "subject": "api"}},
	"logits": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api gives internals to its callers (--return-logits)", "key": "--return-logits", "subject": "api"}},
	"log probabilities": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api gives internals to its callers (--max-logprobs=-1)", "key": "--max-logprobs=-1", "subject": "api"}},
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
