# METADATA
# title: Expression injection
# description: >-
#   An expression that an outsider writes (a title, a branch name, a comment) is pasted into the
#   script before the shell reads it, so the outsider writes the script.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0050
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/94.html
#   - ref: https://securitylab.github.com/resources/github-actions-untrusted-input/
# custom:
#   id: CI-003
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: Put the expression into env and use the shell variable in quotes.
#   settings:
#     allowed:
#       type: set
#       default: []
#       doc: expressions that are known to be harmless here
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0050]
#     nist_ai_rmf: []
#     cwe: [CWE-94]
#     eu_ai_act: []
#     threats: [SE3]
package mlpolicy.pipeline.expression_injection

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": step.at, "key": expression} if {
	some job in input.pipelines
	some step in job.steps
	some expression in step.untrusted
	not expression in settings["CI-003"].allowed
	detail := $"job {job.name} pastes {expression} into a script"
}
