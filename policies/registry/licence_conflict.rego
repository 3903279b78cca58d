# METADATA
# title: Licence conflict between base, data and derived
# description: >-
#   A model under a licence that allows more than the licence of what it was made from promises
#   rights that nobody has.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: REG-018
#   stages: [registry]
#   severity: medium
#   applies_to: [components]
#   requires: [components]
#   fix: Give the model a licence that its base and its data allow, or use other ones.
#   settings:
#     permissive:
#       type: set
#       default:
#         - apache-2.0
#         - mit
#         - bsd-2-clause
#         - bsd-3-clause
#         - isc
#         - unlicense
#         - cc0-1.0
#         - cc-by-4.0
#         - cc-by-3.0
#         - 'openrail++'
#       doc: licences that allow nearly everything
#     restrictive:
#       type: string
#       default: '(?i)(^|-)nc(-|$)|^(a?gpl|lgpl)-|^cc-by(-nc)?-sa|non-?commercial|^llama[0-9.]*|^gemma|research-only|^qwen-research|^deepfloyd|^other-nc'
#       doc: what a licence that forbids something looks like
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003]
#     nist_ai_rmf: [MAP 4.1, GOVERN 6.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [R.a4]
package mlpolicy.registry.licence_conflict

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": made.name, "detail": detail, "at": made.at} if {
	some made in input.components
	made.kind in {"model", "adapter", "dataset"}
	some granted in made.licenses
	lower(granted) in settings["REG-018"].permissive
	some ref in array.concat(made.derived_from, made.datasets)
	source := _by_ref[ref]
	some bound in source.licenses
	regex.match(settings["REG-018"].restrictive, bound)
	detail := $"{made.name} is under {granted}, {source.kind} {source.name} it was made from under {bound}"
}

_by_ref := {component.ref: component |
	some component in input.components
	component.kind in {"model", "adapter", "dataset"}
}
