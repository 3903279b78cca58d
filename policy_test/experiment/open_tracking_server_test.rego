package open_tracking_server_test

import future.keywords.not

import data.mlpolicy.experiment.open_tracking_server.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"server": {"name": "mlflow", "role": "tracker", "listens": [{"address": "0.0.0.0", "auth": "no", "at": {"path": "compose.yml"}}], "depends_on": [], "at": {"path": "compose.yml", "line": 2}},
	"proxy": {"name": "proxy", "role": "gateway", "listens": [{"address": "0.0.0.0", "auth": "yes"}], "depends_on": ["mlflow"], "at": {"path": "compose.yml", "line": 9}},
}

fires := {
	"proxy of another file": {"workloads": [base.server, object.union(base.proxy, {"at": {"path": "other.yml"}})]},
	"proxy of something else": {"workloads": [base.server, object.union(base.proxy, {"depends_on": ["web"]})]},
	"open": {"workloads": [object.union(base.server, {"listens": [{"address": "0.0.0.0", "auth": "no", "at": {"path": "compose.yml", "line": 5}}]})]},
	"proxy without a login": {"workloads": [object.union(base.server, {"listens": [{"address": "::", "auth": "unstated", "at": {"path": "compose.yml"}}]}), object.union(base.proxy, {"listens": [{"address": "", "auth": "no"}]})]},
}

silent := {
	"login": {"workloads": [object.union(base.server, {"listens": [{"address": "0.0.0.0", "auth": "yes", "at": {"path": "compose.yml"}}]})]},
	"loopback": {"workloads": [object.union(base.server, {"listens": [{"address": "127.0.0.1", "auth": "no", "at": {"path": "compose.yml"}}]})]},
	"proxy with a login": {"workloads": [base.server, base.proxy]},
	"another role": {"workloads": [object.union(base.server, {"role": "other"})]},
	"test": {"workloads": [object.union(base.server, {"at": {"path": "tests/compose.yml"}})]},
}

found := {
	"proxy of another file": {{"at": {"path": "compose.yml"}, "detail": "tracking server mlflow listens on 0.0.0.0 without authentication", "subject": "mlflow"}},
	"proxy of something else": {{"at": {"path": "compose.yml"}, "detail": "tracking server mlflow listens on 0.0.0.0 without authentication", "subject": "mlflow"}},
	"open": {{"at": {"line": 5, "path": "compose.yml"}, "detail": "tracking server mlflow listens on 0.0.0.0 without authentication", "subject": "mlflow"}},
	"proxy without a login": {{"at": {"path": "compose.yml"}, "detail": "tracking server mlflow listens on :: without authentication", "subject": "mlflow"}},
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
