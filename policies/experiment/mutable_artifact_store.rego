# METADATA
# title: Artifact store mutable or writable outside the pipeline
# description: >-
#   Whoever can overwrite an artifact after the run changes what is registered and deployed. A
#   bucket keeps what was there only when versioning is switched on.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://atlas.mitre.org/techniques/AML.T0058
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: EXP-007
#   stages: [experiment]
#   severity: high
#   applies_to: [stores]
#   requires: [stores]
#   fix: Switch on versioning (or object lock) and let only the pipeline write.
#   settings:
#     purposes:
#       type: set
#       default: [artifacts]
#       doc: purposes of stores that are judged
#     everybody:
#       type: set
#       default: ["*", allUsers, allAuthenticatedUsers, AllUsers, AuthenticatedUsers]
#       doc: how platforms write everybody
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0018, AML.T0058]
#     nist_ai_rmf: []
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [E.s1, E.a3]
package mlpolicy.experiment.mutable_artifact_store

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in input.stores
	store.kind == "bucket"
	store.purpose in settings["EXP-007"].purposes
	reasons := _reasons(store)
	count(reasons) > 0
	not places.skipped(store.at.path, settings["EXP-007"].skip_paths)
	listed := concat(", ", reasons)
	detail := $"artifact store {store.name} {listed}"
}

_reasons(store) := {"keeps no versions" |
	store.versioning in {"no", "unstated"}
	not store.lock == "yes"
} | {$"is writable by {writer}" |
	some writer in store.writers
	writer in settings["EXP-007"].everybody
}
