package rows_test

import future.keywords.not

import data.mlpolicy.lib.rows

_dataset := {"at": {"path": "d.csv", "line": 0}, "examples": [
	{"kind": "email", "at": {"path": "d.csv", "line": 3}},
	{"kind": "hidden", "at": {"path": "d.csv", "line": 5}},
	{"kind": "hidden", "at": {"path": "d.csv", "line": 7}},
]}

test_first if rows.first(_dataset, {"hidden"}).line == 5

test_none if rows.first(_dataset, {"secret"}).line == 0
