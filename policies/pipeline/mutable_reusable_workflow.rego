# METADATA
# title: Reusable workflow mutable and given secrets
# description: >-
#   A reusable workflow under a branch or a tag is whatever its owner pushed last, and it runs with
#   the secrets that it is given.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: CI-015
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: >-
#     Call the workflow by its full 40-character commit, and give it the secrets it needs by name.
#   settings:
#     trusted_owners:
#       type: set
#       default: []
#       doc: owners whose workflows may be called by a tag or a branch
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001]
#     nist_ai_rmf: []
#     cwe: [CWE-829]
#     eu_ai_act: []
#     threats: [SE3, DF4]
package mlpolicy.pipeline.mutable_reusable_workflow

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": job.at, "key": job.uses} if {
	some job in input.pipelines
	regex.match(`^[^./][^/]*/[^/]+/.+@`, job.uses)
	not regex.match(`@[0-9a-f]{40}$`, job.uses)
	not split(job.uses, "/")[0] in settings["CI-015"].trusted_owners
	given := _given(job)
	detail := $"job {job.name} gives {given} to {job.uses}, which can be changed by its owner"
}

_given(job) := "every secret" if job.secrets_inherited == "yes"

_given(job) := listed if {
	not job.secrets_inherited == "yes"
	count(job.secrets) > 0
	listed := concat(", ", job.secrets)
}
