# METADATA
# title: Training identity over-privileged
# description: >-
#   A training job runs code from many hands. An identity that may do everything turns any of them
#   into the owner of the account.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/250.html
#   - ref: https://cwe.mitre.org/data/definitions/269.html
# custom:
#   id: TRAIN-016
#   stages: [training]
#   severity: high
#   applies_to: [identities]
#   requires: [identities]
#   fix: Grant the actions and the resources that the job needs; name the role that may be passed.
#   settings:
#     roles:
#       type: set
#       default: [training, pipeline, notebook]
#       doc: roles of workloads whose identities are judged
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0012, AML.T0055]
#     nist_ai_rmf: []
#     cwe: [CWE-250, CWE-269]
#     eu_ai_act: []
#     threats: [T.a1, C6, Q6, K6]
package mlpolicy.training.overprivileged_training

import future.keywords.not

import data.mlpolicy.lib.grants
import data.mlpolicy.settings

deny contains {"subject": identity.id, "detail": detail, "at": grant.at, "key": action} if {
	some identity in input.identities
	uses := {usage.workload | some usage in identity.used_by; usage.role in settings["TRAIN-016"].roles}
	count(uses) > 0
	some grant in identity.grants
	grant.effect == "allow"
	some action in grant.actions
	_too_much(action, grant.resources)
	workloads := concat(", ", uses)
	detail := $"{identity.id}, used by {workloads}, may do {action} on every resource"
}

_too_much(action, resources) if {
	grants.everything(action)
	_anywhere(resources)
}

_too_much(action, resources) if {
	grants.passes(action)
	_anywhere(resources)
}

_too_much(action, resources) if {
	regex.match(`^[a-z0-9-]+:\*$`, action)
	_anywhere(resources)
}

_anywhere(resources) if "*" in resources

_anywhere(resources) if count(resources) == 0
