# METADATA
# title: No TLS on inference listener
# description: Prompts and answers are read and changed on the way by whoever carries them.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0025
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/319.html
# custom:
#   id: DEP-017
#   stages: [deployment]
#   severity: high
#   applies_to: [exposures, routes]
#   requires: [exposures, routes, workloads]
#   fix: Terminate TLS on the ingress, the gateway or the load balancer.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that are judged
#     kinds:
#       type: set
#       default: [loadbalancer, ingress, gateway, endpoint]
#       doc: kinds of exposure that must be encrypted
#     route_kinds:
#       type: set
#       default: [httproute, envoy-ai-gateway, istio]
#       doc: kinds of route whose listener must be encrypted
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0025]
#     nist_ai_rmf: []
#     cwe: [CWE-319]
#     eu_ai_act: []
#     threats: [P.a1, P.a4]
package mlpolicy.deployment.plaintext_inference

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": way.workload, "detail": detail, "at": way.at} if {
	some way in input.exposures
	way.tls == "no"
	way.public != "no"
	way.kind in settings["DEP-017"].kinds
	way.workload in _inference
	not places.skipped(way.at.path, settings["DEP-017"].skip_paths)
	detail := $"{way.kind} {way.name} leads to {way.workload} without TLS"
}

deny contains {"subject": route.name, "detail": detail, "at": route.at} if {
	some route in input.routes
	route.llm == "yes"
	route.tls == "no"
	route.kind in settings["DEP-017"].route_kinds
	not places.line(route.at) in _stated
	not places.skipped(route.at.path, settings["DEP-017"].skip_paths)
	detail := $"the listener of {route.kind} {route.name} has no TLS"
}

_inference contains workload.name if {
	some workload in input.workloads
	workload.role in settings["DEP-017"].roles
}

_stated contains places.line(way.at) if some way in input.exposures
