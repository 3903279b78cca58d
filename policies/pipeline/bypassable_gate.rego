# METADATA
# title: mlpolicy gate bypassable
# description: >-
#   A gate that goes on when it says no, or that does not run when only the model changes, decides
#   nothing. Whether the check is required is a setting of the branch and is not seen here.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0107
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: CI-010
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines, weights]
#   fix: >-
#     Remove continue-on-error and the shell fallback from the gate, and let every change of a
#     model start it.
#   settings:
#     swallows:
#       type: string
#       default: '(?m)mlpolicy\s[^\n]*\|\|\s*(true|:|exit\s+0|echo)|^\s*set\s+\+e'
#       doc: what hides the exit code of the gate
#     events:
#       type: set
#       default: [pull_request, push]
#       doc: events whose path filters are judged
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0107]
#     nist_ai_rmf: [GOVERN 1.4]
#     cwe: []
#     eu_ai_act: []
#     threats: [P.s3, SE3]
package mlpolicy.pipeline.bypassable_gate

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some [job, step] in _gates
	step.continue_on_error == "yes"
	detail := $"job {job.name} goes on when the gate says no (continue-on-error)"
}

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some [job, step] in _gates
	regex.match(settings["CI-010"].swallows, step.run)
	detail := $"job {job.name} hides the exit code of the gate"
}

deny contains {"subject": job.at.path, "detail": detail, "at": trigger.at} if {
	some [job, _] in _gates
	some trigger in job.triggers
	trigger.event in settings["CI-010"].events
	missed := {file.path | some file in input.weights; _missed(trigger, file.path)}
	count(missed) > 0
	detail := $"{count(missed)} model files, {min(missed)} first, can change without starting the gate"
}

_gates contains [job, step] if {
	some job in input.pipelines
	some step in job.steps
	"gate" in step.purposes
}

_missed(trigger, path) if {
	some pattern in trigger.ignored
	_covers(pattern, path)
}

_missed(trigger, path) if {
	count(trigger.paths) > 0
	every pattern in trigger.paths {
		not _covers(pattern, path)
	}
}

# A pattern with a character class or a negation is not judged: it covers everything.
_covers(pattern, path) if {
	not regex.match(`[\[\]{}\\!]`, pattern)
	glob.match(pattern, ["/"], path)
}

_covers(pattern, _) if startswith(pattern, "!")
