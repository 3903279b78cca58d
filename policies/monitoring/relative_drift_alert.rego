# METADATA
# title: Drift alert relative to recent window only
# description: >-
#   An alert that compares the last hour with the hour before follows a slow drift all the way
#   down. A fixed floor or a fixed reference beside it, on the same metric, makes it quiet.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: MON-003
#   stages: [monitoring]
#   severity: high
#   applies_to: [alerts]
#   requires: [alerts]
#   fix: Add an alert on the same metric with an absolute floor or a fixed reference.
#   settings:
#     topics:
#       type: set
#       default: [drift, output, data]
#       doc: topics of alerts that watch for drift
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.4, MEASURE 3.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [M.s1, K3]
package mlpolicy.monitoring.relative_drift_alert

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": alert.name, "detail": detail, "at": alert.at} if {
	some alert in input.alerts
	alert.topic in settings["MON-003"].topics
	"window" in alert.compares_to
	not _anchored(alert)
	metrics := {metric | some metric in alert.metrics}
	count(metrics & _floors) == 0
	not places.skipped(alert.at.path, settings["MON-003"].skip_paths)
	detail := $"{alert.name} compares with a recent window only, a slow drift never fires it"
}

_anchored(alert) if {
	some way in alert.compares_to
	way in {"absolute", "reference"}
}

# Metrics that some alert compares with something fixed.
_floors contains metric if {
	some alert in input.alerts
	_anchored(alert)
	some metric in alert.metrics
}
