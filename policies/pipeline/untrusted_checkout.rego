# METADATA
# title: pull_request_target or workflow_run builds untrusted code
# description: >-
#   pull_request_target and workflow_run have the secrets and the write token of the base
#   repository. Checking out what a stranger proposed there runs it with both. A workflow that
#   only starts on a label, or that asks for one, is not judged unless accept_label is off,
#   although the branch can move after labelling.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
#   - ref: https://cwe.mitre.org/data/definitions/94.html
#   - ref: https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/
# custom:
#   id: CI-002
#   stages: [pipeline]
#   severity: critical
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: >-
#     Build pull requests on pull_request without secrets; do the privileged part in a second
#     workflow on its results.
#   settings:
#     events:
#       type: set
#       default: [pull_request_target, workflow_run]
#       doc: events with the secrets of the base
#     head:
#       type: string
#       default: 'github\.event\.pull_request\.(head|merge_commit_sha)|github\.head_ref|github\.event\.workflow_run\.(head_|pull_requests)|refs/pull/|github\.event\.number'
#       doc: what names the head of a pull request
#     fetches:
#       type: string
#       default: 'gh\s+pr\s+checkout|git\s+(fetch|pull|checkout)[^\n]*(refs/pull/|pull/[^\n]*/(head|merge))'
#       doc: what a shell line that fetches the head looks like
#     accept_label:
#       type: boolean
#       default: true
#       doc: a label that a maintainer sets counts as review
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001]
#     nist_ai_rmf: []
#     cwe: [CWE-829, CWE-94]
#     eu_ai_act: []
#     threats: [SE3, P.s1, AC1]
package mlpolicy.pipeline.untrusted_checkout

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	some event in _privileged(job)
	some step in job.steps
	_fetches_head(step)
	not _labelled(job)
	detail := $"job {job.name} runs on {event} and checks out the head of the pull request"
}

_privileged(job) := {trigger.event |
	some trigger in job.triggers
	trigger.event in settings["CI-002"].events
}

_fetches_head(step) if {
	startswith(step.uses, "actions/checkout")
	some name in ["ref", "repository"]
	regex.match(settings["CI-002"].head, step["with"][name])
}

_fetches_head(step) if regex.match(settings["CI-002"].fetches, step.run)

_labelled(job) if {
	settings["CI-002"].accept_label
	some trigger in job.triggers
	trigger.event in settings["CI-002"].events
	trigger.types == ["labeled"]
}

_labelled(job) if {
	settings["CI-002"].accept_label
	regex.match(`github\.event\.label\.name|pull_request\.labels`, job.condition)
}
