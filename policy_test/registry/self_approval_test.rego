package self_approval_test

import future.keywords.not

import data.mlpolicy.registry.self_approval.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"registry": [entry], "attestations": [], "review": {"author": ""}}

entry := {"name": "m", "version": "3", "stage": "", "aliases": [], "digest": "sha256:aa", "run": "r1", "approvals": [], "at": {"path": "registry/m/3/meta.yaml"}}

by(person, digest) := {"by": person, "digest": digest}

with_entry(patch) := {"registry": [object.union(entry, patch)]}

approved := with_entry({"approvals": [by("Eva", "sha256:aa")]})

run(patch) := object.union(approved, {"runs": [object.union({"id": "r1", "email": "", "entity": ""}, patch)]})

signed(patch) := object.union(approved, {"attestations": [object.union({"state": "verified", "stage": "training", "identity": "eva", "digests": {"sha256": "aa"}}, patch)]})

fires := {
	"owner of the run": run({"email": "eva"}),
	"entity of the run": run({"entity": "EVA"}),
	"trainer": signed({}),
	"trainer by long digest": signed({"digests": {"sha256": "sha256:aa"}}),
}

silent := {
	"nobody known": approved,
	"another run": run({"id": "r2", "email": "eva"}),
	"another person": run({"email": "adam", "entity": "adam"}),
	"refused": signed({"state": "refused"}),
	"another stage": signed({"stage": "data"}),
	"other bytes": signed({"digests": {"sha256": "bb"}}),
	"approval by nobody": object.union(with_entry({"approvals": [by("", "")]}), {"runs": [{"id": "r1", "email": "", "entity": ""}]}),
}

found := {
	"owner of the run": {{"at": {"path": "registry/m/3/meta.yaml"}, "detail": "approved by Eva, who is the owner of its run", "subject": "m 3"}},
	"entity of the run": {{"at": {"path": "registry/m/3/meta.yaml"}, "detail": "approved by Eva, who is the owner of its run", "subject": "m 3"}},
	"trainer": {{"at": {"path": "registry/m/3/meta.yaml"}, "detail": "approved by Eva, who is the signer of its training", "subject": "m 3"}},
	"trainer by long digest": {{"at": {"path": "registry/m/3/meta.yaml"}, "detail": "approved by Eva, who is the signer of its training", "subject": "m 3"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
