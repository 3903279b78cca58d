# METADATA
# title: No extraction detection
# description: >-
#   Copying a model through its own interface takes many questions from one identity. Only an alert
#   on the volume of each identity shows it; the total looks like a good day.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0024.002
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
# custom:
#   id: MON-011
#   stages: [monitoring]
#   severity: high
#   applies_to: [alerts]
#   requires: [alerts, workloads, routes]
#   fix: Alert on requests or tokens by user or key, above what one user needs.
#   settings:
#     topics:
#       type: set
#       default: [extraction]
#       doc: topics of alerts that watch for it
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that answer
#     model_metrics:
#       type: string
#       default: '(?i)(^|_|:)(vllm|tgi|sglang|triton|nv_inference|torchserve|ray_serve|seldon|kserve|inference|llm|litellm|openai)(_|:|$)'
#       doc: what a metric of a model server looks like
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0024.002]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: []
#     eu_ai_act: []
#     threats: [C4, K4, Q4]
package mlpolicy.monitoring.no_extraction_alert

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": "alerts", "detail": detail, "at": first.at} if {
	count(_rules) > 0
	count(_watching) == 0
	what := min(_answers)
	lines := {[alert.at.path, alert.at.line] | some alert in _rules}
	some first in _rules
	[first.at.path, first.at.line] == min(lines)
	detail := $"{what} answers, and none of {count(_rules)} alerts watches the volume of one identity"
}

_rules contains alert if {
	some alert in input.alerts
	alert.kind in {"prometheus", "grafana", "cloudwatch"}
	not places.skipped(alert.at.path, settings["MON-011"].skip_paths)
}

_watching contains alert if {
	some alert in input.alerts
	alert.topic in settings["MON-011"].topics
}

_answers contains workload.name if {
	some workload in input.workloads
	workload.role in settings["MON-011"].roles
	not places.skipped(workload.at.path, settings["MON-011"].skip_paths)
}

_answers contains route.name if {
	some route in input.routes
	route.llm == "yes"
}

_answers contains metric if {
	some alert in _rules
	some metric in alert.metrics
	regex.match(settings["MON-011"].model_metrics, metric)
}
