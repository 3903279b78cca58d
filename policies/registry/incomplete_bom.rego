# METADATA
# title: ML-BOM missing or incomplete
# description: >-
#   A bill of materials that lacks digests, the base of an adapter or the frameworks cannot answer
#   what a revoked component touches. What is judged is the ML-BOM that mlpolicy writes for the
#   source.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: REG-010
#   stages: [registry]
#   severity: high
#   applies_to: [weights]
#   requires: [components, weights]
#   fix: >-
#     Record what is missing (adapter_config.json, the model card, a lock file), and write the
#     ML-BOM with mlpolicy scan.
#   settings:
#     made:
#       type: set
#       default: [output, adapter]
#       doc: roles of components that were made here and need their ingredients
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010]
#     nist_ai_rmf: [GOVERN 1.6, MAP 4.1]
#     cwe: []
#     eu_ai_act: [Article 11]
#     threats: [DF4, CT4, PR3, Q9]
package mlpolicy.registry.incomplete_bom

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": model.name, "detail": detail, "at": model.at} if {
	some ref, missing in _missing
	model := _by_ref[ref]
	listed := concat(", ", missing)
	detail := $"the ML-BOM of {model.name} lacks: {listed}"
}

_models contains model if {
	some model in input.components
	model.kind in {"model", "adapter"}
	count(model.files) > 0
}

_by_ref := {model.ref: model | some model in _models}

_missing[model.ref] contains "a digest" if {
	some model in _models
	not _has_digest(model)
}

_missing[model.ref] contains "its base model" if {
	some model in _models
	model.kind == "adapter"
	count(model.derived_from) == 0
}

_missing[model.ref] contains "its datasets" if {
	some model in _models
	model.role in settings["REG-010"].made
	count(model.datasets) == 0
}

_missing[model.ref] contains "frameworks" if {
	some model in _models
	model.role in settings["REG-010"].made
	not _frameworks
}

_has_digest(model) if count(model.digests) > 0

_has_digest(model) if {
	every path in model.files {
		_digests[path] != ""
	}
}

_digests := {file.path: file.sha256 | some file in input.weights}

_frameworks if {
	some dep in input.components
	dep.kind == "package"
}
