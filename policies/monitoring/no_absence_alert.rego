# METADATA
# title: No absent() or staleness alert
# description: >-
#   A rule over a metric that is not there never fires. When the exporter stops, or somebody stops
#   it, the alert is silent and looks satisfied.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-010
#   stages: [monitoring]
#   severity: medium
#   applies_to: [alerts]
#   requires: [alerts]
#   fix: Add an alert with absent() on the metric, or let missing data fire the rule.
#   settings:
#     topics:
#       type: set
#       default: [drift, output, extraction, security]
#       doc: topics of metrics that must not vanish unseen
#     kinds:
#       type: set
#       default: [prometheus, grafana]
#       doc: kinds of rule that need one
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 3.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [M.s4]
package mlpolicy.monitoring.no_absence_alert

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": metric, "detail": detail, "at": alert.at, "key": metric} if {
	some metric, places_of in _watched
	not metric in _absence
	first := min(places_of)
	some alert in input.alerts
	[alert.at.path, alert.at.line] == first
	detail := $"no alert fires when {metric} is not there any more"
}

# Metric → where it is watched.
_watched[metric] contains [alert.at.path, alert.at.line] if {
	some alert in input.alerts
	alert.kind in settings["MON-010"].kinds
	alert.topic in settings["MON-010"].topics
	not places.skipped(alert.at.path, settings["MON-010"].skip_paths)
	some metric in alert.metrics
}

_absence contains metric if {
	some alert in input.alerts
	"absence" in alert.compares_to
	some metric in alert.metrics
}

# Grafana: a rule that fires without data.
_absence contains metric if {
	some alert in input.alerts
	lower(alert.settings.no_data_state) == "alerting"
	some metric in alert.metrics
}
