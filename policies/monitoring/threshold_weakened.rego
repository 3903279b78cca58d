# METADATA
# title: Threshold weakened in a change
# description: >-
#   A threshold that is moved out of the way silences an alert more quietly than deleting it.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-006
#   stages: [monitoring]
#   severity: high
#   applies_to: [change]
#   requires: [change]
#   fix: Restore the threshold, or say in a waiver why the old one was wrong.
#   settings:
#     kinds:
#       type: set
#       default: [threshold_relaxed]
#       doc: kinds of change that are judged
#     areas:
#       type: set
#       default: [monitoring]
#       doc: areas in which they count
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 1.2]
#     cwe: []
#     eu_ai_act: []
#     threats: [M.s1, M.s3, AC2]
package mlpolicy.monitoring.threshold_weakened

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": change.subject, "detail": detail, "at": change.at} if {
	some change in input.change
	change.kind in settings["MON-006"].kinds
	change.area in settings["MON-006"].areas
	detail := $"{change.subject} is weaker: {_shown(change.before)} became {_shown(change.after)}"
}

_shown(value) := value if value != ""

_shown(value) := "nothing" if value == ""
