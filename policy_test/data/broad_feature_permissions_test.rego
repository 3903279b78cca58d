package broad_feature_permissions_test

import future.keywords.not

import data.mlpolicy.data.broad_feature_permissions.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"call": {"callee": "feast.Permission", "args": {"actions": "ALL_ACTIONS"}, "at": {"path": "perm.py", "line": 3}},
	"identity": {"id": "sa", "used_by": [{"workload": "feast", "role": "feature_store"}], "grants": [{"effect": "allow", "actions": ["*"], "resources": ["*"], "at": {"path": "iam.tf", "line": 3}}]},
}

fires := {
	"all actions": {"calls": [base.call]},
	"grant": {"identities": [base.identity]},
	"role": {"identities": [object.union(base.identity, {"grants": [{"effect": "allow", "actions": ["roles/editor"], "resources": ["*"], "at": {"path": "iam.tf"}}]})]},
	"managed policy": {"identities": [object.union(base.identity, {"grants": [{"effect": "allow", "actions": ["arn:aws:iam::aws:policy/AdministratorAccess"], "resources": ["*"], "at": {"path": "iam.tf"}}]})]},
}

silent := {
	"another call": {"calls": [object.union(base.call, {"callee": "acme.Permission"})]},
	"one action": {"identities": [object.union(base.identity, {"grants": [{"effect": "allow", "actions": ["s3:GetObject"], "resources": ["*"], "at": {"path": "iam.tf"}}]})]},
	"named actions": {"calls": [object.union(base.call, {"args": {"actions": "[READ]"}})]},
	"test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})]},
	"grant on one store": {"identities": [object.union(base.identity, {"grants": [{"effect": "allow", "actions": ["*"], "resources": ["arn:x"], "at": {"path": "iam.tf"}}]})]},
	"deny": {"identities": [object.union(base.identity, {"grants": [{"effect": "deny", "actions": ["*"], "resources": ["*"], "at": {"path": "iam.tf"}}]})]},
	"another role": {"identities": [object.union(base.identity, {"used_by": [{"workload": "x", "role": "other"}]})]},
}

found := {
	"all actions": {{"at": {"line": 3, "path": "perm.py"}, "detail": "feast.Permission grants ALL_ACTIONS", "subject": "perm.py"}},
	"grant": {{"at": {"line": 3, "path": "iam.tf"}, "detail": "sa of feast may do * on every resource", "subject": "sa"}},
	"role": {{"at": {"path": "iam.tf"}, "detail": "sa of feast may do roles/editor on every resource", "subject": "sa"}},
	"managed policy": {{"at": {"path": "iam.tf"}, "detail": "sa of feast may do arn:aws:iam::aws:policy/AdministratorAccess on every resource", "subject": "sa"}},
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
