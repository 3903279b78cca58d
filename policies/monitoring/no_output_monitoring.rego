# METADATA
# title: No semantic/output monitoring
# description: >-
#   Latency and errors stay green while a model gives worse, poisoned or hijacked answers. Some
#   alert has to look at what the model says.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-002
#   stages: [monitoring]
#   severity: high
#   applies_to: [alerts]
#   requires: [alerts, workloads]
#   fix: >-
#     Alert on a drift, quality, safety or feedback metric of the model's output, with an absolute
#     floor.
#   settings:
#     topics:
#       type: set
#       default: [drift, output, data, extraction]
#       doc: topics of alerts that look at what the model says
#     operations:
#       type: set
#       default: [latency, errors, resources]
#       doc: topics of alerts that do not
#     model_metrics:
#       type: string
#       default: '(?i)(^|_|:)(vllm|tgi|sglang|triton|nv_inference|torchserve|ray_serve|seldon|kserve|model|inference|predict(ion)?s?|llm|openai|litellm|embedding)(_|:|$)'
#       doc: what a metric of a model server looks like
#     roles:
#       type: set
#       default: [serving]
#       doc: roles of workloads that serve
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML09:2023, ML08:2023]
#     owasp_llm: [LLM09:2025, LLM05:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.4]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [C3, Q3, K3, M.s4]
package mlpolicy.monitoring.no_output_monitoring

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": "alerts", "detail": detail, "at": first.at} if {
	count(_operational) > 0
	count(_semantic) == 0
	places := sort({[alert.at.path, alert.at.line] | some alert in _operational})
	some first in _operational
	[first.at.path, first.at.line] == places[0]
	topics := concat(", ", {alert.topic | some alert in _operational})
	detail := $"{count(_operational)} alerts look at {topics}, none at what the model answers"
}

_operational contains alert if {
	some alert in input.alerts
	alert.topic in settings["MON-002"].operations
	_about_a_model(alert)
	not places.skipped(alert.at.path, settings["MON-002"].skip_paths)
}

_semantic contains alert if {
	some alert in input.alerts
	alert.topic in settings["MON-002"].topics
}

_about_a_model(alert) if {
	some metric in alert.metrics
	regex.match(settings["MON-002"].model_metrics, metric)
}

_about_a_model(_) if {
	some workload in input.workloads
	workload.role in settings["MON-002"].roles
}
