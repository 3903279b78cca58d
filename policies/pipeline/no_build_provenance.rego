# METADATA
# title: No build provenance
# description: >-
#   Without a statement signed by the builder, nobody can tell what was published from what
#   somebody put in its place.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://slsa.dev/spec/v1.0/levels
# custom:
#   id: CI-012
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: >-
#     Attest what the job publishes (attest-build-provenance, slsa-github-generator or cosign
#     attest).
#   settings:
#     publishes:
#       type: set
#       default: [publish]
#       doc: purposes of steps that publish
#     attests:
#       type: set
#       default: [attest]
#       doc: purposes of steps that attest
#     by_themselves:
#       type: set
#       default: ['pypa/gh-action-pypi-publish', 'docker/build-push-action']
#       doc: actions that attest what they publish unless they are told not to
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010]
#     nist_ai_rmf: []
#     cwe: []
#     eu_ai_act: []
#     threats: [R.a4, PR3, SE3]
package mlpolicy.pipeline.no_build_provenance

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	some step in job.steps
	some purpose in step.purposes
	purpose in settings["CI-012"].publishes
	not _by_itself(step)
	not job.at.path in _attested
	detail := $"job {job.name} publishes and nothing in {job.at.path} attests what was built"
}

_attested contains job.at.path if {
	some job in input.pipelines
	some purpose in job.purposes
	purpose in settings["CI-012"].attests
}

_by_itself(step) if {
	step.uses in settings["CI-012"].by_themselves
	every name in ["attestations", "provenance"] {
		not object.get(step.with, name, "") == "false"
	}
	not step.with.password
}
