# METADATA
# title: torch.load without weights_only=True
# description: >-
#   torch.load without weights_only=True unpickles, which runs what the file names. From torch 2.6
#   on leaving it out is safe, so an absent argument counts only when an older torch is locked or
#   the version is not known.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.000
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
#   - ref: https://pytorch.org/docs/stable/generated/torch.load.html
# custom:
#   id: TRAIN-003
#   stages: [training]
#   severity: critical
#   applies_to: [calls]
#   requires: [calls, packages]
#   fix: Pass weights_only=True, or load safetensors.
#   settings:
#     callees:
#       type: set
#       default: [torch.load, torch.serialization.load]
#       doc: calls that read a torch file
#     safe_since:
#       type: string
#       default: "2.6"
#       doc: first torch whose default is weights_only=True
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)(tests?|testing|testdata|fixtures|docs?)/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018.002, AML.T0011.000]
#     nist_ai_rmf: []
#     cwe: [CWE-502]
#     eu_ai_act: []
#     threats: [C2, Q2, K2]
package mlpolicy.training.unsafe_torch_load

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.lib.versions
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in _loads
	code.off(call.args.weights_only)
	detail := $"{call.callee} with weights_only={call.args.weights_only} runs what the file names"
}

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in _loads
	not code.given(call, "weights_only")
	why := min(_old_torch)
	detail := $"{call.callee} without weights_only unpickles: {why}"
}

_loads contains call if {
	some call in input.calls
	call.callee in settings["TRAIN-003"].callees
	not places.skipped(call.at.path, settings["TRAIN-003"].skip_paths)
}

# The lowest torch that a manifest lets in.
_torch contains version if {
	some dep in input.packages
	dep.name == "torch"
	some version in _lowest(dep)
}

_lowest(dep) := {dep.version} if dep.version != ""

_lowest(dep) := {versions.floor_of(dep.constraint)} if {
	dep.version == ""
	versions.floor_of(dep.constraint)
}

_old_torch contains $"torch {version} is older than {settings["TRAIN-003"].safe_since}" if {
	some version in _torch
	versions.less(version, settings["TRAIN-003"].safe_since)
}

_old_torch contains "no manifest says which torch reads it" if count(_torch) == 0
