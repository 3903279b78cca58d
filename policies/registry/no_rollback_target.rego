# METADATA
# title: Rollback target missing or unverifiable
# description: >-
#   When a model turns out to be poisoned the only quick answer is the version before. It must
#   exist, be attested, and not come from the same poison.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0076
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: REG-011
#   stages: [registry]
#   severity: high
#   applies_to: [registry]
#   requires: [registry, attestations, provenance]
#   fix: >-
#     Keep the previous version with its digest, and attest it.
#   settings:
#     promoted_stages:
#       type: set
#       default: [Production, Approved, production, approved]
#       doc: stages of a registry that mean promotion
#     promoted_aliases:
#       type: set
#       default: [production, prod, champion]
#       doc: aliases of a version that mean promotion
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0076]
#     nist_ai_rmf: [MANAGE 2.4, GOVERN 6.2]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [R.a2, CT6, PR4]
package mlpolicy.registry.no_rollback_target

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": subject, "detail": detail, "at": entry.at} if {
	evidence.given
	some entry in input.registry
	_promoted(entry)
	count(_targets(entry)) == 0
	subject := $"{entry.name} {entry.version}"
	detail := "no other version has a digest that a verified statement names and nobody revoked"
}

_promoted(entry) if entry.stage in settings["REG-011"].promoted_stages

_promoted(entry) if {
	some alias in entry.aliases
	alias in settings["REG-011"].promoted_aliases
}

_targets(entry) := {other.version |
	some other in input.registry
	other.name == entry.name
	other.version != entry.version
	digest := trim_prefix(other.digest, "sha256:")
	digest in _attested
	not digest in _revoked
}

_attested contains digest if {
	some s in evidence.verified
	some digest in s.digests
}

_revoked contains trim_prefix(r.digest, "sha256:") if some r in input.config.revoked

_revoked contains trim_prefix(step, "sha256:") if {
	some r in input.provenance.revoked
	some step in r.path
}
