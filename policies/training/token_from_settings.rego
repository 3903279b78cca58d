# METADATA
# title: Hub or tracker token passed as plain job environment from settings
# description: >-
#   A token that settings carry into the environment of a job is in the job's description for
#   everybody who may list jobs.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/522.html
# custom:
#   id: TRAIN-024
#   stages: [training]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Let the job read the token from a secret store (secretKeyRef, Secrets Manager) instead of
#     passing it on.
#   settings:
#     names:
#       type: string
#       default: '(?i)(_TOKEN|_API_KEY|_SECRET|_SECRET_KEY|_PASSWORD|_CREDENTIALS?)$'
#       doc: what the name of a variable with a credential looks like
#     roles:
#       type: set
#       default: [training, pipeline]
#       doc: roles of workloads that are judged
#     sources:
#       type: set
#       default: [settings, config]
#       doc: sources of a value that are no secret store
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
package mlpolicy.training.token_from_settings

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": variable.at, "key": variable.name} if {
	some workload in input.workloads
	workload.role in settings["TRAIN-024"].roles
	some variable in workload.env
	variable.source in settings["TRAIN-024"].sources
	regex.match(settings["TRAIN-024"].names, variable.name)
	not places.skipped(variable.at.path, settings["TRAIN-024"].skip_paths)
	detail := $"{workload.name} gets {variable.name} from {variable.source}, not from a secret store"
}
