package evidence_test

import future.keywords.not

import data.mlpolicy.lib.evidence

statement := {"state": "verified", "digests": {"sha256": "aa"}, "time": "2026-11-20T12:00:00Z", "body": {"passedTests": ["a", 1], "properties": ["p"]}}

test_about_model if {
	about := evidence.about_model with input as {"subject": {"digests": {"model": "aa", "sha256": ""}}, "attestations": [statement, object.union(statement, {"digests": {"sha256": ""}}), object.union(statement, {"state": "refused"})]}
	[s.digests.sha256 | some s in about] == ["aa"]
}

test_body if {
	evidence.body({"body": "text"}) == {}
	evidence.body(statement) == statement.body
}

test_passed if evidence.passed(statement) == {"a", "p"}

failures := {
	"named": [{"result": "FAILED", "passedTests": ["a"], "failedTests": ["b"]}, {"b"}],
	"as a whole": [{"result": "FAILED", "passedTests": ["a"]}, {"a"}],
	"none": [{"result": "PASSED", "passedTests": ["a"]}, set()],
	"named although passed": [{"result": "PASSED", "failedTests": ["b"]}, {"b"}],
	"nothing said": [{}, set()],
}

test_failed[name] if {
	some name, pair in failures
	evidence.failed({"body": pair[0]}) == pair[1]
}

test_matching if evidence.matching({"pii scan", "other"}, {"^pii", "x$"}) == {"pii scan"}

test_statistic if {
	evidence.statistic({"body": {"statistics": {"n": 3}}}, "n") == 3
	not evidence.statistic({"body": {"statistics": {"n": "3"}}}, "n")
	not evidence.statistic({"body": {}}, "n")
}

test_days if {
	evidence.days(statement) == 4 with input as {"now": "2026-11-24T12:00:00Z"}
	not evidence.days({"time": ""}) with input as {"now": "2026-11-24T12:00:00Z"}
}

test_fresh if {
	evidence.fresh(statement, 4) with input as {"now": "2026-11-24T12:00:00Z"}
	not evidence.fresh(statement, 3) with input as {"now": "2026-11-24T12:00:00Z"}
}

test_given if {
	evidence.given with input as {"collected": {"attestations": {"looked": true}}}
	not evidence.given with input as {"collected": {"attestations": {"looked": false}}}
}
