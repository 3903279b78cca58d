# METADATA
# title: Canary or A/B arm not approved
# description: >-
#   A canary is production for those who get it. A model that takes a share of the traffic needs the
#   approval that the other share has.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://atlas.mitre.org/techniques/AML.T0042
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: DEP-020
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads, registry]
#   fix: Approve the digest of the canary in the registry before it gets traffic.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that are judged
#     states:
#       type: set
#       default: [Approved, approved, Production, Staging]
#       doc: states and stages of a registry that mean approved for traffic
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018, AML.T0042]
#     nist_ai_rmf: [MANAGE 1.1]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [P.a3, P.s3]
package mlpolicy.deployment.unapproved_canary

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": model.uri, "detail": detail, "at": model.at, "key": model.uri} if {
	some workload in input.workloads
	workload.role in settings["DEP-020"].roles
	some model in workload.models
	model.traffic_percent > 0
	model.traffic_percent < 100
	not _approved(model)
	not places.skipped(model.at.path, settings["DEP-020"].skip_paths)
	share := $"{model.traffic_percent} % of the traffic"
	detail := $"{workload.name} sends {share} to {model.uri}, which no approval names"
}

_approved(model) if {
	some version in _released
	version.digest != ""
	version.digest == model.digest
}

_approved(model) if {
	some version in _released
	version.source != ""
	version.source == model.uri
}

_released contains version if {
	some version in input.registry
	some state in [version.state, version.stage]
	state in settings["DEP-020"].states
}

_released contains version if {
	some version in input.registry
	count(version.approvals) > 0
}
