# METADATA
# title: Credential in feature_store.yaml
# description: feature_store.yaml is in version control, and so is the password in it.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/798.html
# custom:
#   id: FS-002
#   stages: [data]
#   severity: high
#   applies_to: [stores]
#   requires: [stores, documents]
#   fix: Change the password and read it from the environment (${VARIABLE} in feature_store.yaml).
#   settings:
#     keys:
#       type: string
#       default: '(?i)(password|passwd|secret|token|api_?key|private_key)'
#       doc: names of keys that hold a credential
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0055]
#     nist_ai_rmf: []
#     cwe: [CWE-798]
#     eu_ai_act: []
#     threats: [SE4, E.a4]
package mlpolicy.data.feature_store_credential

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": document.path, "detail": detail, "at": at} if {
	some document in input.documents
	document.kind == "feast"
	not places.skipped(document.path, settings["FS-002"].skip_paths)
	walk(document.content, [steps, "[literal]"])
	key := steps[count(steps) - 1]
	_credential(document.path, steps[0], key)
	pointer := concat("", [$"/{step}" | some step in steps])
	at := {"path": document.path, "pointer": pointer}
	detail := $"{key} is written into the file"
}

_credential(_, _, key) if regex.match(settings["FS-002"].keys, key)

# A connection string counts when it holds a user or a password.
_credential(path, section, "connection_string") if {
	some store in input.stores
	store.kind == "feature_backend"
	store.purpose == section
	store.at.path == path
	store.auth == "yes"
}
