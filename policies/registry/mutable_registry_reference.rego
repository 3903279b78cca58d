# METADATA
# title: Mutable registry reference consumed
# description: >-
#   An alias, a stage or "latest" of a registry means another model as soon as somebody moves it,
#   so a decision about it says nothing about what runs tomorrow.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0109
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: REG-004
#   stages: [registry]
#   severity: high
#   applies_to: [references, workloads]
#   requires: [references, workloads]
#   fix: Name the version (models:/name/7, entity/project/name:v7), and check its digest.
#   settings:
#     hosts:
#       type: set
#       default: [mlflow, wandb, sagemaker, azureml, vertex, oci]
#       doc: hosts of registries that have aliases
#     roles:
#       type: set
#       default: [base, serve, eval, adapter, resume, reward, embedding, tokenizer, train]
#       doc: roles in which a registry is consumed
#     version:
#       type: string
#       default: '(/[0-9]+|:v[0-9]+|:[0-9]+|@sha256:[0-9a-f]{64})$'
#       doc: what the end of a fixed version looks like
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0109]
#     nist_ai_rmf: []
#     cwe: [CWE-494]
#     eu_ai_act: []
#     threats: [R.s1, R.a2]
package mlpolicy.registry.mutable_registry_reference

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": name, "detail": detail, "at": ref.at} if {
	some ref in input.references
	ref.host in settings["REG-004"].hosts
	ref.state == "resolved"
	ref.role in settings["REG-004"].roles
	ref.kind != "image"
	name := refs.subject(ref)
	_moves(name)
	not ref.revision_kind in {"commit", "unresolved"}
	not places.skipped(ref.at.path, settings["REG-004"].skip_paths)
	detail := $"{name} names an alias or a stage, not a version"
}

deny contains {"subject": model.uri, "detail": detail, "at": model.at} if {
	some workload in input.workloads
	some model in workload.models
	startswith(model.uri, "models:/")
	_moves(model.uri)
	not places.line(model.at) in _referenced
	not places.skipped(model.at.path, settings["REG-004"].skip_paths)
	detail := $"{workload.name} loads {model.uri}, an alias or a stage, not a version"
}

# What a run logged is named by the id of the run, which does not move.
_moves(name) if {
	not regex.match(settings["REG-004"].version, name)
	regex.match(`^(models:/|wandb:|.*://|[^/]+/[^/]+/)`, name)
	not startswith(name, "runs:/")
}

_referenced contains places.line(at) if {
	some ref in input.references
	ref.host in settings["REG-004"].hosts
	some at in [ref.at, ref.call_at]
}
