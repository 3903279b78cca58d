package unbound_baseline_test

import future.keywords.not

import data.mlpolicy.monitoring.unbound_baseline.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"address without a version": {{"at": {"line": 9, "path": "monitor.py"}, "detail": "report.run compares with s3://bucket/reference.parquet, which can be replaced (no version or digest)", "subject": "s3://bucket/reference.parquet"}},
	"file that is not here": {{"at": {"line": 9, "path": "monitor.py"}, "detail": "report.run compares with data/reference.parquet, whose digest is nowhere in the source", "subject": "data/reference.parquet"}},
	"file without a digest": {{"at": {"line": 9, "path": "monitor.py"}, "detail": "report.run compares with data/reference.parquet, whose digest is nowhere in the source", "subject": "data/reference.parquet"}},
	"name that ends alike": {{"at": {"line": 9, "path": "monitor.py"}, "detail": "report.run compares with ref.csv, whose digest is nowhere in the source", "subject": "ref.csv"}},
	"baseline of no model": {{"at": {"path": "monitoring/baseline.json"}, "detail": "the baseline does not say which model it was made with", "subject": "monitoring/baseline.json"}},
	"baseline of an old version": {{"at": {"path": "monitoring/baseline.json"}, "detail": "the baseline is of version 3 of support, approved is 4", "subject": "monitoring/baseline.json"}},
	"baseline of an old version by alias": {{"at": {"path": "monitoring/baseline.json"}, "detail": "the baseline is of version 3 of support, approved is 4", "subject": "monitoring/baseline.json"}},
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
