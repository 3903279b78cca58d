# METADATA
# title: Static cloud keys instead of OIDC
# description: >-
#   A long-lived cloud key in the secrets of a repository works from anywhere, for anybody who gets
#   to read it once. OpenID Connect gives each job a token of its own that ends with it.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/522.html
# custom:
#   id: CI-005
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: Let the job exchange its OpenID Connect token for a short-lived role, and delete the key.
#   settings:
#     inputs:
#       type: set
#       default:
#         - aws-access-key-id
#         - aws-secret-access-key
#         - creds
#         - credentials_json
#         - service_account_key
#         - azure-credentials
#       doc: inputs of actions that take a long-lived key
#     variables:
#       type: set
#       default:
#         - AWS_ACCESS_KEY_ID
#         - AWS_SECRET_ACCESS_KEY
#         - AZURE_CREDENTIALS
#         - AZURE_CLIENT_SECRET
#         - ARM_CLIENT_SECRET
#         - GCP_SA_KEY
#         - GOOGLE_CREDENTIALS
#         - GOOGLE_APPLICATION_CREDENTIALS_JSON
#         - GCP_CREDENTIALS
#       doc: variables that hold one
#     stored:
#       type: string
#       default: '\$\{\{\s*secrets\.'
#       doc: what the value of a stored secret looks like
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0055]
#     nist_ai_rmf: []
#     cwe: [CWE-522]
#     eu_ai_act: []
#     threats: [SE3, E.a4]
package mlpolicy.pipeline.static_cloud_key

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	some step in job.steps
	names := {name |
		some name, value in step.with
		lower(name) in settings["CI-005"].inputs
		regex.match(settings["CI-005"].stored, value)
	}
	count(names) > 0
	listed := concat(", ", names)
	detail := $"job {job.name} gives {step.uses} a stored key ({listed})"
}

deny contains {"subject": job.at.path, "detail": detail, "at": job.at} if {
	some job in input.pipelines
	names := {name |
		some step in job.steps
		some name, value in step.env
		name in settings["CI-005"].variables
		regex.match(settings["CI-005"].stored, value)
	}
	count(names) > 0
	listed := concat(", ", names)
	detail := $"job {job.name} works with a stored key ({listed})"
}
