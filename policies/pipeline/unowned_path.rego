# METADATA
# title: ML-critical paths without CODEOWNERS
# description: >-
#   Code that cleans data, trains, registers, deploys or judges models decides what a model does. A
#   path without an owner can be changed with the approval of anybody.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: CI-011
#   stages: [pipeline]
#   severity: medium
#   applies_to: [documents]
#   requires: [documents]
#   reads_raw: true
#   fix: >-
#     Name an owner in CODEOWNERS for each path that handles data, training, registry, deployment
#     or policies.
#   settings:
#     areas:
#       type: set
#       default: [data, training, registry, deployment, policy]
#       doc: areas whose paths need an owner
#     min_files:
#       type: number
#       default: 1
#       doc: files of an area from which one without an owner counts
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0012]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [D.a2, T.a2, SE3, AC2]
package mlpolicy.pipeline.unowned_path

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": area, "detail": detail, "at": {"path": entry.paths[0]}, "key": area} if {
	some document in input.documents
	document.kind == "ownership"
	some area, entry in document.content.areas
	area in settings["CI-011"].areas
	total := entry.owned + entry.unowned
	total >= settings["CI-011"].min_files
	detail := $"{entry.unowned} of {total} files of {area} have no code owner, {entry.paths[0]} first"
}
