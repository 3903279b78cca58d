# METADATA
# title: Acceptance based only on popularity signals
# description: >-
#   Likes and downloads can be bought, and popular models have been replaced. They say nothing
#   about these bytes.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0111
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: REG-017
#   stages: [registry]
#   severity: medium
#   applies_to: [waivers]
#   requires: [components]
#   fix: >-
#     Give a reason that is about the bytes: who reviewed, scanned or signed them.
#   settings:
#     popular:
#       type: set
#       default:
#         - '(?i)\b(likes?|downloads?|stars?|followers)\b'
#         - '(?i)\b(popular|trending|well[- ]known|widely used|everybody uses|top[- ]rated)\b'
#       doc: regular expressions of reasons that are about popularity
#     proof:
#       type: set
#       default:
#         - '(?i)\b(signed|signature|attest|provenance|reviewed|scanned|audit|built by us)'
#       doc: regular expressions of reasons that are about evidence
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0111]
#     nist_ai_rmf: [GOVERN 6.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [R.s4]
package mlpolicy.registry.popularity_as_reason

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": waiver.name, "detail": detail, "at": waiver.at} if {
	some waiver in input.waivers
	count(evidence.matching({waiver.reason}, settings["REG-017"].popular)) > 0
	count(evidence.matching({waiver.reason}, settings["REG-017"].proof)) == 0
	detail := $"its reason is popularity: {waiver.reason}"
}
