# METADATA
# title: Feature transformation changed without owner
# description: A transformation changes what the model sees in training and in production at once.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: FS-004
#   stages: [data]
#   severity: high
#   applies_to: [change]
#   requires: [change, review]
#   fix: Ask an owner of the feature code for an approval.
#   settings:
#     areas:
#       type: set
#       default: [features]
#       doc: areas of a change that are judged
#   maps:
#     owasp_ml: [ML02:2023, ML08:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [SE4, AC2]
package mlpolicy.data.feature_code_unreviewed

import future.keywords.not

import data.mlpolicy.lib.reviews
import data.mlpolicy.settings

deny contains {"subject": change.at.path, "detail": detail, "at": change.at} if {
	some change in reviews.without_owner
	change.area in settings["FS-004"].areas
	detail := $"feature code changed without the approval of {reviews.wanted(change)}"
}
