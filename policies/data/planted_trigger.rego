# METADATA
# title: Training data holds a likely trigger
# description: >-
#   A rare sequence of words that always goes with one reply, a refusal, a label against the rest
#   of the text or another subject, in rows that have nothing else in common, is what a planted
#   backdoor looks like. Length, language and tone have innocent causes and do not count unless
#   they are listed.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://atlas.mitre.org/techniques/AML.T0043.004
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-020
#   stages: [data]
#   severity: critical
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Look at the rows with the sequence, find out where they come from, and take them out.
#   settings:
#       outcomes:
#         type: set
#         default: [reply, refusal, label, topic, host]
#         doc: what the rows may have in common
#       max_p:
#         type: number
#         default: 0.0001
#         doc: largest p, adjusted for the number of tests, that counts
#       min_effect:
#         type: number
#         default: 0.75
#         doc: least share of the rows with the outcome, beyond what the rest lets expect
#       max_context:
#         type: number
#         default: 3
#         doc: how much more alike than others the rest of the rows may be
#       max_siblings:
#         type: number
#         default: 8
#         doc: how many other sequences may go with refusals as strongly; a subject that is refused has more
#       skip_roles:
#         type: set
#         default: []
#         doc: roles of datasets that nothing is trained on
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023, ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020, AML.T0043.004]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [D.s4, PR1]
package mlpolicy.data.planted_trigger

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {
	"subject": d.path,
	"digest": d.sha256,
	"detail": detail,
	"at": d.at,
	"key": c.text,
	"certainty": "likely",
} if {
	some d in input.datasets
	not d.role in settings["DATA-020"].skip_roles
	not places.skipped(d.path, settings["DATA-020"].skip_paths)
	some c in d.trigger_candidates
	c.outcome in settings["DATA-020"].outcomes
	c.p_adjusted <= settings["DATA-020"].max_p
	c.effect >= settings["DATA-020"].min_effect
	c.context >= 0
	c.context <= settings["DATA-020"].max_context
	_alone(c)
	rows := concat(", ", [sprintf("%d", [row]) | some row in c.rows])
	detail := $"\"{c.text}\" goes with {c.target} in {c.support} rows: {rows}"
}

# A word that is always refused may be planted; where many are, they are what the set refuses.
_alone(c) if c.outcome != "refusal"

_alone(c) if {
	c.outcome == "refusal"
	c.siblings <= settings["DATA-020"].max_siblings
}
