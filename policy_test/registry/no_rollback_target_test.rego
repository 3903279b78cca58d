package no_rollback_target_test

import future.keywords.not

import data.mlpolicy.registry.no_rollback_target.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
