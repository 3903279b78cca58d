# METADATA
# title: Host namespaces shared
# description: >-
#   In the namespaces of the host a pod sees the processes, the shared memory or the loopback
#   services of everything else on the node.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0105
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/653.html
# custom:
#   id: DEP-009
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Remove hostNetwork, hostPID and hostIPC; mount an emptyDir with medium Memory when shared
#     memory is short.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway, notebook, tracker, feature_store, registry]
#       doc: roles of workloads that are judged
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
#     cwe: [CWE-653]
#     eu_ai_act: []
#     threats: [Q10, P.s2]
package mlpolicy.deployment.host_namespaces

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": _place(workload)} if {
	some workload in input.workloads
	workload.role in settings["DEP-009"].roles
	not places.skipped(workload.at.path, settings["DEP-009"].skip_paths)
	shared := {what |
		some what, state in {
			"the network": workload.security.host_network,
			"processes": workload.security.host_pid,
			"shared memory": workload.security.host_ipc,
		}
		state == "yes"
	}
	count(shared) > 0
	listed := concat(", ", shared)
	detail := $"{workload.role} workload {workload.name} shares {listed} with the host"
}

_place(workload) := workload.security.host_at if workload.security.host_at.path != ""

_place(workload) := workload.at if workload.security.host_at.path == ""
