package alert_fatigue_test

import future.keywords.not

import data.mlpolicy.monitoring.alert_fatigue.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "Slow", "kind": "prometheus", "for": "", "compares_to": ["absolute"], "settings": {}, "at": {"path": "rules.yaml", "line": 4}}

fires := {
	"no for": {},
	"for of nothing": {"for": "0s"},
	"no group": {"kind": "alertmanager", "settings": {"group_by": "", "repeat_interval": "4h"}},
	"repeats": {"kind": "alertmanager", "settings": {"group_by": "alertname", "repeat_interval": "5m"}},
}

silent := {
	"monitor of another kind": {"kind": "evidently", "settings": {"group_by": "", "repeat_interval": "5m"}},
	"every hour": {"kind": "alertmanager", "settings": {"group_by": "alertname", "repeat_interval": "60m"}},
	"for": {"for": "10m"},
	"absence": {"compares_to": ["absence"]},
	"grouped, rarely": {"kind": "alertmanager", "settings": {"group_by": "alertname", "repeat_interval": "1h30m"}},
	"interval not said": {"kind": "alertmanager", "settings": {"group_by": "alertname", "repeat_interval": ""}},
	"test": {"at": {"path": "tests/rules.yaml"}},
}

found := {
	"no for": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "Slow fires on the first sample, it has no for", "subject": "Slow"}},
	"for of nothing": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "Slow fires on the first sample, it has no for", "subject": "Slow"}},
	"no group": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "Slow does not group what it sends (group_by)", "subject": "Slow"}},
	"repeats": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "Slow repeats every 5m", "subject": "Slow"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.alerts as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.alerts as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_route_below_a_grouped_one if {
	route := {"name": "route", "kind": "alertmanager", "for": "", "compares_to": [], "at": {"path": "am.yml", "line": 2}}
	count(deny) == 0 with input.alerts as [
		object.union(route, {"settings": {"group_by": "alertname", "repeat_interval": ""}}),
		object.union(route, {"settings": {"group_by": "", "repeat_interval": ""}, "at": {"line": 9}}),
	]
}

test_routes_without_a_group_count_once if {
	route := {"name": "route", "kind": "alertmanager", "for": "", "compares_to": [], "settings": {"group_by": "", "repeat_interval": ""}, "at": {"path": "am.yml", "line": 2}}
	exactly(deny, {{"at": {"line": 2, "path": "am.yml"}, "detail": "route does not group what it sends (group_by)", "subject": "route"}}) with input.alerts as [route, object.union(route, {"at": {"line": 9}})]
}

test_rules_beside_routes if {
	route := {"name": "route", "kind": "alertmanager", "for": "", "compares_to": [], "settings": {"group_by": "", "repeat_interval": ""}, "at": {"path": "rules.yaml", "line": 9}}
	rule := object.union(base, {"for": "5m", "settings": {"group_by": "x"}})
	exactly(deny, {{"at": {"line": 9, "path": "rules.yaml"}, "detail": "route does not group what it sends (group_by)", "subject": "route"}}) with input.alerts as [rule, route]
}

# minutes are the durations of Prometheus ("Configuration", duration), in minutes.
minutes := {"120000ms": 2, "120s": 2, "2m": 2, "1h": 60, "1d": 1440, "2w": 20160, "1y": 525600, "1h30m": 90}

test_duration[text] if {
	some text, n in minutes
	alert := object.union(base, {"kind": "alertmanager", "settings": {"group_by": "x", "repeat_interval": text}})
	count(deny) == 0 with input.alerts as [alert] with data.mlpolicy.settings["MON-008"].min_repeat_minutes as n
	count(deny) == 1 with input.alerts as [alert] with data.mlpolicy.settings["MON-008"].min_repeat_minutes as n + 0.00001
}

test_no_time_at_all[text] if {
	some text in {"", "0", "0s", "0m", "0h"}
	count(deny) == 1 with input.alerts as [object.union(base, {"for": text})]
}
