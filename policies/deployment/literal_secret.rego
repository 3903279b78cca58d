# METADATA
# title: Literal secret in deployment env
# description: >-
#   A secret that is written into a manifest is readable for everybody who may read the manifest,
#   its history and the API server. Training jobs are TRAIN-021.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/798.html
#   - ref: https://cwe.mitre.org/data/definitions/526.html
# custom:
#   id: DEP-011
#   stages: [deployment]
#   severity: critical
#   applies_to: [workloads, secrets]
#   requires: [workloads, secrets]
#   fix: Revoke the secret and reference a Secret (secretKeyRef) or an external secret store.
#   settings:
#     contexts:
#       type: set
#       default: [environment, infrastructure]
#       doc: contexts of a secret that belong to deployments
#     not_roles:
#       type: set
#       default: [training]
#       doc: roles of workloads that another control judges
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0055]
#     nist_ai_rmf: []
#     cwe: [CWE-798, CWE-526]
#     eu_ai_act: []
#     threats: [P.a2]
package mlpolicy.deployment.literal_secret

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.scope
import data.mlpolicy.settings

deny contains {
	"subject": workload.name,
	"detail": detail,
	"at": variable.at,
	"key": variable.name,
	"certainty": scope.certainty,
} if {
	some workload in input.workloads
	not workload.role in settings["DEP-011"].not_roles
	some variable in workload.env
	_literal(variable)
	not places.skipped(variable.at.path, settings["DEP-011"].skip_paths)
	detail := $"{workload.name} gets {variable.name} as a literal"
}

deny contains {"subject": secret.at.path, "detail": detail, "at": secret.at} if {
	some secret in input.secrets
	secret.context in settings["DEP-011"].contexts
	not places.line(secret.at) in _stated
	not places.skipped(secret.at.path, settings["DEP-011"].skip_paths)
	where := _where[secret.context]
	detail := $"a credential ({secret.rule}) is written into {where}"
}

_where[context] := "infrastructure code" if {
	some context in settings["DEP-011"].contexts
	context == "infrastructure"
}

_where[context] := $"an {context}" if {
	some context in settings["DEP-011"].contexts
	context != "infrastructure"
}

_literal(variable) if {
	variable.secret
	variable.source == "literal"
}

_stated contains places.line(variable.at) if {
	some workload in input.workloads
	some variable in workload.env
	_literal(variable)
}
