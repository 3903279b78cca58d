# METADATA
# title: Training job without time, quota or budget bound
# description: >-
#   A job without a deadline or a budget is what stolen credentials are used for, and nobody
#   notices until the bill.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0034
#   - ref: https://atlas.mitre.org/techniques/AML.T0008.000
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/770.html
# custom:
#   id: TRAIN-014
#   stages: [training]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Set activeDeadlineSeconds, max_run, a timeout or a quota on the job.
#   settings:
#     platforms:
#       type: set
#       default: [kubernetes, ray, sagemaker, vertex, azureml, kfp, argo, kubeflow]
#       doc: platforms whose jobs can be bounded
#     bounds:
#       type: set
#       default: [deadline_seconds, max_run, timeout, quota, budget]
#       doc: limits of which one is enough
#     open_ended:
#       type: string
#       default: '^(RayCluster|Deployment|StatefulSet|DaemonSet|Notebook|aws_sagemaker_notebook_instance)$'
#       doc: kinds of workload that run until they are stopped
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0034, AML.T0008.000]
#     nist_ai_rmf: [MANAGE 2.4]
#     cwe: [CWE-770]
#     eu_ai_act: []
#     threats: [T.s1, T.a1]
package mlpolicy.training.unbounded_training

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.role == "training"
	workload.platform in settings["TRAIN-014"].platforms
	not regex.match(settings["TRAIN-014"].open_ended, workload.kind)
	bounds := {name | some name in settings["TRAIN-014"].bounds; workload.limits[name]}
	count(bounds) == 0
	not places.skipped(workload.at.path, settings["TRAIN-014"].skip_paths)
	detail := $"training job {workload.name} has no deadline, quota or budget"
}
