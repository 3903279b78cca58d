# METADATA
# title: Data holds hidden characters
# description: >-
#   Characters without width, marks that turn the direction of text, tags, and letters of another
#   script inside a word are not seen by who reads the data, and are seen by the model.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/451.html
# custom:
#   id: DATA-021
#   stages: [data]
#   severity: high
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Remove the characters, and find out which rows they came with.
#   settings:
#       classes:
#         type: set
#         default: [zero_width, bidi, tag, variation, mixed_script]
#         doc: classes of characters that count
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
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM01:2025, LLM04:2025]
#     atlas: [AML.T0020, AML.T0043.004]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-451]
#     eu_ai_act: [Article 15]
#     threats: [D.s4]
package mlpolicy.data.hidden_text

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.rows
import data.mlpolicy.settings

deny contains {
	"subject": d.path,
	"digest": d.sha256,
	"detail": detail,
	"at": rows.first(d, {"hidden"}),
} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-021"].skip_paths)
	found := sum([n | some class, n in d.hidden; class in settings["DATA-021"].classes])
	found > settings["DATA-021"].max_count
	listed := concat(", ", [replace(class, "_", " ") |
		some class, n in d.hidden
		class in settings["DATA-021"].classes
		n > 0
	])
	detail := $"{found} hidden or confusable characters ({listed})"
}
