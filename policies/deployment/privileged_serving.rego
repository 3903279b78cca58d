# METADATA
# title: Serving pod root or privileged
# description: >-
#   A model server parses hostile input with native code. As root, privileged, or able to escalate
#   it hands over the node. On Kubernetes what is not said is not denied, so the safe values must
#   be written down.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0105
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/250.html
# custom:
#   id: DEP-006
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Set runAsNonRoot to true, allowPrivilegeEscalation to false, and drop privileged.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway, template]
#       doc: roles of workloads that are judged
#     must_state:
#       type: set
#       default: [kubernetes, kserve, ray, seldon, kubeai]
#       doc: platforms on which silence counts as yes
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0105]
#     nist_ai_rmf: []
#     cwe: [CWE-250]
#     eu_ai_act: []
#     threats: [Q10, K8, P.s2]
package mlpolicy.deployment.privileged_serving

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.role in settings["DEP-006"].roles
	not places.skipped(workload.at.path, settings["DEP-006"].skip_paths)
	reasons := _said(workload) | _unsaid(workload)
	count(reasons) > 0
	listed := concat(", ", reasons)
	detail := $"{workload.role} workload {workload.name}: {listed}"
}

_said(workload) := {reason |
	some reason, state in {
		"is privileged": workload.security.privileged,
		"runs as root": workload.security.run_as_root,
		"may gain privileges": workload.security.privilege_escalates,
	}
	state == "yes"
}

_unsaid(workload) := {reason |
	workload.platform in settings["DEP-006"].must_state
	some reason, state in {
		"runAsNonRoot is not set": workload.security.run_as_root,
		"allowPrivilegeEscalation is not false": workload.security.privilege_escalates,
	}
	state == "unstated"
}
