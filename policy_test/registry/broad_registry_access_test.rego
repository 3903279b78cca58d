package broad_registry_access_test

import future.keywords.not

import data.mlpolicy.registry.broad_registry_access.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
