# METADATA
# title: Baseline refreshed automatically
# description: >-
#   A baseline that a schedule rebuilds from production follows a slow attack step by step; after a
#   while the attack is the baseline.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: MON-005
#   stages: [monitoring]
#   severity: high
#   applies_to: [pipelines, workloads]
#   requires: [pipelines, workloads]
#   fix: >-
#     Let a person approve each new baseline (a pull request, or an environment with reviewers).
#   settings:
#     schedules:
#       type: set
#       default: [schedule]
#       doc: events of a timer
#     refreshes:
#       type: string
#       default: '(?i)\b(refresh|update|overwrite|rebuild|reset|recompute|regenerate|promote|replace|cp|copy|mv|sync|upload)\b[^\n]*?\b[\w./-]*(baseline|reference[_-](data|profile|window|set|dataset))|(refresh|update|rebuild|reset)[_-](the[_-])?(baseline|reference)'
#       doc: what a command that replaces a baseline looks like
#     kinds:
#       type: set
#       default: [CronJob, CronWorkflow, ScheduledSparkApplication]
#       doc: kinds of workload that a timer starts
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.13]
#     cwe: []
#     eu_ai_act: []
#     threats: [PR1, M.a4]
package mlpolicy.monitoring.automatic_baseline

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": job.name, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	some trigger in job.triggers
	trigger.event in settings["MON-005"].schedules
	job.environment == ""
	some step in job.steps
	regex.match(settings["MON-005"].refreshes, step.run)
	not places.skipped(step.at.path, settings["MON-005"].skip_paths)
	detail := $"job {job.name} replaces the baseline on a schedule and nobody approves it"
}

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.kind in settings["MON-005"].kinds
	command := concat(" ", array.concat(workload.command, workload.args))
	regex.match(settings["MON-005"].refreshes, command)
	not places.skipped(workload.at.path, settings["MON-005"].skip_paths)
	detail := $"{workload.kind} {workload.name} replaces the baseline on a schedule and nobody approves it"
}
