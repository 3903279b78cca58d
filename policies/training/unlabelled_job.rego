# METADATA
# title: Job without declared owner and purpose
# description: >-
#   A job that names no owner and no purpose is one that nobody misses when it is somebody else's.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0034
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
# custom:
#   id: TRAIN-023
#   stages: [training]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Label the job with its owner and its experiment.
#   settings:
#     owner:
#       type: set
#       default: [owner, team, user, maintainer, contact, squad, Owner, Team, created-by]
#       doc: labels that name an owner
#     purpose:
#       type: set
#       default:
#         - experiment
#         - purpose
#         - project
#         - cost-center
#         - model
#         - app.kubernetes.io/part-of
#         - Experiment
#         - Purpose
#         - Project
#       doc: labels that name a purpose
#     platforms:
#       type: set
#       default: [kubernetes, ray, kubeflow, sagemaker, vertex, azureml, kfp, argo]
#       doc: platforms with labels
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0034]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [T.s1]
package mlpolicy.training.unlabelled_job

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.role == "training"
	workload.platform in settings["TRAIN-023"].platforms
	missing := {what |
		some what, names in {"owner": settings["TRAIN-023"].owner, "purpose": settings["TRAIN-023"].purpose}
		given := {name | some name, _ in workload.labels; _last(name) in names}
		count(given) == 0
	}
	count(missing) > 0
	not places.skipped(workload.at.path, settings["TRAIN-023"].skip_paths)
	listed := concat(" and no ", missing)
	detail := $"training job {workload.name} names no {listed}"
}

# example.com/owner is a label owner; a known label keeps its prefix.
_last(name) := name if name in settings["TRAIN-023"].purpose

_last(name) := parts[count(parts) - 1] if {
	not name in settings["TRAIN-023"].purpose
	parts := split(name, "/")
}
