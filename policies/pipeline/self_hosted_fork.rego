# METADATA
# title: Self-hosted GPU runner reachable from fork PR
# description: >-
#   A pull request of a fork runs code of a stranger on a machine of one's own: with its disks, its
#   network, its GPUs, and whatever the next job finds there. A private repository has no such
#   strangers.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0034
#   - ref: https://atlas.mitre.org/techniques/AML.T0008.000
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
#   - ref: https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions
# custom:
#   id: CI-006
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: >-
#     Run pull requests on hosted runners, or start the job only for branches of this repository.
#   settings:
#     runners:
#       type: string
#       default: '(?i)^self[-_]hosted$'
#       doc: labels of machines of one's own
#     events:
#       type: set
#       default: [pull_request, pull_request_target, issue_comment]
#       doc: events that a fork or a stranger starts
#     guards:
#       type: string
#       default: 'head\.repo\.(full_name|fork)|author_association|event_name\s*==\s*.(push|schedule|workflow_dispatch)|event_name\s*!=\s*.pull_request|labels\.\*\.name|event\.label\.name'
#       doc: conditions that keep strangers out
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0034, AML.T0008.000]
#     nist_ai_rmf: []
#     cwe: [CWE-829]
#     eu_ai_act: []
#     threats: [T.s1, T.a1, SE3]
package mlpolicy.pipeline.self_hosted_fork

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": job.at} if {
	some job in input.pipelines
	some label in job.runs_on
	regex.match(settings["CI-006"].runners, label)
	events := {trigger.event |
		some trigger in job.triggers
		trigger.event in settings["CI-006"].events
		not _on_label(trigger)
	}
	count(events) > 0
	not input.subject.public == "no"
	not _guarded(job)
	listed := concat(", ", events)
	detail := $"job {job.name} runs on {label} and is started by {listed}"
}

_on_label(trigger) if trigger.types == ["labeled"]

_guarded(job) if regex.match(settings["CI-006"].guards, job.condition)

# A job that waits for a skipped job is skipped too.
_guarded(job) if {
	some other in input.pipelines
	other.at.path == job.at.path
	other.name in job.needs
	regex.match(settings["CI-006"].guards, other.condition)
}
