# METADATA
# title: Gateway validation is length/blocklist only
# description: >-
#   A list of forbidden words or a limit of length is passed by writing the same thing in other
#   words; only a guard that looks at the meaning sees an injection.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0051
#   - ref: https://atlas.mitre.org/techniques/AML.T0054
#   - ref: https://atlas.mitre.org/techniques/AML.T0068
#   - ref: https://genai.owasp.org/llmrisk/llm01-prompt-injection/
#   - ref: https://cwe.mitre.org/data/definitions/184.html
# custom:
#   id: DEP-014
#   stages: [deployment]
#   severity: high
#   applies_to: [guards]
#   requires: [guards]
#   fix: >-
#     Add a classifier (self check input, Llama Guard, Prompt Guard, Model Armor) to the input
#     rails.
#   settings:
#     text:
#       type: set
#       default: [length, pattern]
#       doc: kinds of guard that compare text
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML01:2023]
#     owasp_llm: [LLM01:2025]
#     atlas: [AML.T0051, AML.T0054, AML.T0068]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-184]
#     eu_ai_act: []
#     threats: [Q8, K10]
package mlpolicy.deployment.pattern_guards_only

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": route, "detail": detail, "at": first.at, "key": route} if {
	some route, guards in _input_guards
	every guard in guards {
		guard.kind in settings["DEP-014"].text
	}
	lines := sort({[guard.at.path, guard.at.line] | some guard in guards})
	some first in guards
	[first.at.path, first.at.line] == lines[0]
	names := concat(", ", sort({guard.name | some guard in guards}))
	detail := $"the input guards of {route} only compare text ({names})"
}

_input_guards[route] contains guard if {
	some guard in input.guards
	guard.side == "input"
	not places.skipped(guard.at.path, settings["DEP-014"].skip_paths)
	route := _route(guard)
}

_route(guard) := guard.route if guard.route != "*"

_route(guard) := guard.at.path if guard.route == "*"
