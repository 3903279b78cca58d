# METADATA
# title: Training provenance missing
# description: >-
#   Without a trusted statement that names these very bytes nobody can say which run made them,
#   from which data and on which base.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: TRAIN-018
#   stages: [training]
#   severity: high
#   applies_to: [weights, attestations]
#   requires: [attestations]
#   fix: >-
#     Let the training pipeline attest what it made (mlpolicy attest --stage training) and give
#     the statement with --attestation.
#   settings:
#     predicates:
#       type: set
#       default:
#         - 'https://slsa.dev/provenance/v1'
#         - 'https://in-toto.io/attestation/link/v0.3'
#       doc: predicate types that tell how something was made
#     stages:
#       type: set
#       default: [training]
#       doc: stages that may attest the making of a model
#   maps:
#     owasp_ml: [ML06:2023, ML10:2023]
#     owasp_llm: [LLM03:2025, LLM04:2025]
#     atlas: [AML.T0018, AML.T0010.003]
#     nist_ai_rmf: [MAP 4.1, MEASURE 2.8]
#     cwe: []
#     eu_ai_act: [Article 11, Article 12]
#     threats: [PR2, PR3, R.a4, CT4]
package mlpolicy.training.provenance_missing

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}} if {
	evidence.given
	count(_provenance) == 0
	others := count(evidence.about_model)
	detail := $"no verified statement says how it was made ({others} others are about it)"
}

_provenance contains s if {
	some s in evidence.about_model
	s.predicate_type in settings["TRAIN-018"].predicates
	s.stage in settings["TRAIN-018"].stages
}
