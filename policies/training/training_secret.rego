# METADATA
# title: Secret given to training job as plain environment
# description: >-
#   A secret in the environment of a job is in the job's description, its logs and its history.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/522.html
# custom:
#   id: TRAIN-021
#   stages: [training]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Revoke the secret and let the job read it from a secret store at run time.
#   settings:
#     roles:
#       type: set
#       default: [training, pipeline]
#       doc: roles of workloads that are judged
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0055]
#     nist_ai_rmf: []
#     cwe: [CWE-522]
#     eu_ai_act: []
#     threats: [T.a4, E.a4]
package mlpolicy.training.training_secret

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": variable.at, "key": variable.name} if {
	some workload in input.workloads
	workload.role in settings["TRAIN-021"].roles
	some variable in workload.env
	variable.secret
	variable.source == "literal"
	not places.skipped(variable.at.path, settings["TRAIN-021"].skip_paths)
	detail := $"training job {workload.name} gets {variable.name} as a literal"
}
