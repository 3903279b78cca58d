# METADATA
# title: Dataset content changed without provenance change
# description: >-
#   The bytes of a dataset changed and nothing in the same change says where the new ones come
#   from.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://atlas.mitre.org/techniques/AML.T0059
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: DATA-006
#   stages: [data]
#   severity: high
#   applies_to: [change]
#   requires: [change]
#   fix: Record where the new data comes from (a lineage or provenance statement) in the same change.
#   settings:
#     kinds:
#       type: set
#       default: [dataset_digest_changed]
#       doc: kinds of change that are judged
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020, AML.T0059]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: [CWE-345]
#     eu_ai_act: [Article 10]
#     threats: [D.a3, D.s2, PR3]
package mlpolicy.data.digest_changed

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": change.subject, "detail": detail, "at": change.at} if {
	some change in input.change
	change.kind in settings["DATA-006"].kinds
	not change.provenance == "yes"
	moved := $"from {change.before} to {change.after}"
	detail := $"digest of {change.subject} went {moved} without a provenance record"
}
