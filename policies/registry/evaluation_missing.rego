# METADATA
# title: No evaluation evidence, or a failed gate
# description: >-
#   A model that nobody measured, or that fell below the floor, is approved on hope. The
#   evaluation must name these bytes, have enough samples, and hold at the lower end of its
#   interval.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: REG-007
#   stages: [registry]
#   severity: high
#   applies_to: [weights, attestations]
#   requires: [attestations]
#   fix: >-
#     Evaluate the model and attest the result for its digest, with n and the interval in its
#     statistics.
#   settings:
#     tests:
#       type: set
#       default:
#         - '(?i)eval'
#         - '(?i)accuracy'
#         - '(?i)benchmark'
#         - '(?i)mmlu'
#         - '(?i)quality'
#       doc: regular expressions of tests that are an evaluation
#     min_samples:
#       type: number
#       default: 100
#       doc: fewest samples of an evaluation that says how many it had
#     floor:
#       type: number
#       default: 0
#       doc: value that the lower end of the interval must reach
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025, LLM09:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.3, MEASURE 2.5, MANAGE 1.1]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [DF2, CT3, P.s3]
package mlpolicy.registry.evaluation_missing

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}} if {
	evidence.given
	count(_evaluations) == 0
	detail := "no verified evaluation is about it"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": s.at} if {
	some s in _evaluations
	some name in evidence.matching(evidence.failed(s), settings["REG-007"].tests)
	detail := $"its evaluation failed: {name}"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": s.at} if {
	some s in _evaluations
	n := evidence.statistic(s, "n")
	fewest := settings["REG-007"].min_samples
	n < fewest
	detail := $"its evaluation has {n} samples, at least {fewest} are asked for"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": s.at} if {
	some s in _evaluations
	lower_end := evidence.statistic(s, "lower")
	floor_value := settings["REG-007"].floor
	lower_end < floor_value
	detail := $"its evaluation may be as low as {lower_end}, the floor is {floor_value}"
}

_evaluations contains s if {
	some s in evidence.about_model
	names := evidence.passed(s) | evidence.failed(s)
	count(evidence.matching(names, settings["REG-007"].tests)) > 0
}
