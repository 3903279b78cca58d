package unbound_baseline_test

import future.keywords.not

import data.mlpolicy.monitoring.unbound_baseline.deny

base := {
	"alert": {"name": "report.run", "reference": "data/reference.parquet", "at": {"path": "monitor.py", "line": 9}},
	"baseline": {"kind": "baseline", "path": "monitoring/baseline.json", "content": {"model": "support", "model_version": "3", "model_digest": ""}},
	"version": {"name": "support", "version": "3", "stage": "Production", "aliases": []},
}

fires := {
	"address without a version": {"alerts": [object.union(base.alert, {"reference": "s3://bucket/reference.parquet"})]},
	"file that is not here": {"alerts": [base.alert], "files": [{"path": "data/other.parquet", "sha256": "aa", "storage": "git"}]},
	"file without a digest": {"alerts": [base.alert], "files": [{"path": "data/reference.parquet", "sha256": "", "storage": "plain"}]},
	"name that ends alike": {"alerts": [object.union(base.alert, {"reference": "ref.csv"})], "files": [{"path": "data/xref.csv", "sha256": "aa", "storage": "git"}]},
	"baseline of no model": {"documents": [object.union(base.baseline, {"content": {"model_version": ""}})]},
	"baseline of an old version": {"documents": [base.baseline], "registry": [object.union(base.version, {"version": "4"})]},
	"baseline of an old version by alias": {"documents": [base.baseline], "registry": [object.union(base.version, {"version": "4", "stage": "", "aliases": ["Champion"]})]},
}

silent := {
	"no reference": {"alerts": [object.union(base.alert, {"reference": ""})]},
	"versioned address": {"alerts": [object.union(base.alert, {"reference": "s3://bucket/reference.parquet?versionId=3HL4"})]},
	"file": {"alerts": [base.alert], "files": [{"path": "data/reference.parquet", "sha256": "aa", "storage": "git"}]},
	"file below a folder": {"alerts": [object.union(base.alert, {"reference": "./reference.parquet"})], "files": [{"path": "data/reference.parquet", "sha256": "aa", "storage": "git"}]},
	"kept by DVC": {"alerts": [base.alert], "files": [{"path": "data/reference.parquet", "sha256": "", "storage": "dvc"}]},
	"profiled": {"alerts": [base.alert], "datasets": [{"path": "data/reference.parquet"}]},
	"test": {"alerts": [
		object.union(base.alert, {"reference": "s3://bucket/r.parquet", "at": {"path": "tests/monitor.py"}}),
		object.union(base.alert, {"at": {"path": "tests/monitor.py"}}),
	]},
	"baseline of the approved version": {"documents": [base.baseline], "registry": [base.version]},
	"baseline by digest": {"documents": [object.union(base.baseline, {"content": {"model_version": "", "model_digest": "sha256:aa"}})]},
	"no approved version": {"documents": [base.baseline], "registry": [object.union(base.version, {"version": "4", "stage": "Staging"})]},
	"another model": {"documents": [base.baseline], "registry": [object.union(base.version, {"version": "4", "name": "other"})]},
	"another document": {"documents": [object.union(base.baseline, {"kind": "yaml", "content": {"model_version": ""}})]},
	"baseline of a test": {"documents": [object.union(base.baseline, {"path": "tests/baseline.json", "content": {"model_version": ""}})]},
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
