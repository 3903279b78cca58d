package no_rollback_target_test

import future.keywords.not

import data.mlpolicy.registry.no_rollback_target.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"collected": {"attestations": {"looked": true}}, "registry": [promoted, previous], "attestations": [attested], "provenance": {"revoked": []}, "config": {"revoked": []}}

promoted := {"name": "m", "version": "3", "stage": "Production", "aliases": [], "digest": "sha256:aa", "at": {"path": "m/3"}}

previous := object.union(promoted, {"version": "2", "stage": "Archived", "digest": "sha256:bb"})

attested := {"state": "verified", "digests": {"sha256": "bb"}}

alone(patch) := {"registry": [object.union(promoted, patch)]}

before(patch) := {"registry": [promoted, object.union(previous, patch)]}

fires := {
	"only version": alone({}),
	"only version, by alias": alone({"stage": "", "aliases": ["prod"]}),
	"another model": before({"name": "n"}),
	"same version twice": before({"version": "3"}),
	"not attested": {"attestations": []},
	"refused": {"attestations": [object.union(attested, {"state": "refused"})]},
	"no digest": before({"digest": ""}),
	"revoked": {"config": {"revoked": [{"digest": "sha256:bb"}]}},
	"on a revoked path": {"provenance": {"revoked": [{"path": ["sha256:bb", "sha256:cc"]}]}},
}

silent := {
	"nobody looked": {"collected": {"attestations": {"looked": false}}, "attestations": []},
	"there": {},
	"not promoted": alone({"stage": "Staging"}),
	"another alias": alone({"stage": "", "aliases": ["candidate"]}),
	"another revoked": {"config": {"revoked": [{"digest": "sha256:dd"}]}},
}

found := {
	"only version": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"only version, by alias": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"another model": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"same version twice": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"not attested": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"refused": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"no digest": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"revoked": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
	"on a revoked path": {{"at": {"path": "m/3"}, "detail": "no other version has a digest that a verified statement names and nobody revoked", "subject": "m 3"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
