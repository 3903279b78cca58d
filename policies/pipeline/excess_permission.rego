# METADATA
# title: Excess token permission
# description: >-
#   A workflow that does not say what its token may do gets whatever the repository allows, in
#   many repositories write access to everything.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/250.html
# custom:
#   id: CI-004
#   stages: [pipeline]
#   severity: medium
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: Set permissions to contents read on the workflow, and add what a job needs on that job.
#   settings:
#     outside:
#       type: set
#       default:
#         - pull_request_target
#         - issue_comment
#         - issues
#         - fork
#         - workflow_run
#         - discussion
#         - discussion_comment
#       doc: events that outsiders start
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0012]
#     nist_ai_rmf: []
#     cwe: [CWE-250]
#     eu_ai_act: []
#     threats: [SE3, C6]
package mlpolicy.pipeline.excess_permission

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": {"path": job.at.path}} if {
	some job in _github
	job.permissions_stated == "no"
	detail := $"workflow {_workflow(job)} does not say what its token may do"
}

deny contains {"subject": job.at.path, "detail": detail, "at": job.at} if {
	some job in _github
	job.permissions["*"] == "write"
	detail := $"job {job.name} may write everything (write-all)"
}

deny contains {"subject": job.at.path, "detail": detail, "at": job.at} if {
	some job in _github
	job.permissions["id-token"] == "write"
	outside := {trigger.event | some trigger in job.triggers; trigger.event in settings["CI-004"].outside}
	count(outside) > 0
	events := concat(", ", outside)
	detail := $"job {job.name} can get cloud tokens (id-token write) and is started by {events}"
}

_github contains job if {
	some job in input.pipelines
	job.platform == "github"
}

_workflow(job) := job.workflow if job.workflow != ""

_workflow(job) := job.at.path if job.workflow == ""
