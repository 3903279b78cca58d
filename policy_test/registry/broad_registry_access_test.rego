package broad_registry_access_test

import future.keywords.not

import data.mlpolicy.registry.broad_registry_access.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"store": {"kind": "image_registry", "name": "models", "purpose": "", "writers": ["*"], "at": {"path": "ecr.tf", "line": 3}},
	"identity": {"id": "role/api", "used_by": [{"workload": "api", "role": "serving"}], "grants": [{"effect": "allow", "actions": ["ecr:PutImage"], "resources": ["*"], "at": {"path": "iam.tf", "line": 3}}]},
}

fires := {
	"anybody": {"stores": [base.store]},
	"bucket": {"stores": [object.union(base.store, {"kind": "bucket", "purpose": "registry"})]},
	"serving": {"identities": [base.identity]},
}

silent := {
	"deny": {"identities": [object.union(base.identity, {"grants": [{"effect": "deny", "actions": ["ecr:*"], "resources": ["*"], "at": {"path": "iam.tf"}}]})]},
	"pipeline": {"stores": [object.union(base.store, {"writers": ["role/release"]})]},
	"another store": {"stores": [object.union(base.store, {"kind": "bucket", "purpose": "data"})]},
	"test": {"stores": [object.union(base.store, {"at": {"path": "tests/ecr.tf"}})]},
	"release identity": {"identities": [object.union(base.identity, {"used_by": [{"workload": "ci", "role": "pipeline"}]})]},
	"one registry": {"identities": [object.union(base.identity, {"grants": [{"effect": "allow", "actions": ["ecr:PutImage"], "resources": ["arn:x"], "at": {"path": "iam.tf"}}]})]},
	"reads": {"identities": [object.union(base.identity, {"grants": [{"effect": "allow", "actions": ["ecr:GetAuthorizationToken"], "resources": ["*"], "at": {"path": "iam.tf"}}]})]},
}

found := {
	"anybody": {{"at": {"line": 3, "path": "ecr.tf"}, "detail": "registry models takes uploads from *", "key": "*", "subject": "models"}},
	"bucket": {{"at": {"line": 3, "path": "ecr.tf"}, "detail": "registry models takes uploads from *", "key": "*", "subject": "models"}},
	"serving": {{"at": {"line": 3, "path": "iam.tf"}, "detail": "role/api, used for serving, may do ecr:PutImage on every registry", "key": "ecr:PutImage", "subject": "role/api"}},
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
