# METADATA
# title: Deployed model without alerting
# description: >-
#   Nobody learns that a deployed model fails, is replaced or drifts when no alert selects its
#   metrics. An alert counts when it selects the workload or the model by name, or when it is
#   about answers, errors or latency and selects no workload at all.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-001
#   stages: [monitoring]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads, alerts]
#   fix: Add an alert rule whose selectors name the deployment or the model.
#   settings:
#     roles:
#       type: set
#       default: [serving]
#       doc: roles of workloads that need an alert
#     definitions:
#       type: set
#       default: [ServingRuntime, ClusterServingRuntime, LLMInferenceServiceConfig, values, Dockerfile, Job, RayJob]
#       doc: kinds of workload that say how to serve and serve nothing themselves
#     topics:
#       type: set
#       default: [latency, errors, drift, output, extraction, data]
#       doc: topics of alerts that watch every model when they select none
#     labels:
#       type: set
#       default:
#         - model
#         - model_name
#         - model_id
#         - deployment
#         - service
#         - app
#         - job
#         - workload
#         - container
#         - name
#         - inferenceservice
#         - isvc
#         - pod
#         - exported_service
#         - service_name
#         - endpoint
#         - endpoint_name
#       doc: labels that select a workload or a model
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023, ML09:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.4, MEASURE 3.1]
#     cwe: []
#     eu_ai_act: [Article 12, Article 15]
#     threats: [M.s4, M.a1]
package mlpolicy.monitoring.model_without_alert

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	count(_rules) > 0
	some workload in _served
	not _watched(workload)
	detail := $"none of {count(_rules)} alert rules selects the metrics of {workload.name}"
}

# Without any rule one finding says it all.
deny contains {"subject": "alerts", "detail": detail, "at": workload.at} if {
	count(_rules) == 0
	places_of := {[workload.at.path, workload.at.line, workload.name] | some workload in _served}
	some workload in _served
	[workload.at.path, workload.at.line, workload.name] == min(places_of)
	detail := $"{count(places_of)} served models, {workload.name} first, and no alert rule"
}

_served contains workload if {
	some workload in input.workloads
	workload.role in settings["MON-001"].roles
	not workload.kind in settings["MON-001"].definitions
	not places.skipped(workload.at.path, settings["MON-001"].skip_paths)
}

_rules contains alert if {
	some alert in input.alerts
	alert.kind != "alertmanager"
}

_watched(_) if {
	some alert in _rules
	alert.topic in settings["MON-001"].topics
	selected := {value |
		some label, value in alert.selectors
		label in settings["MON-001"].labels
	}
	count(selected) == 0
}

_watched(workload) if {
	some alert in _rules
	some label, value in alert.selectors
	label in settings["MON-001"].labels
	some name in _names(workload)
	_selects(value, name)
}

_names(workload) := {workload.name} | {name |
	some model in workload.models
	some name in [model.name, _short(model.name)]
	name != ""
}

_short(name) := parts[count(parts) - 1] if parts := split(name, "/")

_selects(value, name) if value == name

_selects(value, name) if {
	regex.is_valid(value)
	regex.match($"^(?:{value})$", name)
}
