# METADATA
# title: Registry storage mutable
# description: >-
#   A registry whose tags or objects can be overwritten gives other bytes under an approved name.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: REG-015
#   stages: [registry]
#   severity: high
#   applies_to: [stores]
#   requires: [stores]
#   fix: Set image_tag_mutability to IMMUTABLE, or versioning and object lock on the bucket.
#   settings:
#     buckets:
#       type: set
#       default: [registry]
#       doc: purposes of buckets that are registries
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018]
#     nist_ai_rmf: []
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [R.a1, R.a2]
package mlpolicy.registry.mutable_registry_storage

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in input.stores
	detail := _mutable(store)
	not places.skipped(store.at.path, settings["REG-015"].skip_paths)
}

_mutable(store) := $"tags of {store.name} can be moved" if {
	store.kind == "image_registry"
	store.lock in {"no", "unstated"}
}

_mutable(store) := $"objects of {store.name} can be overwritten (no versioning, no object lock)" if {
	store.kind == "bucket"
	store.purpose in settings["REG-015"].buckets
	not store.versioning in {"yes", "unresolved"}
	not store.lock in {"yes", "unresolved"}
}
