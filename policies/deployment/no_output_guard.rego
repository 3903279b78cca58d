# METADATA
# title: No output guard
# description: >-
#   Whatever gets past the input guards comes out of the model: secrets, personal data, code for the
#   page that shows the answer. Somebody has to look at the answer as well.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0057
#   - ref: https://atlas.mitre.org/techniques/AML.T0077
#   - ref: https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/116.html
# custom:
#   id: DEP-015
#   stages: [deployment]
#   severity: high
#   applies_to: [guards]
#   requires: [guards]
#   fix: >-
#     Add output rails (self check output, post_call guardrail, a response template) to the same
#     route.
#   settings:
#     inputs:
#       type: set
#       default: [input, dialog]
#       doc: sides on which a guard looks at what comes in
#     outputs:
#       type: set
#       default: [output]
#       doc: sides on which a guard looks at what goes out
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML09:2023]
#     owasp_llm: [LLM05:2025, LLM02:2025]
#     atlas: [AML.T0057, AML.T0077]
#     nist_ai_rmf: [MEASURE 2.4]
#     cwe: [CWE-116]
#     eu_ai_act: []
#     threats: [C3, Q3, K3]
package mlpolicy.deployment.no_output_guard

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": route, "detail": detail, "at": first.at, "key": route} if {
	some route, guards in _guards
	incoming := [guard | some guard in guards; guard.side in settings["DEP-015"].inputs]
	count(incoming) > 0
	outgoing := [guard | some guard in guards; guard.side in settings["DEP-015"].outputs]
	count(outgoing) == 0
	lines := sort({[guard.at.path, guard.at.line] | some guard in incoming})
	some first in incoming
	[first.at.path, first.at.line] == lines[0]
	detail := $"{route} has guards for what comes in and none for what goes out"
}

_guards[route] contains guard if {
	some guard in input.guards
	not places.skipped(guard.at.path, settings["DEP-015"].skip_paths)
	route := _route(guard)
}

_route(guard) := guard.route if guard.route != "*"

_route(guard) := guard.at.path if guard.route == "*"
