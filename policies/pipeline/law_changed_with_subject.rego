# METADATA
# title: Policy, exception or trust root changed in the same PR it governs
# description: >-
#   A change that brings a policy, a waiver or a trust root together with what they judge asks to
#   be judged by its own law. The law of the base decides; the new one takes its own change.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0107
#   - ref: https://atlas.mitre.org/techniques/AML.T0081
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: CI-014
#   stages: [pipeline]
#   severity: critical
#   applies_to: [change]
#   requires: [change]
#   fix: >-
#     Change policies, waivers and trust roots in a pull request of their own, approved by their
#     owners.
#   settings:
#     law:
#       type: set
#       default: [policy_changed, waiver_changed, trust_root_changed, gate_weakened]
#       doc: kinds of change of what decides
#     harmless:
#       type: set
#       default:
#         - threshold_tightened
#         - alert_added
#         - package_removed
#         - model_removed
#         - dataset_removed
#         - weights_removed
#       doc: kinds of change that need no law
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0107, AML.T0081]
#     nist_ai_rmf: [GOVERN 1.4]
#     cwe: []
#     eu_ai_act: []
#     threats: [AC2, P.s3]
package mlpolicy.pipeline.law_changed_with_subject

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": change.at.path, "detail": detail, "at": change.at, "key": change.subject} if {
	some change in input.change
	change.kind in settings["CI-014"].law
	count(_judged) > 0
	kind := replace(change.kind, "_", " ")
	detail := $"{kind} ({change.subject}) beside {count(_judged)} changes that it judges, {min(_judged)} first"
}

_judged contains $"{kind} in {change.at.path}" if {
	some change in input.change
	not change.kind in settings["CI-014"].law
	not change.kind in settings["CI-014"].harmless
	change.area != "policy"
	kind := replace(change.kind, "_", " ")
}
