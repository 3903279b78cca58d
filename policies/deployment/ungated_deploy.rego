# METADATA
# title: Deploy path without policy gate
# description: >-
#   A job that deploys a model without a check before it, and without an environment that asks
#   somebody, puts into production whatever the branch holds.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: DEP-022
#   stages: [deployment]
#   severity: critical
#   applies_to: [pipelines]
#   requires: [pipelines, workloads]
#   fix: >-
#     Put a step that verifies (mlpolicy gate) before the deployment, or deploy through a protected
#     environment.
#   settings:
#     gates:
#       type: set
#       default: [gate]
#       doc: purposes of a job that decide whether it may go on
#     verifies:
#       type: string
#       default: '(?i)\b(cosign\s+verify|gh\s+attestation\s+verify|slsa-verifier|model_signing\s+verify|notation\s+verify|conftest\s+(test|verify)|opa\s+(eval|exec)|checkov|mlpolicy|kitops?\s+verify)'
#       doc: what a step that verifies looks like
#     model_words:
#       type: string
#       default: '(?i)sagemaker|vertex|gcloud\s+ai\b|az\s+ml\b|inferenceservice|kserve|seldon|bentoml|mlflow|triton|vllm|ollama|ray\s+(job|serve)|rayservice|modal\s+deploy|cog\s+push|\bmodels?\b|inference|\bllms?\b'
#       doc: words of a deployment that is about a model
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads whose deployment is one of a model
#     tries:
#       type: string
#       default: '(?i)(^|[\s/_.-])(e2e|tests?|testing|smoke|functionality|preview|dry[_-]?run)([\s/_.-]|$)'
#       doc: words of jobs and workflows that try a deployment out
#     clusters:
#       type: string
#       default: '(?i)(^|[\s/_.-])(kind|minikube|k3[ds]|microk8s|localstack)([\s/_.-]|$)'
#       doc: words of steps that make a cluster to try something out
#     events:
#       type: set
#       default: [pull_request, pull_request_target, merge_group]
#       doc: events whose jobs try a deployment out and release nothing
#     removes:
#       type: string
#       default: '(?i)\b(terraform\s+destroy|cdk\s+destroy|helm\s+(uninstall|delete)|(sam|eksctl)\s+delete|az\s+(ml\s+(online|batch)-endpoint|group)\s+delete|gcloud\s+(ai\s+endpoints|run\s+services|container\s+clusters)\s+delete|aws\s+\S+\s+delete-(endpoint|stack|service|cluster)|kubectl\s+(-\S+\s+)*delete\s+(-f|-k|ns\b|namespace|isvc|inferenceservices?))'
#       doc: what a step looks like that takes away what the job has made
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018]
#     nist_ai_rmf: [GOVERN 1.4, MANAGE 1.1]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [P.s3, CT7, K1]
package mlpolicy.deployment.ungated_deploy

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": job.name, "detail": detail, "at": job.at} if {
	some job in input.pipelines
	"deploy" in job.purposes
	job.environment == ""
	_releases(job)
	not _tries(job)
	_about_models(job)
	not _verified(job)
	not places.skipped(job.at.path, settings["DEP-022"].skip_paths)
	detail := $"job {job.name} of {job.workflow} deploys without a gate and without an environment"
}

_releases(job) if count(job.triggers) == 0

_releases(job) if {
	some trigger in job.triggers
	not trigger.event in settings["DEP-022"].events
}

_tries(job) if regex.match(settings["DEP-022"].tries, concat(" ", [job.name, job.workflow]))

_tries(job) if {
	some step in job.steps
	regex.match(settings["DEP-022"].clusters, concat(" ", [step.name, step.uses, step.run]))
}

# What the job takes away at its end it has tried out; what it takes away when it fails it has not.
_tries(job) if {
	made := max({i | some i, step in job.steps; "deploy" in step.purposes})
	some i, step in job.steps
	i > made
	regex.match(settings["DEP-022"].removes, step.run)
	not contains(step.condition, "failure()")
}

# The step names the folder or the file of something that serves.
_about_models(job) if {
	some step in job.steps
	"deploy" in step.purposes
	some workload in input.workloads
	workload.role in settings["DEP-022"].roles
	some place in [places.folder(workload.at.path), workload.at.path]
	place != ""
	contains(step.run, place)
}

_about_models(job) if {
	some step in job.steps
	"deploy" in step.purposes
	regex.match(settings["DEP-022"].model_words, concat(" ", [step.name, step.uses, step.run]))
}

# A gate may stand in the job itself or in one that it waits for, at any distance.
_verified(job) if {
	some name in graph.reachable(_waits[job.workflow], {job.name})
	some other in input.pipelines
	other.workflow == job.workflow
	other.name == name
	_gate(other)
}

_waits[workflow] := {job.name: {need | some need in job.needs} |
	some job in input.pipelines
	job.workflow == workflow
} if {
	some workflow in {job.workflow | some job in input.pipelines}
}

_gate(job) if {
	some purpose in job.purposes
	purpose in settings["DEP-022"].gates
}

_gate(job) if {
	some step in job.steps
	regex.match(settings["DEP-022"].verifies, concat(" ", [step.uses, step.run]))
}
