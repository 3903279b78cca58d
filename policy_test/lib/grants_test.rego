package grants_test

import future.keywords.not

import data.mlpolicy.lib.grants

# all are actions and roles that stand for every action, by the platform that writes them so.
all := {
	"AWS, Kubernetes": "*",
	"AWS, service and action": "*:*",
	"Azure": "*/*",
	"Kubernetes role": "cluster-admin",
	"AWS policy by name": "AdministratorAccess",
	"AWS policy by ARN": "arn:aws:iam::aws:policy/AdministratorAccess",
	"AWS power user": "arn:aws:iam::aws:policy/PowerUserAccess",
	"Google owner": "roles/owner",
	"Google editor": "roles/editor",
	"Azure contributor": "Contributor",
	"admin": "admin",
}

some_actions := {"s3:*", "roles/storage.admin", "Storage Blob Data Owner", "view", "arn:aws:iam::aws:policy/ReadOnlyAccess"}

test_everything[name] if {
	some name, action in all
	grants.everything(action)
}

test_something[action] if {
	some action in some_actions
	not grants.everything(action)
}

test_passes[action] if {
	some action in {"iam:PassRole", "iam:*"}
	grants.passes(action)
}

test_does_not_pass[action] if {
	some action in {"iam:GetRole", "passrole"}
	not grants.passes(action)
}
