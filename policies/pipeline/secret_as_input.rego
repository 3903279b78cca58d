# METADATA
# title: Secret taken as workflow input
# description: >-
#   What is typed into an input is written to the log of the run and to its page, where everybody
#   with read access finds it.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/532.html
# custom:
#   id: CI-017
#   stages: [pipeline]
#   severity: medium
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: Keep the value as a secret and pass it under secrets, not as an input.
#   settings:
#     names:
#       type: string
#       default: '(?i)(^|[_-])(token|secret|password|passwd|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)$'
#       doc: names of inputs that hold a secret
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0055]
#     nist_ai_rmf: []
#     cwe: [CWE-532]
#     eu_ai_act: []
#     threats: [E.a4, SE3]
package mlpolicy.pipeline.secret_as_input

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": {"path": job.at.path}, "key": name} if {
	some job in input.pipelines
	some name in job.inputs
	regex.match(settings["CI-017"].names, name)
	detail := $"input {name} takes a secret as plain text"
}
