# METADATA
# title: Model card incomplete
# description: >-
#   A card that does not say what the model was made from and what it is for leaves whoever
#   deploys it guessing.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: REG-009
#   stages: [registry]
#   severity: medium
#   applies_to: [cards]
#   requires: [cards]
#   fix: Complete the front matter and the sections of the model card.
#   settings:
#     parts:
#       type: set
#       default: [license, base_model, datasets, eval, intended_use]
#       doc: parts that a model card must have
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025, LLM09:2025]
#     atlas: [AML.T0010.003]
#     nist_ai_rmf: [MEASURE 2.9]
#     cwe: []
#     eu_ai_act: [Article 11]
#     threats: [R.a4]
package mlpolicy.registry.incomplete_model_card

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": card.at.path, "detail": detail, "at": card.at} if {
	some card in input.cards
	card.kind == "model"
	not places.skipped(card.at.path, settings["REG-009"].skip_paths)
	missing := [part |
		some part in settings["REG-009"].parts
		not card.has[part]
	]
	count(missing) > 0
	listed := concat(", ", missing)
	detail := $"the model card does not give: {listed}"
}
