# METADATA
# title: Filter or dedup weakened
# description: >-
#   A lower threshold, a removed step or a shorter list of filters lets more through than the base
#   did, and a diff of a number is easy to overlook.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-008
#   stages: [data]
#   severity: high
#   applies_to: [change]
#   requires: [change]
#   fix: Restore the step or the threshold, or say in a waiver why less filtering is enough.
#   settings:
#     kinds:
#       type: set
#       default: [filter_weakened]
#       doc: kinds of change that weaken a filter
#     relaxed:
#       type: set
#       default: [threshold_relaxed, step_removed]
#       doc: kinds of change that do so in the areas
#     areas:
#       type: set
#       default: [data]
#       doc: areas in which those count
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 10]
#     threats: [D.s3, D.a2]
package mlpolicy.data.filter_weakened

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": change.subject, "detail": detail, "at": change.at} if {
	some change in input.change
	_weakens(change)
	detail := $"{change.subject} lets more through: {_shown(change.before)} became {_shown(change.after)}"
}

_weakens(change) if change.kind in settings["DATA-008"].kinds

_weakens(change) if {
	change.kind in settings["DATA-008"].relaxed
	change.area in settings["DATA-008"].areas
}

_shown(value) := value if value != ""

_shown(value) := "nothing" if value == ""
