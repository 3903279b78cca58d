# METADATA
# title: Data is not what its card or manifest declares
# description: >-
#   A digest, a size or a number of rows that differs from what the card, the manifest or the
#   pointer says means that other data lies there than was described and reviewed.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0059
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/354.html
# custom:
#   id: DATA-027
#   stages: [data]
#   severity: critical
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Find out which of the two is right before anything is trained on it.
#   settings:
#       fields:
#         type: set
#         default: [sha256, md5, size_bytes, rows]
#         doc: what is compared
#       guessed:
#         type: set
#         default: [rows]
#         doc: what a card may count in another way
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM03:2025, LLM04:2025]
#     atlas: [AML.T0020, AML.T0059]
#     nist_ai_rmf: [MAP 4.1, MEASURE 2.7]
#     cwe: [CWE-345, CWE-354]
#     eu_ai_act: [Article 10]
#     threats: [D.a3, PR2]
package mlpolicy.data.declared_otherwise

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {
	"subject": d.path,
	"digest": d.sha256,
	"detail": detail,
	"at": d.at,
	"key": x.field,
	"certainty": certainty,
} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-027"].skip_paths)
	some x in d.declared
	x.agrees == "no"
	x.field in settings["DATA-027"].fields
	certainty := _certainty(x.field)
	detail := $"{x.at.path} declares {x.field} {x.declared}, found {x.found}"
}

# Which rows a card counts, of which split and with or without a header, is a guess.
_certainty(field) := "likely" if field in settings["DATA-027"].guessed

_certainty(field) := "certain" if not field in settings["DATA-027"].guessed
