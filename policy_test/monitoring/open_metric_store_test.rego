package open_metric_store_test

import future.keywords.not

import data.mlpolicy.monitoring.open_metric_store.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
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
