# METADATA
# title: pickle-family load of model artefact
# description: >-
#   Loading a pickle runs what it names. A load whose file is compared with a digest in the same
#   function is not judged, nor is pickle.loads, which mostly moves data between processes.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: TRAIN-004
#   stages: [training]
#   severity: high
#   applies_to: [calls]
#   requires: [calls]
#   fix: Store the artefact as safetensors, ONNX or skops, or compare its SHA-256 before loading it.
#   settings:
#     loaders:
#       type: set
#       default:
#         - pickle.load
#         - _pickle.load
#         - cPickle.load
#         - pickle.Unpickler
#         - joblib.load
#         - sklearn.externals.joblib.load
#         - dill.load
#         - cloudpickle.load
#         - cloudpickle.pickle.load
#       doc: calls that unpickle a file
#     keras:
#       type: set
#       default:
#         - keras.models.load_model
#         - keras.saving.load_model
#         - tensorflow.keras.models.load_model
#         - tf.keras.models.load_model
#         - keras.layers.deserialize
#       doc: calls that read a Keras model
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018.002]
#     nist_ai_rmf: []
#     cwe: [CWE-502]
#     eu_ai_act: []
#     threats: [C2, Q2, K2]
package mlpolicy.training.pickle_load

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in input.calls
	detail := _runs(call)
	not call.checks_hash == "yes"
	not call.reads_own == "yes"
	not places.skipped(call.at.path, settings["TRAIN-004"].skip_paths)
}

_runs(call) := $"{call.callee} runs what the file names" if call.callee in settings["TRAIN-004"].loaders

_runs(call) := $"{call.callee} with safe_mode={call.args.safe_mode} runs code in the model" if {
	call.callee in settings["TRAIN-004"].keras
	code.off(call.args.safe_mode)
}

_runs(call) := $"{call.callee} runs hubconf.py of {call.args["0"]}" if {
	call.callee == "torch.hub.load"
	not call.args.source == "local"
	contains(call.args["0"], "/")
	not regex.match(`:[0-9a-f]{40}$`, call.args["0"])
}

_runs(call) := $"{call.callee} unpickles what it downloads (weights_only={call.args.weights_only})" if {
	call.callee == "torch.hub.load_state_dict_from_url"
	code.off(call.args.weights_only)
}
