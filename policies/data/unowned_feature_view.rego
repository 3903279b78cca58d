# METADATA
# title: Feature view without owner, TTL or lineage
# description: >-
#   A feature view without an owner, a time to live or a source is one that nobody renews or
#   withdraws.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: FS-008
#   stages: [data]
#   severity: low
#   applies_to: [features]
#   requires: [features]
#   fix: Give the feature view owner, ttl and source.
#   settings:
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [SE4, PR3]
package mlpolicy.data.unowned_feature_view

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": view.name, "detail": detail, "at": view.at} if {
	some view in input.features
	missing := {"owner" | view.owner == ""} | _more(view)
	count(missing) > 0
	not places.skipped(view.at.path, settings["FS-008"].skip_paths)
	listed := concat(", ", missing)
	detail := $"feature view {view.name} lacks: {listed}"
}

_more(view) := {"ttl" | view.ttl == ""} | {"source" | count(view.sources) == 0}
