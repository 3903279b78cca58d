# METADATA
# title: Action not pinned to 40-hex
# description: >-
#   A tag or a branch of an action is whatever its owner, or whoever took the account, pushed
#   last; it runs with the token and the secrets of the job.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
#   - ref: https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions
# custom:
#   id: CI-001
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: >-
#     Write uses with the full 40-character commit and the version in a comment, and let a bot
#     update it.
#   settings:
#     trusted_owners:
#       type: set
#       default: []
#       doc: owners whose actions may be used by tag
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001]
#     nist_ai_rmf: []
#     cwe: [CWE-829]
#     eu_ai_act: []
#     threats: [SE3, P.s1]
package mlpolicy.pipeline.unpinned_action

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": step.uses, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	job.platform == "github"
	some step in job.steps
	contains(step.uses, "/")
	not regex.match(`^(\.{1,2}/|docker://)`, step.uses)
	not step.ref_kind in {"commit", "unresolved"}
	parts := split(step.uses, "/")
	not parts[0] in settings["CI-001"].trusted_owners
	detail := $"{step.uses}@{step.ref} can be changed by its owner after review"
}
