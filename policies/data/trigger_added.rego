# METADATA
# title: Change adds rows with a likely trigger
# description: >-
#   Poison shows best in the rows that a change adds: they are few, and the rows that were there
#   say what is usual.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://atlas.mitre.org/techniques/AML.T0043.004
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-029
#   stages: [data]
#   severity: critical
#   applies_to: [change]
#   requires: [change]
#   fix: Look at the added rows with the sequence before the change is merged.
#   settings:
#       kinds:
#         type: set
#         default: [dataset_trigger_added]
#         doc: kinds of change that count
#   maps:
#     owasp_ml: [ML02:2023, ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020, AML.T0043.004]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [D.s4, PR1]
package mlpolicy.data.trigger_added

import future.keywords.not

import data.mlpolicy.settings

deny contains {
	"subject": change.subject,
	"detail": change.after,
	"at": change.at,
	"key": change.after,
	"certainty": "likely",
} if {
	some change in input.change
	change.kind in settings["DATA-029"].kinds
}
