# METADATA
# title: Sampling too low
# description: >-
#   When one answer in a thousand is looked at, an attack on one user, or the rare prompt that
#   opens a backdoor, is most likely in the rest.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-016
#   stages: [monitoring]
#   severity: medium
#   applies_to: [alerts, workloads]
#   requires: [alerts, workloads]
#   fix: Raise the sampling, and keep every interaction that a guardrail or an error marks.
#   settings:
#     floor:
#       type: number
#       default: 0.01
#       doc: smallest share of the traffic that is looked at
#     variables:
#       type: set
#       default:
#         - OTEL_TRACES_SAMPLER_ARG
#         - LANGFUSE_SAMPLE_RATE
#         - LANGSMITH_TRACING_SAMPLING_RATE
#         - LANGCHAIN_TRACING_SAMPLING_RATE
#         - DD_TRACE_SAMPLE_RATE
#       doc: variables that set the share
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads whose traffic counts
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: []
#     cwe: []
#     eu_ai_act: []
#     threats: [M.s4]
package mlpolicy.monitoring.sampling_floor

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": alert.name, "detail": detail, "at": alert.at} if {
	some alert in input.alerts
	ratio := _ratio(alert.settings.sample_ratio)
	not places.skipped(alert.at.path, settings["MON-016"].skip_paths)
	detail := $"{alert.name} keeps {ratio} of the traffic, the floor is {settings["MON-016"].floor}"
}

deny contains {"subject": workload.name, "detail": detail, "at": variable.at} if {
	some workload in input.workloads
	workload.role in settings["MON-016"].roles
	some variable in workload.env
	variable.name in settings["MON-016"].variables
	ratio := _ratio(variable.value)
	not places.skipped(workload.at.path, settings["MON-016"].skip_paths)
	detail := $"{workload.name} keeps {ratio} of its traffic, the floor is {settings["MON-016"].floor}"
}

_ratio(text) := ratio if {
	regex.match(`^[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?$`, text)
	ratio := to_number(text)
	ratio < settings["MON-016"].floor
}
