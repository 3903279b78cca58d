package unapproved_digest_test

import future.keywords.not

import data.mlpolicy.deployment.unapproved_digest.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

model := {"uri": "oci://registry.acme.example/assistant@sha256:aa", "digest": "sha256:aa", "at": {"path": "a.yaml", "line": 9}}

api := {"name": "api", "role": "serving", "models": [model]}

version := {"digest": "sha256:aa", "state": "Approved", "stage": "", "approvals": []}

earlier := {"stage": "registry", "decision": "allow", "verified": "yes", "digest": "sha256:aa"}

fires := {
	"nothing approved": {"workloads": [api], "registry": [], "prior": []},
	"another digest approved": {"workloads": [api], "registry": [object.union(version, {"digest": "sha256:bb"})]},
	"version not approved": {"workloads": [api], "registry": [object.union(version, {"state": "PendingManualApproval"})]},
	"approval of other bytes": {"workloads": [api], "registry": [{"digest": "", "state": "", "stage": "", "approvals": [{"digest": "sha256:bb"}]}]},
	"approval without a digest": {"workloads": [object.union(api, {"models": [object.union(model, {"digest": "sha256:"})]})], "registry": [{"digest": "", "state": "Approved", "stage": "", "approvals": [{"digest": ""}]}]},
	"earlier decision denied": {"workloads": [api], "prior": [object.union(earlier, {"decision": "deny"})]},
	"earlier decision not verified": {"workloads": [api], "prior": [object.union(earlier, {"verified": "no"})]},
	"earlier decision of another stage": {"workloads": [api], "prior": [object.union(earlier, {"stage": "data"})]},
}

silent := {
	"approved version": {"workloads": [api], "registry": [version]},
	"approved by stage": {"workloads": [api], "registry": [object.union(version, {"state": "", "stage": "Production"})]},
	"approved without its algorithm": {"workloads": [api], "registry": [object.union(version, {"digest": "aa"})]},
	"approval": {"workloads": [api], "registry": [{"digest": "", "state": "", "stage": "", "approvals": [{"digest": "sha256:aa"}]}]},
	"earlier decision": {"workloads": [api], "prior": [earlier]},
	"no digest": {"workloads": [object.union(api, {"models": [object.union(model, {"digest": ""})]})]},
	"training": {"workloads": [object.union(api, {"role": "training"})]},
	"test": {"workloads": [object.union(api, {"models": [object.union(model, {"at": {"path": "tests/a.yaml"}})]})]},
}

found := {
	"nothing approved": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:aa, which no approval names", "digest": "sha256:aa", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
	"another digest approved": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:aa, which no approval names", "digest": "sha256:aa", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
	"version not approved": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:aa, which no approval names", "digest": "sha256:aa", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
	"approval of other bytes": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:aa, which no approval names", "digest": "sha256:aa", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
	"approval without a digest": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:, which no approval names", "digest": "sha256:", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
	"earlier decision denied": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:aa, which no approval names", "digest": "sha256:aa", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
	"earlier decision not verified": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:aa, which no approval names", "digest": "sha256:aa", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
	"earlier decision of another stage": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves sha256:aa, which no approval names", "digest": "sha256:aa", "subject": "oci://registry.acme.example/assistant@sha256:aa"}},
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
