# METADATA
# title: Registry write access too broad
# description: Whoever can write to the registry decides what is deployed next.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://atlas.mitre.org/techniques/AML.T0058
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
#   - ref: https://cwe.mitre.org/data/definitions/732.html
# custom:
#   id: REG-014
#   stages: [registry]
#   severity: high
#   applies_to: [stores, identities]
#   requires: [stores, identities]
#   fix: Let one pipeline identity push, name it, and give everybody else read access.
#   settings:
#     everybody:
#       type: set
#       default: ["*", allUsers, allAuthenticatedUsers, AllUsers, AuthenticatedUsers]
#       doc: how platforms write everybody
#     writes:
#       type: string
#       default: '(?i)^(ecr:(\*|Put\*?|PutImage|BatchDelete.*|InitiateLayerUpload)|sagemaker:(\*|Create\*|Update\*|(Create|Update|Delete)ModelPackage.*)|(roles/)?artifactregistry\.(admin|writer|repoAdmin)|(roles/)?aiplatform\.admin|AcrPush)$'
#       doc: actions that write to a registry
#     roles:
#       type: set
#       default: [serving, training, notebook, monitoring]
#       doc: roles of workloads that should not write to every registry
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0012, AML.T0058]
#     nist_ai_rmf: []
#     cwe: [CWE-284, CWE-732]
#     eu_ai_act: []
#     threats: [R.s2, Q1]
package mlpolicy.registry.broad_registry_access

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.name, "detail": detail, "at": store.at, "key": writer} if {
	some store in input.stores
	_is_registry(store)
	some writer in store.writers
	writer in settings["REG-014"].everybody
	not places.skipped(store.at.path, settings["REG-014"].skip_paths)
	detail := $"registry {store.name} takes uploads from {writer}"
}

deny contains {"subject": identity.id, "detail": detail, "at": grant.at, "key": action} if {
	some identity in input.identities
	uses := {usage.role | some usage in identity.used_by; usage.role in settings["REG-014"].roles}
	count(uses) > 0
	some grant in identity.grants
	grant.effect == "allow"
	"*" in grant.resources
	some action in grant.actions
	regex.match(settings["REG-014"].writes, action)
	roles := concat(" and ", uses)
	detail := $"{identity.id}, used for {roles}, may do {action} on every registry"
}

_is_registry(store) if store.kind == "image_registry"

_is_registry(store) if store.purpose == "registry"
