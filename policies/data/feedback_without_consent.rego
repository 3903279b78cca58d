# METADATA
# title: Prompt history or feedback used for training without consent and screening
# description: >-
#   Prompts and feedback of users are personal, and whoever can send them can teach the model.
#   They need consent, and a screen before they are trained on.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
# custom:
#   id: DATA-017
#   stages: [data]
#   severity: high
#   applies_to: [datasets]
#   requires: [attestations, datasets]
#   fix: >-
#     Attest consent and screening for the digest of the feedback data, or leave it out of
#     training.
#   settings:
#     names:
#       type: set
#       default:
#         - '(?i)(^|[/_.-])(user[-_]?)?feedback'
#         - '(?i)prompt[-_]?(log|history)'
#         - '(?i)chat[-_]?(log|history)'
#         - '(?i)conversation[-_]?logs?'
#         - '(?i)thumbs[-_]?(up|down)'
#       doc: regular expressions of paths that hold prompts or feedback of users
#     consent:
#       type: set
#       default: ['(?i)consent']
#       doc: regular expressions of tests and properties that mean consent
#     screening:
#       type: set
#       default:
#         - '(?i)screen'
#         - '(?i)pii'
#         - '(?i)trigger'
#         - '(?i)poison'
#         - '(?i)moderation'
#       doc: regular expressions of those that mean a screen
#     skip_roles:
#       type: set
#       default: [eval]
#       doc: roles of datasets that are not trained on
#   maps:
#     owasp_ml: [ML02:2023, ML08:2023]
#     owasp_llm: [LLM02:2025, LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.10]
#     cwe: []
#     eu_ai_act: [Article 10]
#     threats: [CT5, D.a4, P.a4]
package mlpolicy.data.feedback_without_consent

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at} if {
	evidence.given
	some d in input.datasets
	not d.role in settings["DATA-017"].skip_roles
	count(evidence.matching({d.path}, settings["DATA-017"].names)) > 0
	some what in ["consent", "screening"]
	not _attested(d, what)
	detail := $"prompts or feedback of users, and no trusted statement about {what} for its bytes"
}

_attested(d, what) if {
	some s in evidence.verified
	some digest in s.digests
	digest == d.sha256
	count(evidence.matching(evidence.passed(s), settings["DATA-017"][what])) > 0
}
