# METADATA
# title: Deployed digest differs from approved registry digest
# description: >-
#   What is deployed must be what the registry approved, byte for byte. A digest that no approval
#   names was never looked at, whatever its tag says.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: DEP-001
#   stages: [deployment]
#   severity: critical
#   applies_to: [workloads]
#   requires: [workloads, registry, prior]
#   fix: Deploy the digest that was approved, or have this one approved in the registry first.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that are judged
#     states:
#       type: set
#       default: [Approved, approved, Production]
#       doc: states and stages of a registry that mean approved
#     prior_stages:
#       type: set
#       default: [registry]
#       doc: stages whose earlier decision approves a digest
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023, ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018, AML.T0010.003]
#     nist_ai_rmf: [MEASURE 2.7, MANAGE 1.1]
#     cwe: [CWE-345]
#     eu_ai_act: [Article 15]
#     threats: [P.s1, Q7, K9, C1]
package mlpolicy.deployment.unapproved_digest

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": model.uri, "detail": detail, "at": model.at, "digest": model.digest} if {
	some workload in input.workloads
	workload.role in settings["DEP-001"].roles
	some model in workload.models
	model.digest != ""
	not _bare(model.digest) in _approved
	not places.skipped(model.at.path, settings["DEP-001"].skip_paths)
	detail := $"{workload.name} serves {model.digest}, which no approval names"
}

# sha256:… and the digest alone are the same.
_bare(digest) := trim_prefix(digest, "sha256:")

_approved contains _bare(version.digest) if {
	some version in input.registry
	version.digest != ""
	_released(version)
}

_approved contains _bare(approval.digest) if {
	some version in input.registry
	some approval in version.approvals
	approval.digest != ""
}

_approved contains _bare(decision.digest) if {
	some decision in input.prior
	decision.stage in settings["DEP-001"].prior_stages
	decision.decision == "allow"
	decision.verified == "yes"
}

_released(version) if version.state in settings["DEP-001"].states

_released(version) if version.stage in settings["DEP-001"].states
