package unverified_handover_test

import future.keywords.not

import data.mlpolicy.pipeline.unverified_handover.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"job": {"name": "publish", "purposes": ["publish"], "at": {"path": "ci.yml", "line": 20}},
	"download": {"uses": "actions/download-artifact", "with": {"name": "model"}, "run": "", "at": {"path": "ci.yml", "line": 24}},
	"other": {"name": "train", "purposes": ["train"], "steps": [{"uses": "actions/upload-artifact", "with": {"name": "out", "path": "weights/"}, "run": "", "at": {"path": "ci.yml", "line": 12}}], "at": {"path": "ci.yml", "line": 5}},
}

fires := {
	"model by name": {"pipelines": [object.union(base.job, {"steps": [base.download]})]},
	"model by path": {"pipelines": [object.union(base.job, {"steps": [object.union(base.download, {"with": {"name": "out", "path": "dist/m.safetensors"}})]})]},
	"model by what was uploaded": {"pipelines": [base.other, object.union(base.job, {"steps": [object.union(base.download, {"with": {"name": "out"}})]})]},
	"another input is named like a model": {"pipelines": [base.other, object.union(base.job, {"steps": [{"uses": "actions/download-artifact", "with": {"name": "out", "repository": "acme/models"}, "run": "", "at": {"path": "ci.yml", "line": 24}}]})]},
	"everything": {"pipelines": [base.other, {"name": "publish", "purposes": ["publish"], "at": {"path": "ci.yml"}, "steps": [{"uses": "actions/download-artifact", "with": {}, "run": "", "at": {"path": "ci.yml"}}]}]},
}

silent := {
	"another action": {"pipelines": [object.union(base.job, {"steps": [object.union(base.download, {"uses": "actions/cache"})]})]},
	"reports": {"pipelines": [object.union(base.job, {"steps": [object.union(base.download, {"with": {"name": "coverage"}})]})]},
	"job that only tests": {"pipelines": [object.union(base.job, {"purposes": ["test"], "steps": [base.download]})]},
	"checked": {"pipelines": [object.union(base.job, {"steps": [base.download, {"uses": "", "with": {}, "run": "sha256sum -c model.sha256", "at": {"path": "ci.yml"}}]})]},
	"gated": {"pipelines": [object.union(base.job, {"purposes": ["gate", "publish"], "steps": [base.download]})]},
	"uploaded under another name": {"pipelines": [base.other, object.union(base.job, {"steps": [object.union(base.download, {"with": {"name": "report"}})]})]},
	"uploaded in another workflow": {"pipelines": [object.union(base.other, {"at": {"path": "b.yml"}}), object.union(base.job, {"steps": [object.union(base.download, {"with": {"name": "out"}})]})]},
	"no upload": {"pipelines": [
		object.union(base.other, {"steps": [{"uses": "actions/cache", "with": {"name": "out", "path": "weights/"}, "run": "", "at": {"path": "ci.yml"}}]}),
		object.union(base.job, {"steps": [object.union(base.download, {"with": {"name": "out"}})]}),
	]},
	"upload of a report": {"pipelines": [
		object.union(base.other, {"steps": [{"uses": "actions/upload-artifact", "with": {"name": "out", "path": "report.html"}, "run": "", "at": {"path": "ci.yml"}}]}),
		object.union(base.job, {"steps": [object.union(base.download, {"with": {"name": "out"}})]}),
	]},
}

found := {
	"model by name": {{"at": {"line": 24, "path": "ci.yml"}, "detail": "job publish takes model from another job without checking what it got", "subject": "ci.yml"}},
	"model by path": {{"at": {"line": 24, "path": "ci.yml"}, "detail": "job publish takes dist/m.safetensors from another job without checking what it got", "subject": "ci.yml"}},
	"model by what was uploaded": {{"at": {"line": 24, "path": "ci.yml"}, "detail": "job publish takes weights/ from another job without checking what it got", "subject": "ci.yml"}},
	"another input is named like a model": {{"at": {"line": 24, "path": "ci.yml"}, "detail": "job publish takes weights/ from another job without checking what it got", "subject": "ci.yml"}},
	"everything": {{"at": {"path": "ci.yml"}, "detail": "job publish takes weights/ from another job without checking what it got", "subject": "ci.yml"}},
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
