# METADATA
# title: No NetworkPolicy selects inference pods
# description: >-
#   Without a NetworkPolicy every pod of the cluster reaches the model, and the model reaches the
#   internet: the way to steal weights and to send prompts elsewhere.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0025
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: DEP-008
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads, network_policies]
#   fix: >-
#     Add a NetworkPolicy in the namespace that selects the pods and lists what may come in and what
#     may go out.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that are judged
#     platforms:
#       type: set
#       default: [kubernetes, kserve, ray, seldon, kubeai]
#       doc: platforms where a NetworkPolicy decides
#     ways:
#       type: set
#       default: [ingress, egress]
#       doc: ways that must be limited
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0025]
#     nist_ai_rmf: []
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [Q10, K8, P.s4]
package mlpolicy.deployment.no_network_policy

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.role in settings["DEP-008"].roles
	workload.platform in settings["DEP-008"].platforms
	not places.skipped(workload.at.path, settings["DEP-008"].skip_paths)
	open := {way | some way in settings["DEP-008"].ways; not way in _limited(workload)}
	count(open) > 0
	listed := concat(" and ", sort(open))
	detail := $"no NetworkPolicy limits {listed} of {workload.name}"
}

_limited(workload) := {way |
	some policy in input.network_policies
	workload.name in policy.selects
	_same(policy.namespace, workload.namespace)
	some way, state in {"ingress": policy.ingress, "egress": policy.egress}
	state == "yes"
}

# A manifest without a namespace is applied into one that is not known.
_same(a, b) if a == b

_same("", b) if b != ""

_same(a, "") if a != ""
