# METADATA
# title: Signer identity not allowed
# description: >-
#   A signature by somebody proves that somebody signed. What counts is that the signer is the
#   one who may sign this model.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0074
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/347.html
# custom:
#   id: REG-002
#   stages: [registry, deployment]
#   severity: critical
#   applies_to: [signatures]
#   requires: [signatures]
#   fix: >-
#     Let the allowed identity sign the model, or allow this one in a trust block and in the
#     signers of this control.
#   settings:
#     signers:
#       type: map
#       default: {}
#       doc: pattern of the name of a model (* for any characters) to the identities that may sign it; empty means that the trust blocks decide
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0074]
#     nist_ai_rmf: []
#     cwe: [CWE-347, CWE-345]
#     eu_ai_act: []
#     threats: [R.s3, R.s2]
package mlpolicy.registry.signer_not_allowed

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": signature.subject, "detail": detail, "at": signature.at} if {
	some signature in input.signatures
	signature.state == "valid"
	allowed := _signers(signature.subject)
	count(settings["REG-002"].signers) > 0
	not signature.identity in allowed
	detail := $"signed by {signature.identity}, allowed are {concat(", ", sort(allowed))}"
}

# The identity of an invalid signature is told by the verification, with the one expected.
deny contains {"subject": signature.subject, "detail": signature.reason, "at": signature.at} if {
	some signature in input.signatures
	signature.code == "wrong_signer"
}

_signers(name) := {identity |
	some pattern, identities in settings["REG-002"].signers
	glob.match(pattern, [], name)
	some identity in identities
}
