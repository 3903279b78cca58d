# METADATA
# title: Preprocess/dedup/filter code changed without owner review
# description: >-
#   Code that cleans, filters or deduplicates data decides what the model learns, so its owners
#   look at every change of it. The author cannot approve.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: DATA-007
#   stages: [data]
#   severity: high
#   applies_to: [change]
#   requires: [change, review]
#   fix: Ask an owner of the data code for an approval.
#   settings:
#     areas:
#       type: set
#       default: [data]
#       doc: areas of a change that are judged
#     kinds:
#       type: set
#       default: [code_changed, filter_weakened, threshold_relaxed]
#       doc: kinds of change that are judged
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: [CWE-284]
#     eu_ai_act: [Article 10]
#     threats: [D.a2, D.s3, AC2]
package mlpolicy.data.preprocessing_unreviewed

import future.keywords.not

import data.mlpolicy.lib.reviews
import data.mlpolicy.settings

deny contains {"subject": change.at.path, "detail": detail, "at": change.at} if {
	some change in reviews.without_owner
	change.area in settings["DATA-007"].areas
	change.kind in settings["DATA-007"].kinds
	detail := $"data code changed without the approval of {reviews.wanted(change)}"
}
