package excess_permission_test

import future.keywords.not

import data.mlpolicy.pipeline.excess_permission.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "build", "workflow": "ci", "platform": "github", "permissions": {}, "permissions_stated": "yes", "triggers": [], "at": {"path": "ci.yml", "line": 4}}

fires := {
	"nothing said": {"pipelines": [object.union(base, {"permissions_stated": "no"})]},
	"nothing said for two jobs": {"pipelines": [object.union(base, {"permissions_stated": "no"}), object.union(base, {"name": "test", "permissions_stated": "no"})]},
	"workflow without a name": {"pipelines": [object.union(base, {"workflow": "", "permissions_stated": "no"})]},
	"write everything": {"pipelines": [object.union(base, {"permissions": {"*": "write"}})]},
	"cloud token for strangers": {"pipelines": [object.union(base, {"permissions": {"id-token": "write"}, "triggers": [{"event": "issue_comment"}]})]},
}

silent := {
	"cloud token not given": {"pipelines": [object.union(base, {"permissions": {"id-token": "none"}, "triggers": [{"event": "issue_comment"}]})]},
	"read": {"pipelines": [object.union(base, {"permissions": {"contents": "read"}})]},
	"read everything": {"pipelines": [object.union(base, {"permissions": {"*": "read"}})]},
	"cloud token on push": {"pipelines": [object.union(base, {"permissions": {"id-token": "write"}, "triggers": [{"event": "push"}]})]},
	"another platform": {"pipelines": [object.union(base, {"platform": "gitlab", "permissions_stated": "no"})]},
}

found := {
	"nothing said": {{"at": {"path": "ci.yml"}, "detail": "workflow ci does not say what its token may do", "subject": "ci.yml"}},
	"nothing said for two jobs": {{"at": {"path": "ci.yml"}, "detail": "workflow ci does not say what its token may do", "subject": "ci.yml"}},
	"workflow without a name": {{"at": {"path": "ci.yml"}, "detail": "workflow ci.yml does not say what its token may do", "subject": "ci.yml"}},
	"write everything": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job build may write everything (write-all)", "subject": "ci.yml"}},
	"cloud token for strangers": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job build can get cloud tokens (id-token write) and is started by issue_comment", "subject": "ci.yml"}},
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
