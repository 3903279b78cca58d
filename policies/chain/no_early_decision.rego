# METADATA
# title: Early detection missing
# description: >-
#   Poison that is found in the data costs a filter; found in a deployed model it costs a
#   retraining. The chain must show that the data was judged before it was used.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: X-010
#   stages: [registry, deployment]
#   severity: high
#   applies_to: [provenance]
#   requires: [provenance, prior]
#   fix: Decide the data stage before training, and keep its signed decision with the dataset.
#   settings:
#     early:
#       type: set
#       default: [data]
#       doc: stages that must have decided
#     later:
#       type: set
#       default: [training]
#       doc: stages that consume what they decided
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 10]
#     threats: [AC4, DF3, Q0]
package mlpolicy.chain.no_early_decision

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": edge.from, "detail": detail, "at": {"path": ""}, "key": edge.from} if {
	some edge in input.provenance.edges
	edge.stage in settings["X-010"].later
	not _judged(edge)
	stages := concat(", ", settings["X-010"].early)
	detail := $"{edge.from} was used in {edge.stage} and stage {stages} had not decided on it"
}

_judged(edge) if {
	some decision in input.prior
	decision.stage in settings["X-010"].early
	decision.verified == "yes"
	decision.decision == "allow"
	decision.digest == edge.from
	_before(decision, edge)
}

_before(_, edge) if edge.time == ""

_before(decision, edge) if {
	edge.time != ""
	decision.time != ""
	time.parse_rfc3339_ns(decision.time) <= time.parse_rfc3339_ns(edge.time)
}
