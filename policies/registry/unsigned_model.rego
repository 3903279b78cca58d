# METADATA
# title: Unsigned model
# description: >-
#   Whoever can write to the store of models can replace one. A signature over every digest is
#   what tells the approved model from another.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0058
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/347.html
# custom:
#   id: REG-001
#   stages: [registry, deployment]
#   severity: critical
#   applies_to: [signatures, weights]
#   requires: [signatures]
#   fix: >-
#     Sign the model (mlpolicy sign) and give the signature with --signature.
#   maps:
#     owasp_ml: [ML06:2023, ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0058, AML.T0010.003]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-347]
#     eu_ai_act: [Article 15]
#     threats: [R.s3, R.a4, C1, Q1, Q7]
package mlpolicy.registry.unsigned_model

import future.keywords.not

deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}} if {
	input.collected.signatures.looked
	count(_valid) == 0
	count(input.signatures) == 0
	detail := "the model has no signature"
}

# One that cannot be read proves nothing in either direction: it is a problem of its family.
deny contains {"subject": input.subject.name, "detail": detail, "at": signature.at} if {
	count(_valid) == 0
	some signature in input.signatures
	signature.state != "unreadable"
	detail := $"its signature is {signature.state}: {signature.reason}"
}

_valid contains signature if {
	some signature in input.signatures
	signature.state == "valid"
}
