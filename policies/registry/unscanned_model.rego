# METADATA
# title: Malicious-file scan absent or failed
# description: >-
#   A file that can run code was never looked at, because only a pointer is here or because
#   reading it stopped; or the registry does not scan what is pushed. What a completed scan found
#   is TRAIN-006 and TRAIN-025.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/506.html
# custom:
#   id: REG-016
#   stages: [registry]
#   severity: high
#   applies_to: [weights, stores]
#   requires: [weights, stores]
#   fix: Fetch the file (git lfs pull) so that it is read, and switch on scanning in the registry.
#   settings:
#     formats:
#       type: set
#       default:
#         - torch
#         - torch-mar
#         - torch7
#         - pickle
#         - joblib
#         - hdf5
#         - keras-v3
#         - tensorflow
#         - nemo
#         - skops
#         - model
#       doc: formats that may run code
#     scan_on_push:
#       type: boolean
#       default: true
#       doc: an image registry must scan what is pushed
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
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-506]
#     eu_ai_act: []
#     threats: [R.s4, C1]
package mlpolicy.registry.unscanned_model

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": file.path, "detail": detail, "at": {"path": file.path}} if {
	some file in input.weights
	file.content != "read"
	_may_run(file)
	not places.skipped(file.path, settings["REG-016"].skip_paths)
	detail := $"{file.format} file was not scanned ({_why[file.content]})"
}

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	settings["REG-016"].scan_on_push
	some store in input.stores
	store.kind == "image_registry"
	store.scan_on_push == "no"
	not places.skipped(store.at.path, settings["REG-016"].skip_paths)
	detail := $"registry {store.name} does not scan what is pushed"
}

_may_run(file) if file.executable == "yes"

_may_run(file) if {
	not file.executable in {"yes", "no"}
	file.expected in settings["REG-016"].formats
}

_why := {"not_fetched": "only its pointer is here", "partial": "reading it stopped"}
