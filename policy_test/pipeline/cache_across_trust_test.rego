package cache_across_trust_test

import future.keywords.not

import data.mlpolicy.pipeline.cache_across_trust.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"release": {"name": "release", "purposes": ["publish"], "triggers": [{"event": "push"}], "at": {"path": "release.yml", "line": 4}, "steps": [{"uses": "actions/cache", "with": {"key": "pip-${{ hashFiles('r.txt') }}"}, "at": {"path": "release.yml", "line": 9}}]},
	"label": {"name": "label", "purposes": [], "triggers": [{"event": "pull_request_target"}], "at": {"path": "label.yml", "line": 4}, "steps": [{"uses": "actions/cache", "with": {"key": "pip-${{ github.sha }}"}, "at": {"path": "label.yml", "line": 9}}]},
}

fires := {
	"same key": {"pipelines": [base.release, base.label]},
	"restore and save": {"pipelines": [
		object.union(base.release, {"steps": [{"uses": "actions/cache/restore", "with": {"key": "other", "restore-keys": "x\n  pip-\n"}, "at": {"path": "release.yml", "line": 9}}]}),
		object.union(base.label, {"steps": [{"uses": "actions/cache/save", "with": {"key": "pip-1"}, "at": {"path": "label.yml", "line": 9}}]}),
	]},
}

silent := {
	"another key": {"pipelines": [base.release, object.union(base.label, {"steps": [{"uses": "actions/cache", "with": {"key": "npm-1"}, "at": {"path": "label.yml"}}]})]},
	"pull requests have a cache of their own": {"pipelines": [base.release, object.union(base.label, {"triggers": [{"event": "pull_request"}]})]},
	"tests": {"pipelines": [object.union(base.release, {"purposes": ["test"]}), base.label]},
	"only saves": {"pipelines": [object.union(base.release, {"steps": [{"uses": "actions/cache/save", "with": {"key": "pip-"}, "at": {"path": "release.yml"}}]}), base.label]},
	"only restores": {"pipelines": [base.release, object.union(base.label, {"steps": [{"uses": "actions/cache/restore", "with": {"key": "pip-1"}, "at": {"path": "label.yml"}}]})]},
	"no key": {"pipelines": [object.union(base.release, {"steps": [{"uses": "actions/cache", "with": {"key": ""}, "at": {"path": "release.yml"}}]}), base.label]},
}

found := {
	"same key": {{"at": {"line": 9, "path": "release.yml"}, "detail": "job release restores pip-…, which label of label.yml fills", "subject": "release.yml"}},
	"restore and save": {{"at": {"line": 9, "path": "release.yml"}, "detail": "job release restores pip-…, which label of label.yml fills", "subject": "release.yml"}},
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
