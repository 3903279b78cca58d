package alert_fatigue_test

import future.keywords.not

import data.mlpolicy.monitoring.alert_fatigue.deny

base := {"name": "Slow", "kind": "prometheus", "for": "", "compares_to": ["absolute"], "settings": {}, "at": {"path": "rules.yaml", "line": 4}}

fires := {
	"no for": {},
	"for of nothing": {"for": "0s"},
	"no group": {"kind": "alertmanager", "settings": {"group_by": "", "repeat_interval": "4h"}},
	"repeats": {"kind": "alertmanager", "settings": {"group_by": "alertname", "repeat_interval": "5m"}},
}

silent := {
	"for": {"for": "10m"},
	"absence": {"compares_to": ["absence"]},
	"grouped, rarely": {"kind": "alertmanager", "settings": {"group_by": "alertname", "repeat_interval": "1h30m"}},
	"interval not said": {"kind": "alertmanager", "settings": {"group_by": "alertname", "repeat_interval": ""}},
	"test": {"at": {"path": "tests/rules.yaml"}},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.alerts as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.alerts as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
