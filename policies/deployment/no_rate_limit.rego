# METADATA
# title: LLM route without rate limit
# description: >-
#   Without a limit for each caller one key can ask until the model is copied or the budget is
#   spent.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0024.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0034
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/770.html
#   - ref: https://cwe.mitre.org/data/definitions/799.html
# custom:
#   id: DEP-012
#   stages: [deployment]
#   severity: high
#   applies_to: [routes]
#   requires: [routes]
#   fix: >-
#     Bind a limit of requests or tokens, keyed on the identity of the caller, to the route or its
#     gateway.
#   settings:
#     kinds:
#       type: set
#       default: [requests, tokens, budget]
#       doc: kinds of limit of which one is enough
#     shared_kinds:
#       type: set
#       default: [litellm]
#       doc: kinds of gateway that keep the limits of callers elsewhere, so that a shared one counts
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023, ML03:2023]
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0024.002, AML.T0034]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-770, CWE-799]
#     eu_ai_act: []
#     threats: [C4, Q4, K4]
package mlpolicy.deployment.no_rate_limit

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": place, "detail": detail, "at": route.at, "key": place} if {
	some route in input.routes
	route.llm == "yes"
	not _limited(route)
	not places.skipped(route.at.path, settings["DEP-012"].skip_paths)
	route.at.line == _first[_place(route)]
	place := _place(route)
	detail := $"no limit for each caller is bound to the {route.kind} route {route.name}"
}

# The models of one proxy share its limits: one finding for the file.
_place(route) := $"{route.at.path}#{route.name}" if not route.kind in settings["DEP-012"].shared_kinds

_place(route) := route.at.path if route.kind in settings["DEP-012"].shared_kinds

_first[place] := min(lines) if {
	some one in input.routes
	place := _place(one)
	lines := {other.at.line |
		some other in input.routes
		other.llm == "yes"
		not _limited(other)
		_place(other) == place
	}
}

_limited(route) if {
	some limit in route.limits
	limit.kind in settings["DEP-012"].kinds
	limit.key != "global"
}

_limited(route) if {
	route.kind in settings["DEP-012"].shared_kinds
	count(route.limits) > 0
}
