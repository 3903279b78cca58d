# METADATA
# title: Training/serving skew of sources
# description: >-
#   Two definitions of one feature view differ, so what the model is trained on is not what it is
#   served. Views of two feature repositories, or of two examples in one folder of examples, have
#   nothing to do with each other.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: FS-006
#   stages: [data]
#   severity: medium
#   applies_to: [features]
#   requires: [features, stores]
#   fix: Define the feature view once and import it in training and serving.
#   settings:
#     collections:
#       type: string
#       default: '^(?:.*/)?(?:examples?|demos?|samples?|tutorials?|workshops?|templates?|notebooks?)/[^/]+/'
#       doc: a folder that stands beside others which have nothing to do with it
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
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
	not _apart(view, other)
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

_apart(a, b) if {
	some root in _roots(a)
	some other in _roots(b)
	root != other
}

_apart(a, b) if {
	count(_projects(a)) > 0
	count(_projects(b)) > 0
	count(_projects(a) & _projects(b)) == 0
}

_roots(view) := {root | some root in regex.find_n(settings["FS-006"].collections, view.at.path, 1)}

# The feature repository of a view: the nearest folder above it with a feature_store.yaml.
_projects(view) := {store.name |
	some store in _stores_above(view)
	count(places.folder(store.at.path)) == max({count(places.folder(s.at.path)) |
		some s in _stores_above(view)
	})
}

_stores_above(view) := {store |
	some store in input.stores
	store.kind == "feature_store"
	places.within(view.at.path, places.folder(store.at.path))
}
