# METADATA
# title: GPU workload runs privileged or as root
# description: >-
#   A training job runs code and pickles from many hands. As root or privileged it owns the node
#   and its GPUs.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0105
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/250.html
# custom:
#   id: TRAIN-022
#   stages: [training]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Set runAsNonRoot to true, allowPrivilegeEscalation to false, and drop privileged.
#   settings:
#     roles:
#       type: set
#       default: [training, notebook]
#       doc: roles of workloads that are judged
#     must_state:
#       type: set
#       default: [kubernetes, ray, kubeflow]
#       doc: platforms on which silence counts as yes
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0105]
#     nist_ai_rmf: []
#     cwe: [CWE-250]
#     eu_ai_act: []
#     threats: [T.a1]
package mlpolicy.training.privileged_training

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.role in settings["TRAIN-022"].roles
	not places.skipped(workload.at.path, settings["TRAIN-022"].skip_paths)
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
	workload.platform in settings["TRAIN-022"].must_state
	some reason, state in {
		"runAsNonRoot is not set": workload.security.run_as_root,
		"allowPrivilegeEscalation is not false": workload.security.privilege_escalates,
	}
	state == "unstated"
}
