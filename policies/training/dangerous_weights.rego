# METADATA
# title: Weights contain dangerous opcodes or embedded code
# description: >-
#   The file resolves a name that runs code, chooses a name while it is loaded, or is built so
#   that a scanner and a loader read different things. Loading it hands the machine over.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
#   - ref: https://cwe.mitre.org/data/definitions/506.html
#   - ref: https://github.com/mmaitre314/picklescan
# custom:
#   id: TRAIN-006
#   stages: [training, registry]
#   severity: critical
#   applies_to: [weights]
#   requires: [weights]
#   fix: >-
#     Do not load the file; delete it, find out where it came from, and fetch safetensors from a
#     publisher you trust.
#   settings:
#     oddities:
#       type: set
#       default:
#         - frame_straddle
#         - reading_disagreement
#         - broken_after_call
#         - member_disagreement
#         - header_disagreement
#         - name_mismatch
#         - duplicate_member
#         - hidden_pickle
#         - nested_pickle_call
#         - magic_by_call
#         - crc_mismatch
#         - prefixed_data
#         - member_path
#         - trailing_archive
#         - trailing_content
#         - disguised
#         - call_of_result
#         - xml_entity
#       doc: structure that honest writers do not produce and that hides content
#     template_accesses:
#       type: set
#       default:
#         - __class__
#         - __base__
#         - __bases__
#         - __mro__
#         - __subclasses__
#         - __globals__
#         - __builtins__
#         - __import__
#         - __init__
#         - __getattribute__
#         - os
#         - popen
#         - subprocess
#         - "|attr"
#         - lipsum
#         - url_for
#         - get_flashed_messages
#         - config
#         - request
#         - '{% include %}'
#         - '{% import %}'
#         - '{% from %}'
#         - '{% extends %}'
#         - mro
#         - func_globals
#         - f_globals
#         - f_builtins
#         - gi_frame
#         - tb_frame
#       doc: what a chat template may not reach
#     template_patterns:
#       type: set
#       default:
#         - '__'
#         - '^_'
#       doc: regular expressions of what a chat template may not reach
#     operator_kinds:
#       type: set
#       default: [code, network, file]
#       doc: kinds of graph operator that run code or reach files
#     locations:
#       type: set
#       default: [absolute, parent, url]
#       doc: where data of a model file may not lie
#   maps:
#     owasp_ml: [ML06:2023, ML10:2023]
#     owasp_llm: [LLM03:2025, LLM04:2025]
#     atlas: [AML.T0018.002]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-502, CWE-506]
#     eu_ai_act: []
#     threats: [C2, C1, Q2]
package mlpolicy.training.dangerous_weights

import future.keywords.not

import data.mlpolicy.lib.pickle
import data.mlpolicy.settings

deny contains {
	"subject": file.path,
	"detail": detail,
	"at": at,
	"key": key,
	"certainty": certainty,
} if {
	some file in input.weights
	some found in file.imports
	reason := min(pickle.dangers(found))
	certainty := _certainty(found)
	detail := $"{_what(found)} ({found.mode}): {reason}"
	key := $"{file.sha256} {found.qualified}"
	at := {"path": file.path, "offset": found.offset}
}

deny contains {"subject": file.path, "detail": detail, "at": at, "key": key} if {
	some file in input.weights
	some oddity in file.oddities
	oddity.code in settings["TRAIN-006"].oddities
	detail := $"hides content ({oddity.code}): {oddity.detail}"
	key := $"{file.sha256} {oddity.code}"
	at := {"path": file.path, "offset": oddity.offset}
}

deny contains {"subject": file.path, "detail": detail, "at": at, "key": key} if {
	some file in input.weights
	some template in file.templates
	some access in template.accesses
	_reaches_out(access)
	detail := $"template {template.key} reaches {access}, which no chat needs"
	key := $"{file.sha256} {template.key} {access}"
	at := {"path": file.path, "offset": template.offset}
}

deny contains {"subject": file.path, "detail": detail, "at": at, "key": key} if {
	some file in input.weights
	some operator in file.operators
	operator.kind in settings["TRAIN-006"].operator_kinds
	detail := $"operator {operator.name} runs {operator.kind} when the model is used"
	key := $"{file.sha256} {operator.name}"
	at := {"path": file.path, "offset": operator.offset}
}

deny contains {"subject": file.path, "detail": detail, "at": at, "key": key} if {
	some file in input.weights
	some external in file.external
	external.kind in settings["TRAIN-006"].locations
	detail := $"has its data at {external.location}, outside of the model ({external.kind})"
	key := $"{file.sha256} {external.location}"
	at := {"path": file.path}
}

_certainty(found) := "likely" if pickle.guessed(found)

_certainty(found) := "certain" if not pickle.guessed(found)

_reaches_out(access) if access in settings["TRAIN-006"].template_accesses

_reaches_out(access) if {
	some pattern in settings["TRAIN-006"].template_patterns
	regex.match(pattern, access)
}

_what(found) := $"resolves {found.qualified}" if found.member == ""

_what(found) := $"resolves {found.qualified} in {found.member}" if found.member != ""
