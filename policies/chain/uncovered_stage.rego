# METADATA
# title: Stage not covered by any policy
# description: >-
#   A stage that is named in the configuration and has no control, or for which nobody looks for
#   evidence, passes everything.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0107
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: X-012
#   stages: [pipeline]
#   severity: medium
#   applies_to: [files, components, references, pipelines]
#   requires: [files]
#   fix: Bind a policy to the stage, or take it out of the configuration.
#   settings:
#     off:
#       type: set
#       default: ['off']
#       doc: levels of stages that are not meant to decide
#     evidence:
#       type: map
#       default: {data: [references, datasets], experiment: [runs, stores, calls], training: [references, weights, packages], registry: [registry, weights, cards], deployment: [workloads, references], monitoring: [alerts], pipeline: [pipelines]}
#       doc: families of which at least one must be looked for, by stage
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0107]
#     nist_ai_rmf: [GOVERN 1.4]
#     cwe: []
#     eu_ai_act: []
#     threats: [SE1, SE5, SE2]
package mlpolicy.chain.uncovered_stage

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": stage.stage, "detail": detail, "at": {"path": ""}, "key": "controls"} if {
	some stage in _declared
	stage.controls == 0
	detail := $"no loaded policy decides stage {stage.stage}"
}

deny contains {"subject": stage.stage, "detail": detail, "at": {"path": ""}, "key": "evidence"} if {
	some stage in _declared
	stage.controls > 0
	families := settings["X-012"].evidence[stage.stage]
	looked := {family | some family in families; input.collected[family].looked}
	count(looked) == 0
	listed := concat(", ", families)
	detail := $"nobody looks for the evidence of stage {stage.stage} ({listed})"
}

_declared contains stage if {
	some stage in input.config.stages
	not stage.level in settings["X-012"].off
}
