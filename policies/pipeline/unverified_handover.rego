# METADATA
# title: Artefact handed between jobs without digest check
# description: >-
#   Between two jobs an artefact lies where other jobs of the run can replace it. The job that
#   publishes or deploys it has to know that it got what was built.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/354.html
# custom:
#   id: CI-008
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: >-
#     Pass the digest as an output of the building job and compare it, or verify an attestation,
#     before the artefact is used.
#   settings:
#     models:
#       type: string
#       default: '(?i)(^|[/_.*-])(models?|weights?|checkpoints?|adapters?|lora|gguf|onnx|safetensors|mlmodel)([/_.*-]|$)'
#       doc: what the name or path of a model artefact looks like
#     purposes:
#       type: set
#       default: [deploy, publish, attest]
#       doc: purposes of jobs where it matters
#     verifies:
#       type: string
#       default: '(?m)sha(256|512)sum\s+(-\S+\s+)*(-c|--check)|shasum\s+(-\S+\s+)*(-c|--check)|cosign\s+verify|gh\s+attestation\s+verify|mlpolicy\s+(verify|gate)|model_signing\s+verify|slsa-verifier|==\s*"?\$\{?EXPECTED'
#       doc: what a step that checks looks like
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018]
#     nist_ai_rmf: []
#     cwe: [CWE-354]
#     eu_ai_act: []
#     threats: [P.s1, PR2, SE3]
package mlpolicy.pipeline.unverified_handover

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	some purpose in job.purposes
	purpose in settings["CI-008"].purposes
	some step in job.steps
	startswith(step.uses, "actions/download-artifact")
	some what in _models(job, step)
	not _verified(job)
	detail := $"job {job.name} takes {what} from another job without checking what it got"
}

_models(_, step) := {value |
	some key in ["name", "path", "pattern"]
	value := step.with[key]
	regex.match(settings["CI-008"].models, value)
} if _names_model(step)

# The name says nothing, but what was uploaded under it is a model.
_models(job, step) := {upload.with.path |
	some other in input.pipelines
	other.at.path == job.at.path
	some upload in other.steps
	startswith(upload.uses, "actions/upload-artifact")
	_same_name(upload, step)
	regex.match(settings["CI-008"].models, upload.with.path)
} if {
	not _names_model(step)
}

_names_model(step) if {
	some key in ["name", "path", "pattern"]
	regex.match(settings["CI-008"].models, step.with[key])
}

_same_name(upload, step) if upload.with.name == step.with.name

# Without a name every artefact of the run is downloaded.
_same_name(_, step) if not step.with.name

_verified(job) if {
	some step in job.steps
	regex.match(settings["CI-008"].verifies, step.run)
}

_verified(job) if "gate" in job.purposes
