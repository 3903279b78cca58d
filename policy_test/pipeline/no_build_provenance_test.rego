package no_build_provenance_test

import future.keywords.not

import data.mlpolicy.pipeline.no_build_provenance.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"job": {"name": "publish", "purposes": ["publish"], "at": {"path": "release.yml", "line": 4}},
	"step": {"uses": "", "with": {}, "purposes": ["publish"], "at": {"path": "release.yml", "line": 9}},
}

fires := {
	"nothing": {"pipelines": [object.union(base.job, {"steps": [base.step]})]},
	"attested elsewhere": {"pipelines": [object.union(base.job, {"steps": [base.step]}), {"name": "other", "purposes": ["attest"], "steps": [], "at": {"path": "other.yml"}}]},
	"package with a password": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"uses": "pypa/gh-action-pypi-publish", "with": {"password": "${{ secrets.P }}"}})]})]},
	"image without provenance": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"uses": "docker/build-push-action", "with": {"provenance": "false"}})]})]},
}

silent := {
	"attested": {"pipelines": [object.union(base.job, {"purposes": ["attest", "publish"], "steps": [base.step]})]},
	"attested by another job": {"pipelines": [object.union(base.job, {"steps": [base.step]}), {"name": "sign", "purposes": ["attest"], "steps": [], "at": {"path": "release.yml"}}]},
	"tests": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"purposes": ["test"]})]})]},
	"image": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"uses": "docker/build-push-action", "with": {"push": "true"}})]})]},
}

found := {
	"nothing": {{"at": {"line": 9, "path": "release.yml"}, "detail": "job publish publishes and nothing in release.yml attests what was built", "subject": "release.yml"}},
	"attested elsewhere": {{"at": {"line": 9, "path": "release.yml"}, "detail": "job publish publishes and nothing in release.yml attests what was built", "subject": "release.yml"}},
	"package with a password": {{"at": {"line": 9, "path": "release.yml"}, "detail": "job publish publishes and nothing in release.yml attests what was built", "subject": "release.yml"}},
	"image without provenance": {{"at": {"line": 9, "path": "release.yml"}, "detail": "job publish publishes and nothing in release.yml attests what was built", "subject": "release.yml"}},
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
