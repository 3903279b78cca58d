# METADATA
# title: Training input digest differs from approved data output
# description: >-
#   The data that a training run says it consumed is not the data that the data stage approved,
#   digest for digest.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: DATA-015
#   stages: [data]
#   severity: critical
#   applies_to: [provenance]
#   requires: [provenance, prior]
#   fix: Train on an approved dataset, or take the new one through the data stage first.
#   settings:
#     relations:
#       type: set
#       default: [dataset, trained_on, data, train]
#       doc: relations of an edge that bring data into training
#   maps:
#     owasp_ml: [ML02:2023, ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.7, MANAGE 3.1]
#     cwe: [CWE-345]
#     eu_ai_act: [Article 10, Article 15]
#     threats: [D.a3, PR2, PR3]
package mlpolicy.data.unapproved_training_input

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": edge.from, "detail": detail, "at": {"path": ""}} if {
	some edge in input.provenance.edges
	edge.stage == "training"
	edge.relation in settings["DATA-015"].relations
	not edge.from in _approved
	detail := $"training of {edge.to} consumed {edge.from}, which the data stage did not approve"
}

_approved contains decision.digest if {
	some decision in input.prior
	decision.stage == "data"
	decision.decision == "allow"
	decision.verified == "yes"
}
