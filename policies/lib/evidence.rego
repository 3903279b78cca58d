# METADATA
# description: >-
#   What verified statements say: which things they are about, which tests passed or failed, and
#   how old they are.
# custom:
#   reads_raw: true
package mlpolicy.lib.evidence

import future.keywords.not

# given holds when somebody looked for statements. Only then is there none a finding.
given if input.collected.attestations.looked

# verified holds the statements whose signature holds and whose signer may speak.
verified contains statement if {
	some statement in input.attestations
	statement.state == "verified"
}

# model holds the digests by which the thing that is judged may be named.
model contains digest if {
	some digest in input.subject.digests
	digest != ""
}

# about_model holds the verified statements about the thing that is judged.
about_model contains statement if {
	some statement in verified
	some digest in statement.digests
	digest in model
}

# body is the predicate of a statement as an object.
body(statement) := statement.body if is_object(statement.body)

body(statement) := {} if not is_object(statement.body)

# passed holds the names of what a statement says was passed: the tests of a test result
# (in-toto test-result v0.1), the properties of a simple verification result (SVR v0.2).
passed(statement) := {name |
	some member in ["passedTests", "properties"]
	some name in _list(statement, member)
}

# failed holds the names of the tests that a statement says were not passed.
failed(statement) := {name | some name in _list(statement, "failedTests")} if {
	count(_list(statement, "failedTests")) > 0
}

# A result that failed as a whole, without naming tests, failed in everything it was about.
failed(statement) := passed(statement) if {
	count(_list(statement, "failedTests")) == 0
	object.get(body(statement), "result", "") == "FAILED"
}

failed(statement) := set() if {
	count(_list(statement, "failedTests")) == 0
	object.get(body(statement), "result", "") != "FAILED"
}

_list(statement, member) := [item |
	some item in object.get(body(statement), member, [])
	is_string(item)
]

# matching holds the names that one of the patterns matches.
matching(names, patterns) := {name |
	some name in names
	some pattern in patterns
	regex.match(pattern, name)
}

# statistic is a number of the statistics that a test result gives beside its verdict.
statistic(statement, name) := value if {
	value := object.get(object.get(body(statement), "statistics", {}), name, null)
	is_number(value)
}

# days is the age of a statement in days; undefined for one without a time.
days(statement) := (now - made) / (((24 * 3600) * 1000) * 1000000) if {
	statement.time != ""
	now := time.parse_rfc3339_ns(input.now)
	made := time.parse_rfc3339_ns(statement.time)
}

# fresh holds for a statement that is at most so many days old.
fresh(statement, limit) if days(statement) <= limit
