# METADATA
# title: Alert removed or silenced
# description: >-
#   An alert that is deleted, sent to nobody or inhibited leaves the dashboard as green as before.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0107
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-007
#   stages: [monitoring]
#   severity: high
#   applies_to: [change]
#   requires: [change]
#   fix: Restore the alert or its receiver, or say in a waiver what watches instead.
#   settings:
#     kinds:
#       type: set
#       default: [alert_removed, alert_silenced]
#       doc: kinds of change that are judged
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0107]
#     nist_ai_rmf: [MEASURE 3.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [M.s2, M.s3]
package mlpolicy.monitoring.alert_silenced

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": change.subject, "detail": detail, "at": change.at} if {
	some change in input.change
	change.kind in settings["MON-007"].kinds
	detail := _detail(change)
}

_detail(change) := $"{change.subject} is gone, it fired on {change.before}" if change.kind == "alert_removed"

_detail(change) := $"{change.subject} reaches nobody any more ({change.after})" if {
	change.kind != "alert_removed"
}
