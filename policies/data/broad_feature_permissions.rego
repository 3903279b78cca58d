# METADATA
# title: Feature store permissions too broad
# description: An identity that may do everything with every feature can poison what is served.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/269.html
# custom:
#   id: FS-005
#   stages: [data]
#   severity: high
#   applies_to: [calls, identities]
#   requires: [calls, identities]
#   fix: List the actions and the feature views that the identity needs.
#   settings:
#     callees:
#       type: set
#       default: [feast.Permission, feast.permissions.permission.Permission]
#       doc: calls that grant permissions
#     everything:
#       type: string
#       default: '\bALL(_ACTIONS)?\b'
#       doc: how code writes all actions
#     roles:
#       type: set
#       default: [feature_store]
#       doc: roles of workloads whose identities are judged
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0012]
#     nist_ai_rmf: []
#     cwe: [CWE-269]
#     eu_ai_act: []
#     threats: [SE4, C6]
package mlpolicy.data.broad_feature_permissions

import future.keywords.not

import data.mlpolicy.lib.grants
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in input.calls
	call.callee in settings["FS-005"].callees
	regex.match(settings["FS-005"].everything, call.args.actions)
	not places.skipped(call.at.path, settings["FS-005"].skip_paths)
	detail := $"{call.callee} grants {call.args.actions}"
}

deny contains {"subject": identity.id, "detail": detail, "at": grant.at} if {
	some identity in input.identities
	some usage in identity.used_by
	usage.role in settings["FS-005"].roles
	some grant in identity.grants
	grant.effect == "allow"
	some action in grant.actions
	grants.everything(action)
	"*" in grant.resources
	detail := $"{identity.id} of {usage.workload} may do {action} on every resource"
}
