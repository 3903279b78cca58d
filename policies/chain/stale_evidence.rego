# METADATA
# title: Evidence stale
# description: >-
#   A scan of last year knows nothing of the attacks since, and a statement without a time may
#   be of any year.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: X-004
#   stages: [registry, deployment]
#   severity: medium
#   applies_to: [attestations]
#   requires: [attestations]
#   fix: >-
#     Produce the statement again for the present bytes.
#   settings:
#     max_age_days:
#       type: number
#       default: 365
#       doc: age from which a statement is stale where its trust block says nothing
#     timeless:
#       type: set
#       default: ['https://model_signing/signature/v1.0']
#       doc: predicate types that carry no time and need none
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 1.2]
#     cwe: []
#     eu_ai_act: []
#     threats: [PR2, M.a1]
package mlpolicy.chain.stale_evidence

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": s.subject, "detail": detail, "at": s.at} if {
	some s in evidence.verified
	days := evidence.days(s)
	days > _limit(s)
	detail := $"{s.predicate_type} of {s.time} is {floor(days)} days old, the limit is {_limit(s)}"
}

deny contains {"subject": s.subject, "detail": detail, "at": s.at} if {
	some s in evidence.verified
	s.time == ""
	count(_limits(s)) > 0
	not s.predicate_type in settings["X-004"].timeless
	detail := $"{s.predicate_type} has no time, and its trust block limits its age"
}

_limit(s) := min(_limits(s)) if count(_limits(s)) > 0

_limit(s) := settings["X-004"].max_age_days if count(_limits(s)) == 0

_limits(s) := {days |
	some block in input.config.trust
	block.stage == s.stage
	block.max_age != ""
	days := time.parse_duration_ns(block.max_age) / (((24 * 3600) * 1000) * 1000000)
}
