package promotion_without_approval_test

import future.keywords.not

import data.mlpolicy.registry.promotion_without_approval.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"registry": [entry], "attestations": [], "review": {"author": ""}}

entry := {"name": "m", "version": "3", "stage": "", "aliases": [], "digest": "sha256:aa", "run": "r1", "approvals": [], "at": {"path": "registry/m/3/meta.yaml"}}

by(person, digest) := {"by": person, "digest": digest}

with_entry(patch) := {"registry": [object.union(entry, patch)]}

fires := {
	"stage": with_entry({"stage": "Production"}),
	"alias": with_entry({"aliases": ["champion"]}),
	"approval of other bytes": with_entry({"stage": "Production", "approvals": [by("eva", "sha256:bb")]}),
	"approval by nobody": with_entry({"stage": "Production", "approvals": [by("", "sha256:aa")]}),
	"no digest, by nobody": with_entry({"stage": "Production", "digest": "", "approvals": [by("", "sha256:bb")]}),
}

silent := {
	"not promoted": {},
	"staging": with_entry({"stage": "Staging", "aliases": ["candidate"]}),
	"approved": with_entry({"stage": "Production", "approvals": [by("eva", "sha256:aa")]}),
	"no digest to bind to": with_entry({"stage": "Production", "digest": "", "approvals": [by("eva", "sha256:bb")]}),
}

found := {
	"stage": {{"at": {"path": "registry/m/3/meta.yaml"}, "certainty": "likely", "detail": "is Production, and nobody's approval is recorded for its digest", "subject": "m 3"}},
	"alias": {{"at": {"path": "registry/m/3/meta.yaml"}, "certainty": "likely", "detail": "is alias champion, and nobody's approval is recorded for its digest", "subject": "m 3"}},
	"approval of other bytes": {{"at": {"path": "registry/m/3/meta.yaml"}, "certainty": "certain", "detail": "is Production, and nobody's approval is recorded for its digest", "subject": "m 3"}},
	"approval by nobody": {{"at": {"path": "registry/m/3/meta.yaml"}, "certainty": "certain", "detail": "is Production, and nobody's approval is recorded for its digest", "subject": "m 3"}},
	"no digest, by nobody": {{"at": {"path": "registry/m/3/meta.yaml"}, "certainty": "certain", "detail": "is Production, and nobody's approval is recorded for its digest", "subject": "m 3"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
