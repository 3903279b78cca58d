# METADATA
# title: Cache crosses trust boundary
# description: >-
#   A job that strangers can start, and that runs on the default branch, can fill the cache from
#   which the release is built. What lies in a cache is not checked by anything.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/349.html
# custom:
#   id: CI-009
#   stages: [pipeline]
#   severity: medium
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: Build releases without a cache, or under a key that only protected jobs write.
#   settings:
#     purposes:
#       type: set
#       default: [publish, deploy, attest]
#       doc: purposes of jobs that must not trust a cache
#     writers:
#       type: set
#       default:
#         - pull_request_target
#         - workflow_run
#         - issue_comment
#         - issues
#         - discussion
#         - discussion_comment
#       doc: events that strangers start and that write the cache of the default branch
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001]
#     nist_ai_rmf: []
#     cwe: [CWE-349]
#     eu_ai_act: []
#     threats: [SE3]
package mlpolicy.pipeline.cache_across_trust

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	some purpose in job.purposes
	purpose in settings["CI-009"].purposes
	some step in job.steps
	step.uses in {"actions/cache", "actions/cache/restore"}
	some wanted in _wanted(step)
	some write in _writes
	startswith(write.key, wanted)
	detail := $"job {job.name} restores {wanted}…, which {write.job} of {write.path} fills"
}

# The fixed beginnings of the keys that a step accepts.
_wanted(step) := {beginning |
	lines := array.concat([step.with.key], split(object.get(step.with, "restore-keys", ""), "\n"))
	some line in lines
	beginning := trim_space(split(line, "${{ hashFiles")[0])
	beginning != ""
}

_writes contains {"key": step.with.key, "job": job.name, "path": job.at.path} if {
	some job in input.pipelines
	some trigger in job.triggers
	trigger.event in settings["CI-009"].writers
	some step in job.steps
	step.uses in {"actions/cache", "actions/cache/save"}
}
