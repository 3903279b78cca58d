package excess_permission_test

import future.keywords.not

import data.mlpolicy.pipeline.excess_permission.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
