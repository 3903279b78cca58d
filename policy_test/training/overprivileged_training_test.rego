package overprivileged_training_test

import future.keywords.not

import data.mlpolicy.training.overprivileged_training.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.identities as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.identities as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
