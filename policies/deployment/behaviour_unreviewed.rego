# METADATA
# title: Behaviour config changed without review
# description: >-
#   The system prompt, the chat template, the sampling and the guard rails decide how the model
#   behaves, as much as its weights do. Their owners look at every change.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0081
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm072025-system-prompt-leakage/
#   - ref: https://genai.owasp.org/llmrisk/llm01-prompt-injection/
# custom:
#   id: DEP-028
#   stages: [deployment]
#   severity: high
#   applies_to: [change]
#   requires: [change, review]
#   fix: Ask an owner of the prompt or the guard rails for an approval.
#   settings:
#     areas:
#       type: set
#       default: [deployment]
#       doc: areas of a change that are judged
#     kinds:
#       type: set
#       default: [behaviour_changed, threshold_relaxed]
#       doc: kinds of change that are judged
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM07:2025, LLM01:2025]
#     atlas: [AML.T0081, AML.T0031]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [P.a2, R.a3, AC2]
package mlpolicy.deployment.behaviour_unreviewed

import future.keywords.not

import data.mlpolicy.lib.reviews
import data.mlpolicy.settings

deny contains {"subject": change.at.path, "detail": detail, "at": change.at} if {
	some change in reviews.without_owner
	change.area in settings["DEP-028"].areas
	change.kind in settings["DEP-028"].kinds
	detail := $"behaviour changed ({change.subject}) without the approval of {reviews.wanted(change)}"
}
