# METADATA
# title: Training data store publicly readable or writable
# description: Everybody can read, or worse write, the store that training reads from.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0036
#   - ref: https://atlas.mitre.org/techniques/AML.T0035
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: DATA-016
#   stages: [data]
#   severity: high
#   applies_to: [stores]
#   requires: [stores]
#   fix: Remove the public grant and block public access to the store.
#   settings:
#     kinds:
#       type: set
#       default: [bucket, database, dvc_remote, feature_store]
#       doc: kinds of store that hold data
#     purposes:
#       type: set
#       default: [data]
#       doc: purposes of stores that are judged
#     everybody:
#       type: set
#       default: ["*", allUsers, allAuthenticatedUsers, AllUsers, AuthenticatedUsers, public]
#       doc: how platforms write everybody
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0036, AML.T0035]
#     nist_ai_rmf: []
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [D.a1, AC3]
package mlpolicy.data.public_data_store

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in input.stores
	store.kind in settings["DATA-016"].kinds
	store.purpose in settings["DATA-016"].purposes
	ways := _ways(store)
	count(ways) > 0
	not places.skipped(store.at.path, settings["DATA-016"].skip_paths)
	listed := concat(", ", ways)
	detail := $"{store.kind} {store.name} with training data {listed}"
}

_ways(store) := {"is public" | store.public == "yes"} | {way |
	some way, names in {"is readable by everybody": store.readers, "is writable by everybody": store.writers}
	some name in names
	name in settings["DATA-016"].everybody
}
