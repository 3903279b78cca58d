# METADATA
# title: Executable weight format
# description: >-
#   A pickle, or a Keras file with a Lambda layer, is a program. safetensors and GGUF hold the
#   same weights and cannot run anything. A Git LFS pointer is judged by the format that its name
#   promises.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: TRAIN-005
#   stages: [training, registry]
#   severity: high
#   applies_to: [weights]
#   requires: [weights]
#   fix: Convert the weights to safetensors or GGUF and remove the executable file.
#   settings:
#     promised:
#       type: set
#       default: [torch, torch-mar, torch7, pickle, joblib]
#       doc: formats that a file which was not fetched may not promise
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018.002]
#     nist_ai_rmf: []
#     cwe: [CWE-502]
#     eu_ai_act: []
#     threats: [C2, T.a3]
package mlpolicy.training.executable_weights

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": file.path, "detail": detail, "at": {"path": file.path}} if {
	some file in input.weights
	file.executable == "yes"
	not places.skipped(file.path, settings["TRAIN-005"].skip_paths)
	detail := $"{file.format} can run code in whatever loads it"
}

deny contains {"subject": file.path, "detail": detail, "at": {"path": file.path}} if {
	some file in input.weights
	file.content == "not_fetched"
	not file.executable in {"yes", "no"}
	file.expected in settings["TRAIN-005"].promised
	not places.skipped(file.path, settings["TRAIN-005"].skip_paths)
	detail := $"only a pointer is here, to {file.expected}, which can run code in whatever loads it"
}
