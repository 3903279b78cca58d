# METADATA
# title: Data repeats its rows
# description: >-
#   Rows that occur many times are learned by heart and are the easiest way to give few texts
#   much weight.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-026
#   stages: [data]
#   severity: low
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Remove exact and near duplicates before training, and say so in the pipeline.
#   settings:
#       max_share:
#         type: number
#         default: 0.2
#         doc: share of the rows that may repeat another, exactly or nearly
#       min_rows:
#         type: number
#         default: 100
#         doc: rows from which the share says something
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.1]
#     cwe: []
#     eu_ai_act: [Article 10]
#     threats: [D.a2]
package mlpolicy.data.undeduplicated_data

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-026"].skip_paths)
	d.rows >= settings["DATA-026"].min_rows
	repeated := d.duplicates + d.near_duplicates
	repeated > d.rows * settings["DATA-026"].max_share
	detail := $"{repeated} of {d.rows} rows repeat another"
}
