package weak_manifest_digest_test

import future.keywords.not

import data.mlpolicy.data.weak_manifest_digest.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"sha": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	"md5": "d41d8cd98f00b204e9800998ecf8427e",
	"at": {"path": "croissant.json", "line": 9},
}

fires := {
	"short sha256": {"cards": [{"kind": "dataset", "digests": [{"path": "a.csv", "url": "", "algorithm": "sha256", "value": "9f86", "at": base.at}]}]},
	"md5 only": {"cards": [{"kind": "dataset", "digests": [{"path": "", "url": "https://a.org/a.csv", "algorithm": "md5", "value": base.md5, "at": base.at}]}]},
	"not a digest": {"cards": [{"kind": "dataset", "digests": [{"path": "a.csv", "url": "", "algorithm": "sha256", "value": "to be done", "at": base.at}]}]},
	"malformed digest of a component": {"components": [{"kind": "dataset", "name": "a", "digests": {"md5": "xyz"}, "at": base.at}]},
}

silent := {
	"md5 only in a model card": {"cards": [{"kind": "model", "digests": [{"path": "a.csv", "url": "", "algorithm": "md5", "value": base.md5, "at": base.at}]}]},
	"malformed digest of a model": {"components": [{"kind": "model", "name": "a", "digests": {"md5": "xyz"}, "at": base.at}]},
	"sha256": {"cards": [{"kind": "dataset", "digests": [{"path": "a.csv", "url": "", "algorithm": "sha256", "value": base.sha, "at": base.at}]}]},
	"md5 beside sha256": {"cards": [{"kind": "dataset", "digests": [
		{"path": "a.csv", "url": "", "algorithm": "sha256", "value": base.sha, "at": base.at},
		{"path": "a.csv", "url": "", "algorithm": "md5", "value": base.md5, "at": base.at},
	]}]},
	"no digest at all": {"cards": [{"kind": "dataset", "digests": [{"path": "a.csv", "url": "", "algorithm": "", "value": "", "at": base.at}]}]},
	"model card": {"cards": [{"kind": "model", "digests": [{"path": "a.csv", "url": "", "algorithm": "sha256", "value": "9f86", "at": base.at}]}]},
	"dvc md5 of a folder": {"components": [{"kind": "dataset", "name": "a", "digests": {"md5": "d41d8cd98f00b204e9800998ecf8427e.dir"}, "at": base.at}]},
}

found := {
	"short sha256": {{"at": {"line": 9, "path": "croissant.json"}, "detail": "\"9f86\" has 4 of the 64 digits of sha256", "subject": "a.csv"}},
	"md5 only": {{"at": {"line": 9, "path": "croissant.json"}, "detail": "the only digest of https://a.org/a.csv is md5", "subject": "https://a.org/a.csv"}},
	"not a digest": {{"at": {"line": 9, "path": "croissant.json"}, "detail": "\"to be done\" is not a sha256 digest (64 hexadecimal digits)", "subject": "a.csv"}},
	"malformed digest of a component": {{"at": {"line": 9, "path": "croissant.json"}, "detail": "\"xyz\" is not a md5 digest (32 hexadecimal digits)", "subject": "a"}},
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

# digits are the lengths of digests in hexadecimal: RFC 1321, FIPS 180-4.
digits := {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}

test_length[algorithm] if {
	some algorithm, n in digits
	whole := concat("", [d | some _ in numbers.range(1, n); d := "a"])
	model := {"kind": "dataset", "name": "a", "at": base.at}
	count(deny) == 0 with input.components as [object.union(model, {"digests": {algorithm: whole}})]
	count(deny) == 1 with input.components as [object.union(model, {"digests": {algorithm: $"{whole}a"}})]
	count(deny) == 0 with input.components as [object.union(model, {"digests": {algorithm: $"{whole}.dir"}})]
}

test_strong_beside_weak[algorithm] if {
	some algorithm in {"sha256", "sha384", "sha512", "blake3"}
	file := {"path": "a.csv", "url": "", "algorithm": "md5", "value": base.md5, "at": base.at}
	value := concat("", [d | some _ in numbers.range(1, object.get(digits, algorithm, 64)); d := "a"])
	count(deny) == 0 with input.cards as [{"kind": "dataset", "digests": [file, object.union(file, {"algorithm": algorithm, "value": value})]}]
}

test_not_hexadecimal_in_a_folder if {
	exactly(deny, {{"at": base.at, "detail": "\"x.dir\" is not a md5 digest (32 hexadecimal digits)", "subject": "a"}}) with input.components as [{"kind": "dataset", "name": "a", "digests": {"md5": "x.dir"}, "at": base.at}]
}
