# METADATA
# title: Exception unbounded
# description: >-
#   An exception without an owner, a reason, an end and the bytes it is for becomes the rule,
#   and holds for whatever is put under the same name.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0107
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: X-005
#   stages: [pipeline]
#   severity: high
#   applies_to: [waivers]
#   requires: [files, weights]
#   fix: >-
#     Give the waiver an owner, a reason, an expiry date and the digests it is for.
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0107]
#     nist_ai_rmf: [GOVERN 1.4, MANAGE 1.3]
#     cwe: []
#     eu_ai_act: []
#     threats: [CT7, AC2]
package mlpolicy.chain.unbounded_exception

import future.keywords.not

deny contains {"subject": waiver.name, "detail": detail, "at": waiver.at, "key": part} if {
	some waiver in input.waivers
	some part in ["owner", "reason", "expires"]
	waiver[part] == ""
	detail := $"the waiver has no {part}"
}

deny contains {"subject": waiver.name, "detail": detail, "at": waiver.at, "key": subject} if {
	some waiver in input.waivers
	count(waiver.digests) == 0
	some subject in waiver.subjects
	subject in _hashed
	detail := $"the waiver does not say for which bytes of {subject} it is"
}

_hashed contains file.path if {
	some file in input.files
	file.sha256 != ""
}

_hashed contains file.path if {
	some file in input.weights
	file.sha256 != ""
}
