# METADATA
# title: Training and serving share an identity
# description: >-
#   Whoever takes over an inference service that runs as the identity of the training job can change
#   what is trained next, and the other way round. Each needs an identity of its own.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/250.html
#   - ref: https://cwe.mitre.org/data/definitions/653.html
# custom:
#   id: DEP-004
#   stages: [deployment]
#   severity: critical
#   applies_to: [identities]
#   requires: [identities, workloads]
#   fix: Give training and serving an identity each, with the grants that each needs.
#   settings:
#     training:
#       type: set
#       default: [training]
#       doc: roles of workloads that train
#     serving:
#       type: set
#       default: [serving]
#       doc: roles of workloads that serve
#     ignore:
#       type: string
#       default: '(^|/)default$'
#       doc: identities that everything gets and that say nothing
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0012, AML.T0018]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: [CWE-250, CWE-653]
#     eu_ai_act: []
#     threats: [C6, Q6, K6]
package mlpolicy.deployment.shared_identity

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": identity.id, "detail": detail, "at": identity.at} if {
	some identity in input.identities
	not regex.match(settings["DEP-004"].ignore, identity.id)
	trains := _users(identity, settings["DEP-004"].training)
	serves := _users(identity, settings["DEP-004"].serving)
	count(trains) > 0
	count(serves) > 0
	training := concat(", ", trains)
	serving := concat(", ", serves)
	detail := $"{identity.id} runs training ({training}) and serving ({serving})"
}

_users(identity, roles) := {usage.workload |
	some usage in identity.used_by
	usage.role in roles
	not places.skipped(usage.at.path, settings["DEP-004"].skip_paths)
}
