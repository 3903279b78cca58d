# METADATA
# title: Chain of custody gap
# description: >-
#   Between the dataset and what is deployed each step must prove which bytes it took and which it
#   made. One step that nothing proves is where other bytes come in.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: X-003
#   stages: [registry, deployment]
#   severity: high
#   applies_to: [provenance]
#   requires: [provenance]
#   fix: >-
#     Attest the step: what it consumed and what it made, by digest, signed by who runs it.
#   settings:
#     codes:
#       type: set
#       default:
#         - no_statement
#         - undeclared_input
#         - unpinned_input
#         - conflict
#         - time_travel
#         - wrong_signer
#         - wrong_stage
#         - cycle
#         - too_many
#         - rollback
#         - other_bytes
#         - refused
#         - unreadable
#       doc: kinds of gap that break the chain
#     tolerated:
#       type: set
#       default: []
#       doc: digests whose origin is accepted without a statement
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: []
#     eu_ai_act: [Article 11, Article 12]
#     threats: [PR3]
package mlpolicy.chain.custody_gap

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": gap.digest, "detail": detail, "at": {"path": ""}, "key": gap.code} if {
	some gap in input.provenance.gaps
	gap.code in settings["X-003"].codes
	not gap.digest in settings["X-003"].tolerated
	kind := replace(gap.code, "_", " ")
	detail := $"{kind}: {gap.reason}"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}, "key": "no chain"} if {
	input.config.mode == "gate"
	input.collected.provenance.looked
	count(input.provenance.edges) == 0
	count(input.provenance.gaps) == 0
	detail := "nothing says what it was made from"
}
