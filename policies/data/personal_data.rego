# METADATA
# title: Data holds personal data beyond its limit
# description: >-
#   Card numbers, accounts and national ids have no place in data for training; addresses and
#   phone numbers may, up to a limit that somebody has set. Only counts leave the scanner.
# related_resources:
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://atlas.mitre.org/techniques/AML.T0057
#   - ref: https://cwe.mitre.org/data/definitions/359.html
# custom:
#   id: DATA-023
#   stages: [data]
#   severity: high
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Remove or replace the values, or state a limit with its reason.
#   settings:
#       never:
#         type: set
#         default: [card, iban, national_id]
#         doc: kinds of which none may be there
#       limited:
#         type: set
#         default: [email, phone, name]
#         doc: kinds of which some may be there
#       max_share:
#         type: number
#         default: 0.01
#         doc: values of limited kinds for each row
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML03:2023, ML04:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0057, AML.T0024.000]
#     nist_ai_rmf: [MEASURE 2.10]
#     cwe: [CWE-359]
#     eu_ai_act: [Article 10]
#     threats: [D.a4, CT5]
package mlpolicy.data.personal_data

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.rows
import data.mlpolicy.settings

deny contains {
	"subject": d.path,
	"digest": d.sha256,
	"detail": detail,
	"at": rows.first(d, {kind}),
	"key": kind,
} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-023"].skip_paths)
	some kind, n in d.pii
	_beyond(d, kind, n)
	shown := replace(kind, "_", " ")
	detail := $"{n} values of kind {shown} in {d.rows} rows"
}

_beyond(_, kind, n) if {
	kind in settings["DATA-023"].never
	n > 0
}

_beyond(d, kind, n) if {
	kind in settings["DATA-023"].limited
	n > d.rows * settings["DATA-023"].max_share
}
