# METADATA
# title: Training started by untrusted comment/label
# description: >-
#   Anybody can write a comment. A comment that starts a training job spends GPU time, and what the
#   comment says can choose what is trained.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0034
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.000
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/862.html
# custom:
#   id: CI-013
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: Ask for the association of the author before the job starts, or start it by hand.
#   settings:
#     events:
#       type: set
#       default:
#         - issue_comment
#         - issues
#         - discussion
#         - discussion_comment
#         - pull_request_review_comment
#       doc: events that anybody starts
#     gpu:
#       type: string
#       default: '(?i)\bgpus?\b|[-_]gpu|gpu[-_]|a100|h100|l40s?|cuda|^self-hosted$'
#       doc: labels of expensive machines
#     checks:
#       type: string
#       default: '(?i)author_association|sender\.login|github\.actor|comment\.user\.login|permission|is_?member|team'
#       doc: what asks who it was
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0034, AML.T0018.000]
#     nist_ai_rmf: []
#     cwe: [CWE-862]
#     eu_ai_act: []
#     threats: [T.s1, T.s2, SE3]
package mlpolicy.pipeline.untrusted_training

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": job.at} if {
	some job in input.pipelines
	events := {trigger.event |
		some trigger in job.triggers
		trigger.event in settings["CI-013"].events
	}
	count(events) > 0
	what := _expensive(job)
	not _asks(job)
	listed := concat(", ", events)
	detail := $"job {job.name} {what} and anybody starts it ({listed})"
}

_expensive(job) := "trains a model" if "train" in job.purposes

_expensive(job) := $"runs on {min(labels)}" if {
	not "train" in job.purposes
	labels := {label | some label in job.runs_on; regex.match(settings["CI-013"].gpu, label)}
	count(labels) > 0
}

_asks(job) if {
	some text in _conditions(job)
	regex.match(settings["CI-013"].checks, text)
}

# A job that waits for one that asks.
_asks(job) if {
	some other in input.pipelines
	other.at.path == job.at.path
	other.name in job.needs
	some text in _conditions(other)
	regex.match(settings["CI-013"].checks, text)
}

_conditions(job) := {job.condition} | {text |
	some step in job.steps
	some text in [step.condition, step.run, object.get(step.with, "script", "")]
}
