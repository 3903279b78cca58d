# METADATA
# title: Training script or loss changed without owner review
# description: >-
#   The training script and its loss decide what the model learns, so their owners look at every
#   change. The author cannot approve.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.000
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: TRAIN-017
#   stages: [training]
#   severity: high
#   applies_to: [change]
#   requires: [change, review]
#   fix: Ask an owner of the training code for an approval.
#   settings:
#     areas:
#       type: set
#       default: [training]
#       doc: areas of a change that are judged
#     kinds:
#       type: set
#       default: [code_changed, behaviour_changed, threshold_relaxed]
#       doc: kinds of change that are judged
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0018.000]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [T.a2, T.s2, AC2]
package mlpolicy.training.training_code_unreviewed

import future.keywords.not

import data.mlpolicy.lib.reviews
import data.mlpolicy.settings

deny contains {"subject": change.at.path, "detail": detail, "at": change.at} if {
	some change in reviews.without_owner
	change.area in settings["TRAIN-017"].areas
	change.kind in settings["TRAIN-017"].kinds
	detail := $"training code changed without the approval of {reviews.wanted(change)}"
}
