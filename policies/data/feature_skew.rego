# METADATA
# title: Training/serving skew of sources
# description: >-
#   Two definitions of one feature view differ, so what the model is trained on is not what it is
#   served.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: FS-006
#   stages: [data]
#   severity: medium
#   applies_to: [features]
#   requires: [features]
#   fix: Define the feature view once and import it in training and serving.
#   settings:
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)(tests?|testing|testdata|fixtures|docs?)/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.4]
#     cwe: []
#     eu_ai_act: []
#     threats: [SE4, M.s4]
package mlpolicy.data.feature_skew

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": view.name, "detail": detail, "at": view.at} if {
	some view in _views
	some other in _views
	other.name == view.name
	other.at.path < view.at.path
	differs := _differences(view, other)
	count(differs) > 0
	listed := concat(", ", differs)
	detail := $"feature view {view.name} differs from the one in {other.at.path}: {listed}"
}

_views contains view if {
	some view in input.features
	not places.skipped(view.at.path, settings["FS-006"].skip_paths)
}

_differences(a, b) := {what |
	some what, pair in {
		"fields": [_set(a.fields), _set(b.fields)],
		"sources": [_set(a.sources), _set(b.sources)],
		"stream": [a.stream, b.stream],
	}
	pair[0] != pair[1]
}

_set(list) := {item | some item in list}
