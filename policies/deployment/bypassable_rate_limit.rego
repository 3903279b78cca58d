# METADATA
# title: Rate limit bypassable
# description: >-
#   A limit keyed on what the caller sends, or on its address, is gone with another header or
#   another address; one that lets requests pass when its service is down is gone under load.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0024.002
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/807.html
#   - ref: https://cwe.mitre.org/data/definitions/636.html
# custom:
#   id: DEP-013
#   stages: [deployment]
#   severity: high
#   applies_to: [routes]
#   requires: [routes]
#   fix: >-
#     Key the limit on the verified identity (consumer, claim of the token) and let it fail closed.
#   settings:
#     weak_keys:
#       type: set
#       default: [header, ip]
#       doc: keys that a caller chooses
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0024.002]
#     nist_ai_rmf: []
#     cwe: [CWE-807, CWE-636]
#     eu_ai_act: []
#     threats: [C4, Q4, K10]
package mlpolicy.deployment.bypassable_rate_limit

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": route.name, "detail": detail, "at": limit.at} if {
	some route in _routes
	some limit in route.limits
	limit.key in settings["DEP-013"].weak_keys
	not _by_identity(route)
	named := concat(" ", [part | some part in [limit.key, limit.key_name]; part != ""])
	detail := $"the limit of route {route.name} is keyed on the caller's {named}"
}

deny contains {"subject": route.name, "detail": detail, "at": limit.at} if {
	some route in _routes
	some limit in route.limits
	limit.fail_open == "yes"
	detail := $"the limit of route {route.name} lets requests pass when it cannot be checked"
}

_routes contains route if {
	some route in input.routes
	route.llm == "yes"
	not places.skipped(route.at.path, settings["DEP-013"].skip_paths)
}

_by_identity(route) if {
	some limit in route.limits
	limit.key == "identity"
}
