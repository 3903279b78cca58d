# METADATA
# title: Training egress unrestricted
# description: >-
#   A training job that can reach the internet can send the data and the weights there, and fetch
#   code from it.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0025
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: TRAIN-015
#   stages: [training]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads, network_policies]
#   fix: >-
#     Switch on network isolation or a VPC without a way out, or select the job with a NetworkPolicy
#     that limits egress.
#   settings:
#     cloud:
#       type: set
#       default: [sagemaker, vertex, azureml]
#       doc: platforms with a network setting of their own
#     cluster:
#       type: set
#       default: [kubernetes, ray, kubeflow]
#       doc: platforms where a NetworkPolicy decides
#     closed:
#       type: set
#       default: ["denied", "restricted"]
#       doc: values of egress that close the way out
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0025]
#     nist_ai_rmf: []
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [T.s1, T.s2]
package mlpolicy.training.training_egress

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in _jobs
	workload.platform in settings["TRAIN-015"].cloud
	not _isolated(workload)
	detail := $"training job {workload.name} has neither network isolation nor a VPC"
}

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in _jobs
	workload.platform in settings["TRAIN-015"].cluster
	not workload.settings.egress in settings["TRAIN-015"].closed
	not workload.name in _selected
	detail := $"no NetworkPolicy limits the egress of training job {workload.name}"
}

_jobs contains workload if {
	some workload in input.workloads
	workload.role == "training"
	not places.skipped(workload.at.path, settings["TRAIN-015"].skip_paths)
}

_isolated(workload) if code.on(workload.settings.network_isolation)

_isolated(workload) if {
	vpc := workload.settings.vpc
	not vpc in {"", "no", "false"}
}

_isolated(workload) if workload.settings.egress in settings["TRAIN-015"].closed

_selected contains name if {
	some rule in input.network_policies
	rule.egress == "yes"
	some name in rule.selects
}
