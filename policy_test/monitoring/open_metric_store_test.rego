package open_metric_store_test

import future.keywords.not

import data.mlpolicy.monitoring.open_metric_store.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"gateway": {"name": "pushgateway", "platform": "kubernetes", "images": [{"name": "prom/pushgateway"}], "args": [], "at": {"path": "push.yaml", "line": 2}},
	"exposure": {"workload": "pushgateway", "name": "push", "kind": "loadbalancer", "auth": "no"},
	"policy": {"selects": ["pushgateway"], "ingress": "yes"},
	"identity": {"id": "role/api", "used_by": [{"workload": "api", "role": "serving"}], "grants": [{"actions": ["aps:RemoteWrite"], "effect": "allow", "at": {"path": "iam.tf", "line": 3}}]},
}

fires := {
	"no policy": {"workloads": [base.gateway]},
	"exposed": {"workloads": [base.gateway], "exposures": [base.exposure], "network_policies": [base.policy]},
	"exposed in compose": {"workloads": [object.union(base.gateway, {"platform": "compose"})], "exposures": [base.exposure]},
	"Prometheus that receives": {"workloads": [object.union(base.gateway, {"images": [{"name": "prom/prometheus"}], "args": ["--web.enable-remote-write-receiver"]})]},
	"policy of another pod": {"workloads": [base.gateway], "network_policies": [object.union(base.policy, {"selects": ["api"]})]},
	"policy for egress": {"workloads": [base.gateway], "network_policies": [object.union(base.policy, {"ingress": "no"})]},
	"another pod is exposed": {"workloads": [base.gateway], "exposures": [object.union(base.exposure, {"workload": "web"})]},
	"open store": {"stores": [{"kind": "metrics", "name": "graphite", "auth": "no", "at": {"path": "a.tf"}}]},
	"serving identity": {"identities": [base.identity]},
}

silent := {
	"behind a policy": {"workloads": [base.gateway], "network_policies": [base.policy]},
	"exposed with authentication": {"workloads": [base.gateway], "exposures": [object.union(base.exposure, {"auth": "yes"})], "network_policies": [base.policy]},
	"Prometheus that only reads": {"workloads": [object.union(base.gateway, {"images": [{"name": "prom/prometheus"}], "args": ["--config.file=a"]})]},
	"compose network": {"workloads": [object.union(base.gateway, {"platform": "compose"})]},
	"test": {"workloads": [object.union(base.gateway, {"at": {"path": "tests/push.yaml"}})], "stores": [{"kind": "metrics", "name": "graphite", "auth": "no", "at": {"path": "tests/a.tf"}}]},
	"closed store": {"stores": [{"kind": "metrics", "name": "graphite", "auth": "yes", "at": {"path": "a.tf"}}]},
	"another store": {"stores": [{"kind": "bucket", "name": "data", "auth": "no", "at": {"path": "a.tf"}}]},
	"training identity": {"identities": [object.union(base.identity, {"used_by": [{"workload": "train", "role": "training"}]})]},
	"denied": {"identities": [object.union(base.identity, {"grants": [{"actions": ["aps:RemoteWrite"], "effect": "deny", "at": {"path": "iam.tf"}}]})]},
	"reads": {"identities": [object.union(base.identity, {"grants": [{"actions": ["aps:QueryMetrics"], "effect": "allow", "at": {"path": "iam.tf"}}]})]},
}

found := {
	"no policy": {{"at": {"line": 2, "path": "push.yaml"}, "detail": "pushgateway accepts metrics (prom/pushgateway) and no NetworkPolicy says who may reach it", "subject": "pushgateway"}},
	"exposed": {{"at": {"line": 2, "path": "push.yaml"}, "detail": "pushgateway accepts metrics (prom/pushgateway) and is reached through loadbalancer push without authentication", "subject": "pushgateway"}},
	"exposed in compose": {{"at": {"line": 2, "path": "push.yaml"}, "detail": "pushgateway accepts metrics (prom/pushgateway) and is reached through loadbalancer push without authentication", "subject": "pushgateway"}},
	"Prometheus that receives": {{"at": {"line": 2, "path": "push.yaml"}, "detail": "pushgateway accepts metrics (--web.enable-remote-write-receiver) and no NetworkPolicy says who may reach it", "subject": "pushgateway"}},
	"policy of another pod": {{"at": {"line": 2, "path": "push.yaml"}, "detail": "pushgateway accepts metrics (prom/pushgateway) and no NetworkPolicy says who may reach it", "subject": "pushgateway"}},
	"policy for egress": {{"at": {"line": 2, "path": "push.yaml"}, "detail": "pushgateway accepts metrics (prom/pushgateway) and no NetworkPolicy says who may reach it", "subject": "pushgateway"}},
	"another pod is exposed": {{"at": {"line": 2, "path": "push.yaml"}, "detail": "pushgateway accepts metrics (prom/pushgateway) and no NetworkPolicy says who may reach it", "subject": "pushgateway"}},
	"open store": {{"at": {"path": "a.tf"}, "detail": "metric store graphite takes what anybody writes", "subject": "graphite"}},
	"serving identity": {{"at": {"line": 3, "path": "iam.tf"}, "detail": "api serves a model and may write the metric store (aps:RemoteWrite)", "subject": "role/api"}},
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

test_image_wins_over_argument if {
	some finding in deny with input as {"workloads": [object.union(base.gateway, {"args": ["--web.enable-remote-write-receiver"]})]}
	contains(finding.detail, "prom/pushgateway")
}
