package tracking_server_image_test

import future.keywords.not

import data.mlpolicy.experiment.tracking_server_image.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"server": {"name": "mlflow", "role": "tracker", "images": [{"name": "ghcr.io/mlflow/mlflow", "tag": "v2.9.2", "digest": "sha256:aa", "at": {"path": "compose.yml", "line": 4}}], "at": {"path": "compose.yml", "line": 3}},
	"hole": {"package": "mlflow", "version": "2.9.2", "id": "CVE-2024-1", "severity": "critical", "state": "affected"},
}

fires := {
	"tag": {"workloads": [object.union(base.server, {"images": [{"name": "mlflow", "tag": "latest", "digest": "", "at": {"path": "compose.yml"}}]})]},
	"vulnerable": {"workloads": [base.server], "vulnerabilities": [base.hole]},
}

silent := {
	"no image": {"workloads": [object.union(base.server, {"images": [{"name": "", "tag": "", "digest": "", "at": {"path": "compose.yml"}}]})]},
	"hole in the database": {"workloads": [base.server], "vulnerabilities": [object.union(base.hole, {"package": "ghcr"})]},
	"server of another kind": {"workloads": [base.server], "vulnerabilities": [object.union(base.hole, {"package": "aim"})]},
	"digest": {"workloads": [base.server], "vulnerabilities": []},
	"templated": {"workloads": [object.union(base.server, {"images": [{"name": "${IMAGE}", "tag": "", "digest": "", "at": {"path": "compose.yml"}}]})]},
	"not affected": {"workloads": [base.server], "vulnerabilities": [object.union(base.hole, {"state": "not_affected"})]},
	"low": {"workloads": [base.server], "vulnerabilities": [object.union(base.hole, {"severity": "low"})]},
	"another package": {"workloads": [base.server], "vulnerabilities": [object.union(base.hole, {"package": "numpy"})]},
	"another role": {"workloads": [object.union(base.server, {"role": "serving"})], "vulnerabilities": [base.hole]},
	"test": {"workloads": [object.union(base.server, {"at": {"path": "tests/compose.yml"}})], "vulnerabilities": [base.hole]},
}

found := {
	"tag": {{"at": {"path": "compose.yml"}, "detail": "tracking server mlflow runs mlflow:latest without a digest", "subject": "mlflow:latest"}},
	"vulnerable": {{"at": {"line": 3, "path": "compose.yml"}, "detail": "tracking server mlflow has CVE-2024-1 (critical) in mlflow 2.9.2", "key": "CVE-2024-1", "subject": "mlflow"}},
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

test_names_the_image if {
	some found in deny with input as fires.tag
	found.subject == "mlflow:latest"
}
