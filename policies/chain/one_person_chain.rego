# METADATA
# title: One person controls several stages
# description: >-
#   Whoever controls the data, the training and the approval alone needs no accomplice: no later
#   stage sees what an earlier one hid.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: X-008
#   stages: [registry, deployment]
#   severity: high
#   applies_to: [attestations, registry]
#   requires: [attestations, registry]
#   fix: >-
#     Let another identity sign or approve one of these stages.
#   settings:
#     stages:
#       type: set
#       default: [data, training, registry]
#       doc: stages that one identity must not hold together
#     max_stages:
#       type: number
#       default: 1
#       doc: how many of them one identity may hold
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0012]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [AC2, C6, Q6]
package mlpolicy.chain.one_person_chain

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": person, "detail": detail, "at": {"path": ""}, "key": person} if {
	some person, stages in _holds
	count(stages) > settings["X-008"].max_stages
	detail := $"{person} speaks for {concat(", ", sort(stages))}"
}

_holds[person] contains s.stage if {
	some s in evidence.verified
	s.stage in settings["X-008"].stages
	person := lower(s.identity)
	person != ""
}

_holds[person] contains "registry" if {
	"registry" in settings["X-008"].stages
	some entry in input.registry
	some approval in entry.approvals
	person := lower(approval.by)
	person != ""
}
