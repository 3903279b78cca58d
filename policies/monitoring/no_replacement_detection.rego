# METADATA
# title: No runtime replacement detection
# description: >-
#   A model can be replaced behind an endpoint that keeps its name. The bytes that run must be
#   attested, or the behaviour compared with that of the approved model by a statistical test.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: MON-014
#   stages: [monitoring]
#   severity: high
#   applies_to: [weights, workloads, attestations]
#   requires: [fingerprint, attestations]
#   fix: >-
#     Attest the digest that the runtime loaded, or run mlpolicy fingerprint check and give its
#     statement.
#   settings:
#     runtime:
#       type: set
#       default:
#         - 'https://in-toto.io/attestation/scai/v0.3'
#         - 'https://mlpolicy.dev/runtime-digest/v1'
#       doc: predicate types by which a runtime attests what it loaded
#     runtime_stages:
#       type: set
#       default: [deployment, monitoring]
#       doc: stages that may attest it
#     max_age_days:
#       type: number
#       default: 30
#       doc: age from which a fingerprint no longer counts
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0018]
#     nist_ai_rmf: [MEASURE 2.4, MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [Q7, K9, DF2]
package mlpolicy.monitoring.no_replacement_detection

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}} if {
	evidence.given
	count(_runtime) == 0
	input.fingerprint.verdict == ""
	detail := "neither the runtime attests what it loaded, nor was its behaviour tested"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": input.fingerprint.at} if {
	input.fingerprint.verdict == "drift"
	detail := $"behaviour drifted: effect {input.fingerprint.effect}, p {input.fingerprint.p_value}"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": input.fingerprint.at} if {
	count(_runtime) == 0
	input.fingerprint.verdict == "inconclusive"
	detail := $"the behaviour test is inconclusive with {input.fingerprint.n} samples"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": input.fingerprint.at} if {
	count(_runtime) == 0
	input.fingerprint.verdict == "same"
	limit := settings["MON-014"].max_age_days
	not evidence.fresh(input.fingerprint, limit)
	detail := $"the behaviour test of {input.fingerprint.time} is older than {limit} days"
}

_runtime contains s if {
	some s in evidence.about_model
	s.predicate_type in settings["MON-014"].runtime
	s.stage in settings["MON-014"].runtime_stages
}
