# METADATA
# title: Feature store without auth
# description: >-
#   A feature server without authentication serves, and takes, features from anybody. The local
#   provider is for one machine and does not count.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0036
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: FS-001
#   stages: [data]
#   severity: high
#   applies_to: [stores]
#   requires: [stores]
#   fix: Set auth.type to oidc or kubernetes in feature_store.yaml.
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
#     atlas: [AML.T0036]
#     nist_ai_rmf: []
#     cwe: [CWE-306]
#     eu_ai_act: []
#     threats: [SE4]
package mlpolicy.data.feature_store_without_auth

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in input.stores
	store.kind == "feature_store"
	not store.purpose in settings["FS-001"].local
	store.auth in {"no", "unstated"}
	not places.skipped(store.at.path, settings["FS-001"].skip_paths)
	detail := $"feature store {store.name} (provider {store.purpose}) {_how[store.auth]}"
}

_how := {
	"no": "is told to ask for no authentication",
	"unstated": "does not say how it authenticates, which means no_auth",
}
