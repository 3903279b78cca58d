# METADATA
# title: Stage trusts the previous stage
# description: >-
#   A stage that takes the word of the stage before it passes on whatever that one was made to say.
#   Each stage looks at the bytes it consumes, and believes a decision only when its signature
#   holds.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: X-001
#   stages: [registry, deployment]
#   severity: critical
#   applies_to: [prior, signatures, attestations]
#   requires: [signatures, attestations, prior, weights]
#   fix: >-
#     Give the gate the signature, or the signed statement of the stage before, together with the
#     key that may have signed it.
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010]
#     nist_ai_rmf: [MEASURE 2.7, MANAGE 3.1]
#     cwe: [CWE-345]
#     eu_ai_act: [Article 15]
#     threats: [PR2, DF4]
package mlpolicy.chain.untrusted_previous_stage

import future.keywords.not

import data.mlpolicy.lib.evidence

# Without any statement nothing is known of the stages before, and this is unknown.
deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}} if {
	input.config.mode == "gate"
	evidence.given
	count(_verified) == 0
	count(_unreadable) == 0
	detail := "nothing that was verified here speaks for the bytes that are used"
}

deny contains {"subject": decision.digest, "detail": detail, "at": decision.at, "key": decision.stage} if {
	some decision in input.prior
	not decision.verified == "yes"
	detail := $"the {decision.decision} of stage {decision.stage} was not verified here"
}

deny contains {"subject": decision.digest, "detail": detail, "at": decision.at, "key": decision.stage} if {
	some decision in input.prior
	decision.verified == "yes"
	decision.decision != "allow"
	detail := $"stage {decision.stage} did not let it pass ({decision.decision})"
}

# What cannot be read might have spoken for the bytes: the problems of its family tell.
_unreadable contains entry.at.path if {
	some entry in array.concat(input.signatures, input.attestations)
	entry.state == "unreadable"
}

_verified contains "signature" if {
	some signature in input.signatures
	signature.state == "valid"
}

_verified contains "statement" if {
	some statement in input.attestations
	statement.state == "verified"
	some digest in statement.digests
	digest in _bytes
}

_bytes := {digest | some digest in input.subject.digests} | {file.sha256 | some file in input.weights}
