# METADATA
# title: Registry local or mutable
# description: >-
#   The registry says what a feature means. In a local file, or in a bucket without versions,
#   anybody who can write it changes that for training and serving without a trace.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: FS-003
#   stages: [data]
#   severity: medium
#   applies_to: [stores]
#   requires: [stores]
#   fix: Keep the registry in a database or in a bucket with versioning.
#   settings:
#     local:
#       type: set
#       default: [local, ""]
#       doc: providers that serve one machine
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
#     nist_ai_rmf: []
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [SE4]
package mlpolicy.data.mutable_feature_registry

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.uri, "detail": detail, "at": store.at} if {
	some store in _shared
	not contains(store.uri, "://")
	regex.match(`\.(db|pb|json)$`, store.uri)
	detail := $"feature store {store.name} ({store.purpose}) keeps its registry in the local file {store.uri}"
}

deny contains {"subject": store.uri, "detail": detail, "at": store.at} if {
	some store in _shared
	some bucket in input.stores
	bucket.kind == "bucket"
	hosts.of(store.uri) == bucket.name
	bucket.versioning in {"no", "unstated"}
	detail := $"the registry of feature store {store.name} is in bucket {bucket.name}, which keeps no versions"
}

_shared contains store if {
	some store in input.stores
	store.kind == "feature_store"
	store.uri != ""
	not store.purpose in settings["FS-003"].local
	not places.skipped(store.at.path, settings["FS-003"].skip_paths)
}
