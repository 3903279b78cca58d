package overprivileged_training_test

import future.keywords.not

import data.mlpolicy.training.overprivileged_training.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"id": "role/train", "used_by": [{"workload": "job", "role": "training"}], "grants": [{"effect": "allow", "actions": ["*"], "resources": ["*"], "at": {"path": "iam.tf", "line": 3}}]}

fires := {
	"everything": {},
	"editor": {"grants": [{"effect": "allow", "actions": ["roles/editor"], "resources": [], "at": {"path": "iam.tf"}}]},
	"all of a service": {"grants": [{"effect": "allow", "actions": ["s3:*"], "resources": ["*"], "at": {"path": "iam.tf"}}]},
	"passes roles": {"grants": [{"effect": "allow", "actions": ["iam:PassRole"], "resources": ["*"], "at": {"path": "iam.tf"}}]},
	"cluster admin": {"grants": [{"effect": "allow", "actions": ["cluster-admin"], "resources": [], "at": {"path": "rbac.yaml"}}]},
}

silent := {
	"everything in one bucket": {"grants": [{"effect": "allow", "actions": ["*"], "resources": ["arn:aws:s3:::train"], "at": {"path": "iam.tf"}}]},
	"passes one role": {"grants": [{"effect": "allow", "actions": ["iam:PassRole"], "resources": ["arn:aws:iam::1:role/x"], "at": {"path": "iam.tf"}}]},
	"one bucket": {"grants": [{"effect": "allow", "actions": ["s3:*"], "resources": ["arn:aws:s3:::train/*"], "at": {"path": "iam.tf"}}]},
	"one action": {"grants": [{"effect": "allow", "actions": ["s3:GetObject"], "resources": ["*"], "at": {"path": "iam.tf"}}]},
	"deny": {"grants": [{"effect": "deny", "actions": ["*"], "resources": ["*"], "at": {"path": "iam.tf"}}]},
	"serving": {"used_by": [{"workload": "api", "role": "serving"}]},
	"unused": {"used_by": []},
}

found := {
	"everything": {{"at": {"line": 3, "path": "iam.tf"}, "detail": "role/train, used by job, may do * on every resource", "key": "*", "subject": "role/train"}},
	"editor": {{"at": {"path": "iam.tf"}, "detail": "role/train, used by job, may do roles/editor on every resource", "key": "roles/editor", "subject": "role/train"}},
	"all of a service": {{"at": {"path": "iam.tf"}, "detail": "role/train, used by job, may do s3:* on every resource", "key": "s3:*", "subject": "role/train"}},
	"passes roles": {{"at": {"path": "iam.tf"}, "detail": "role/train, used by job, may do iam:PassRole on every resource", "key": "iam:PassRole", "subject": "role/train"}},
	"cluster admin": {{"at": {"path": "rbac.yaml"}, "detail": "role/train, used by job, may do cluster-admin on every resource", "key": "cluster-admin", "subject": "role/train"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.identities as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.identities as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
