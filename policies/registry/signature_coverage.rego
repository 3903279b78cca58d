# METADATA
# title: Signature does not cover every file
# description: >-
#   A file beside the signed ones is loaded with the same trust. A signature that leaves files
#   out, or names files that are gone, does not speak for the model.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/354.html
# custom:
#   id: REG-003
#   stages: [registry, deployment]
#   severity: high
#   applies_to: [signatures]
#   requires: [signatures]
#   fix: >-
#     Sign the model again with every file in it, and remove what does not belong to it.
#   settings:
#     allowed:
#       type: set
#       default: ['(^|/)(README|LICENSE)(\.[a-z]+)?$']
#       doc: regular expressions of files that need no signature
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018]
#     nist_ai_rmf: []
#     cwe: [CWE-354]
#     eu_ai_act: []
#     threats: [R.s1, R.s3]
package mlpolicy.registry.signature_coverage

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": name, "detail": detail, "at": signature.at, "key": name} if {
	some signature in input.signatures
	some name in signature.unsigned
	not _allowed(name)
	detail := $"{signature.at.path} does not cover {name}"
}

deny contains {"subject": name, "detail": detail, "at": signature.at, "key": name} if {
	some signature in input.signatures
	some name in signature.missing
	detail := $"{signature.at.path} covers {name}, which is not there"
}

_allowed(name) if {
	some pattern in settings["REG-003"].allowed
	regex.match(pattern, name)
}
