# METADATA
# title: Inference endpoint public without authentication
# description: >-
#   An inference endpoint on the internet that asks nobody who they are is used, copied and attacked
#   by everybody.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0040
#   - ref: https://atlas.mitre.org/techniques/AML.T0049
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: DEP-016
#   stages: [deployment]
#   severity: critical
#   applies_to: [exposures]
#   requires: [exposures, workloads]
#   fix: >-
#     Ask for a login on the way in (gateway, ingress, API key of the server) or take it off the
#     internet.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that are judged
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0040, AML.T0049]
#     nist_ai_rmf: []
#     cwe: [CWE-306]
#     eu_ai_act: []
#     threats: [P.a1, Q4, AC1]
package mlpolicy.deployment.open_inference

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": way.workload, "detail": detail, "at": way.at} if {
	some way in input.exposures
	way.public == "yes"
	way.auth == "no"
	way.workload in _inference
	not places.skipped(way.at.path, settings["DEP-016"].skip_paths)
	detail := $"{way.workload} is on the internet through {way.kind} {way.name} without authentication"
}

_inference contains workload.name if {
	some workload in input.workloads
	workload.role in settings["DEP-016"].roles
}
