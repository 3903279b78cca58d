# METADATA
# title: Promotion without approval
# description: >-
#   Promotion is the act by which a model reaches users. Without the record of a person who
#   approved this digest, whoever has write access promotes.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0058
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: REG-005
#   stages: [registry]
#   severity: critical
#   applies_to: [registry]
#   requires: [registry]
#   fix: >-
#     Record the approval of the digest with the version, by somebody who may approve.
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
#     atlas: [AML.T0058]
#     nist_ai_rmf: [GOVERN 2.1, MANAGE 1.1]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [R.s2, P.s3, C1, K1]
package mlpolicy.registry.promotion_without_approval

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": subject, "detail": detail, "at": entry.at, "certainty": certainty} if {
	some entry in input.registry
	subject := $"{entry.name} {entry.version}"
	some how in _promoted(entry)
	not _approved(entry)
	certainty := _certainty(entry)
	detail := $"is {how}, and nobody's approval is recorded for its digest"
}

# An approval of other bytes is one that does not count; where none is written down, somebody
# may have approved elsewhere.
_certainty(entry) := "certain" if count(entry.approvals) > 0

_certainty(entry) := "likely" if count(entry.approvals) == 0

_promoted(entry) := {how |
	some how in [entry.stage]
	how in settings["REG-005"].promoted_stages
} | {$"alias {alias}" |
	some alias in entry.aliases
	alias in settings["REG-005"].promoted_aliases
}

_approved(entry) if {
	some approval in entry.approvals
	approval.by != ""
	approval.digest == entry.digest
}

# A registry that keeps no digests cannot bind an approval to one.
_approved(entry) if {
	entry.digest == ""
	some approval in entry.approvals
	approval.by != ""
}
