# METADATA
# title: Test data stands in the training data
# description: >-
#   What a model has seen in training it does not have to solve in the test, so the measured
#   quality, and every gate that rests on it, is not that of the model.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-025
#   stages: [data]
#   severity: medium
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Take the rows of the test out of the training data and train again.
#   settings:
#       max_share:
#         type: number
#         default: 0.01
#         doc: share of the rows of a test that may stand in the training data
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.1, MEASURE 2.3]
#     cwe: []
#     eu_ai_act: [Article 10, Article 15]
#     threats: [D.a2]
package mlpolicy.data.contaminated_split

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at, "key": o.with} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-025"].skip_paths)
	some o in d.contamination
	o.share > settings["DATA-025"].max_share
	percent := round(o.share * 100)
	detail := $"{o.rows} rows of {o.with} ({percent} %) stand in it"
}
