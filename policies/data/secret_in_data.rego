# METADATA
# title: Data holds secrets
# description: >-
#   A model that is trained on keys and tokens repeats them to whoever asks, and the data itself
#   is read by many.
# related_resources:
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://atlas.mitre.org/techniques/AML.T0057
#   - ref: https://cwe.mitre.org/data/definitions/798.html
# custom:
#   id: DATA-022
#   stages: [data]
#   severity: critical
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Revoke the secrets, and remove the rows from the data and from its history.
#   settings:
#       max_count:
#         type: number
#         default: 0
#         doc: how many a file may hold
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML03:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0057]
#     nist_ai_rmf: [MEASURE 2.10]
#     cwe: [CWE-312, CWE-798]
#     eu_ai_act: [Article 10]
#     threats: [D.a4]
package mlpolicy.data.secret_in_data

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.rows
import data.mlpolicy.settings

# Rows of data quote keys that open nothing: what looks like one is likely.
deny contains {
	"subject": d.path,
	"digest": d.sha256,
	"detail": detail,
	"at": rows.first(d, {"secret"}),
	"certainty": "likely",
} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-022"].skip_paths)
	d.secrets > settings["DATA-022"].max_count
	detail := $"{d.secrets} values have the form of a key or token"
}
