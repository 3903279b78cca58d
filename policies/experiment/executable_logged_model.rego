# METADATA
# title: Logged model uses executable serialisation
# description: >-
#   A model that was logged as a pickle runs what it names in the process of everybody who loads
#   it from the registry.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.000
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: EXP-010
#   stages: [experiment]
#   severity: high
#   applies_to: [registry]
#   requires: [registry]
#   fix: Log the model as safetensors, ONNX, skops or another format that holds data only.
#   settings:
#     serializations:
#       type: set
#       default: [cloudpickle, pickle, dill, joblib]
#       doc: serialisations that execute
#     endings:
#       type: set
#       default: [.pkl, .pickle, .joblib, .dill]
#       doc: endings of model files that execute
#     loaders:
#       type: set
#       default: [mlflow]
#       doc: packages whose loaders may open a model of the python_function flavor
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018.002, AML.T0011.000]
#     nist_ai_rmf: []
#     cwe: [CWE-502]
#     eu_ai_act: []
#     threats: [E.a3, C2, Q2]
package mlpolicy.experiment.executable_logged_model

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": entry.at.path, "detail": detail, "at": entry.at} if {
	some entry in input.registry
	reasons := _reasons(entry)
	count(reasons) > 0
	not places.skipped(entry.at.path, settings["EXP-010"].skip_paths)
	detail := concat("; ", reasons)
}

_reasons(entry) := ({reason |
	some flavor in entry.flavors
	flavor.serialization in settings["EXP-010"].serializations
	reason := $"flavor {flavor.name} is serialised with {flavor.serialization}"
} | {reason |
	some flavor in entry.flavors
	not flavor.serialization in settings["EXP-010"].serializations
	some ending in settings["EXP-010"].endings
	endswith(flavor.model, ending)
	reason := $"flavor {flavor.name} loads {flavor.model}"
}) | {reason |
	some flavor in entry.flavors
	flavor.loader != ""
	not split(flavor.loader, ".")[0] in settings["EXP-010"].loaders
	reason := $"flavor {flavor.name} is opened by {flavor.loader}, code that comes with it"
}
