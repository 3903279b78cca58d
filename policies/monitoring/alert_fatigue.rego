# METADATA
# title: Alert-fatigue exposure
# description: >-
#   Alerts that fire on one bad sample, that arrive one by one or that repeat every few minutes
#   are switched off by the people who should read them.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0046
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-008
#   stages: [monitoring]
#   severity: medium
#   applies_to: [alerts]
#   requires: [alerts]
#   fix: >-
#     Give each alert a for, group notifications with group_by, and repeat them no more often than
#     every hour.
#   settings:
#     min_repeat_minutes:
#       type: number
#       default: 60
#       doc: shortest repeat_interval
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0046]
#     nist_ai_rmf: [MEASURE 1.2]
#     cwe: []
#     eu_ai_act: []
#     threats: [M.s2]
package mlpolicy.monitoring.alert_fatigue

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": alert.name, "detail": detail, "at": alert.at} if {
	some alert in input.alerts
	some detail in _tiring(alert)
	not places.skipped(alert.at.path, settings["MON-008"].skip_paths)
}

_tiring(alert) := ({$"{alert.name} fires on the first sample, it has no for" |
	alert.kind == "prometheus"
	alert.for in {"", "0", "0s", "0m", "0h"}
	not "absence" in alert.compares_to
} | {$"{alert.name} does not group what it sends (group_by)" |
	alert.kind == "alertmanager"
	not alert.at.path in _grouped
	alert.at.line == min(_lines[alert.at.path])
}) | {$"{alert.name} repeats every {alert.settings.repeat_interval}" |
	alert.kind == "alertmanager"
	_minutes(alert.settings.repeat_interval) < settings["MON-008"].min_repeat_minutes
}

# A route inherits group_by from the one above it, so one of a file is enough.
_grouped contains alert.at.path if {
	some alert in input.alerts
	alert.kind == "alertmanager"
	alert.settings.group_by != ""
}

_lines[alert.at.path] contains alert.at.line if {
	some alert in input.alerts
	alert.kind == "alertmanager"
}

_unit := {"ms": 1 / 60000, "s": 1 / 60, "m": 1, "h": 60, "d": 1440, "w": 10080, "y": 525600}

_minutes(duration) := sum([minutes |
	some part in regex.find_all_string_submatch_n(`([0-9]+)(ms|[smhdwy])`, duration, -1)
	minutes := to_number(part[1]) * _unit[part[2]]
]) if {
	duration != ""
}
