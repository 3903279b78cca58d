package vulnerable_framework_test

import future.keywords.not

import data.mlpolicy.training.vulnerable_framework.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"torch": {"name": "torch", "version": "2.5.0", "framework": true, "option": "", "at": {"path": "requirements.txt", "line": 2}},
	"hole": {"package": "torch", "version": "2.5.0", "id": "CVE-2025-32434", "severity": "critical", "state": "affected", "fixed": ["2.6.0"]},
}

fires := {
	"two packages": {"packages": [base.torch, object.union(base.torch, {"name": "transformers", "version": "2.5.0", "at": {"line": 1}})], "vulnerabilities": [base.hole]},
	"affected": {"packages": [base.torch], "vulnerabilities": [base.hole]},
	"no fix": {"packages": [base.torch], "vulnerabilities": [{"package": "torch", "version": "2.5.0", "id": "CVE-1", "severity": "high", "state": "affected", "fixed": []}]},
	"no state": {"packages": [base.torch], "vulnerabilities": [object.union(base.hole, {"state": ""})]},
	"advisory without a version": {"packages": [base.torch], "vulnerabilities": [object.union(base.hole, {"version": ""})]},
	"package without a version": {"packages": [object.union(base.torch, {"version": ""})], "vulnerabilities": [base.hole]},
	"name written otherwise": {"packages": [object.union(base.torch, {"name": "scikit-learn"})], "vulnerabilities": [object.union(base.hole, {"package": "scikit_learn"})]},
}

silent := {
	"not affected": {"packages": [base.torch], "vulnerabilities": [object.union(base.hole, {"state": "not_affected"})]},
	"fixed": {"packages": [base.torch], "vulnerabilities": [object.union(base.hole, {"state": "fixed"})]},
	"low": {"packages": [base.torch], "vulnerabilities": [object.union(base.hole, {"severity": "low"})]},
	"another version": {"packages": [base.torch], "vulnerabilities": [object.union(base.hole, {"version": "2.4.0"})]},
	"not here": {"packages": [], "vulnerabilities": [base.hole]},
	"no framework": {"packages": [object.union(base.torch, {"framework": false})], "vulnerabilities": [base.hole]},
}

found := {
	"two packages": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "torch 2.5.0 has CVE-2025-32434 (critical), fixed in 2.6.0", "key": "CVE-2025-32434", "subject": "torch"}},
	"affected": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "torch 2.5.0 has CVE-2025-32434 (critical), fixed in 2.6.0", "key": "CVE-2025-32434", "subject": "torch"}},
	"no fix": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "torch 2.5.0 has CVE-1 (high)", "key": "CVE-1", "subject": "torch"}},
	"no state": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "torch 2.5.0 has CVE-2025-32434 (critical), fixed in 2.6.0", "key": "CVE-2025-32434", "subject": "torch"}},
	"advisory without a version": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "torch  has CVE-2025-32434 (critical), fixed in 2.6.0", "key": "CVE-2025-32434", "subject": "torch"}},
	"package without a version": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "torch 2.5.0 has CVE-2025-32434 (critical), fixed in 2.6.0", "key": "CVE-2025-32434", "subject": "torch"}},
	"name written otherwise": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "scikit_learn 2.5.0 has CVE-2025-32434 (critical), fixed in 2.6.0", "key": "CVE-2025-32434", "subject": "scikit_learn"}},
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

test_all_packages if {
	exactly(deny, {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "torch 2.5.0 has CVE-2025-32434 (critical), fixed in 2.6.0", "key": "CVE-2025-32434", "subject": "torch"}}) with input as silent["no framework"] with data.mlpolicy.settings["TRAIN-012"].all_packages as true
}

test_at_the_package if {
	some found in deny with input as fires["two packages"]
	found.at.line == 2
}

test_options_are_no_packages if {
	count(deny) == 0 with input.packages as [object.union(base.torch, {"framework": false, "option": "--index-url"})]
		with input.vulnerabilities as [base.hole] with data.mlpolicy.settings["TRAIN-012"].all_packages as true
}
