# METADATA
# title: Dataset card incomplete
# description: >-
#   A dataset whose card gives no licence, source or version cannot be traced, renewed or
#   withdrawn.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: DATA-009
#   stages: [data]
#   severity: medium
#   applies_to: [cards]
#   requires: [cards]
#   fix: Complete the dataset card.
#   settings:
#     parts:
#       type: set
#       default: [license, source, collection, version]
#       doc: parts that a dataset card must have
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.002]
#     nist_ai_rmf: [MAP 4.1, MEASURE 2.8]
#     cwe: []
#     eu_ai_act: [Article 10, Article 11]
#     threats: [D.a1, D.a3]
package mlpolicy.data.incomplete_dataset_card

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": card.at.path, "detail": detail, "at": card.at} if {
	some card in input.cards
	card.kind == "dataset"
	not places.skipped(card.at.path, settings["DATA-009"].skip_paths)
	missing := [part |
		some part in settings["DATA-009"].parts
		not card.has[part]
	]
	count(missing) > 0
	listed := concat(", ", missing)
	detail := $"the dataset card does not give: {listed}"
}
