# METADATA
# title: Serving with trust-remote-code
# description: >-
#   With trust_remote_code the repository of the model decides what runs in the inference service,
#   next to its credentials and its users' data.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.000
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/94.html
# custom:
#   id: DEP-027
#   stages: [deployment]
#   severity: critical
#   applies_to: [workloads, references]
#   requires: [workloads, references]
#   fix: Remove trust-remote-code; use a model class of the serving library or a converted model.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway, template]
#       doc: roles of workloads that serve
#     flags:
#       type: set
#       default: [--trust-remote-code, --trust_remote_code]
#       doc: arguments that run code of the model
#     variables:
#       type: set
#       default:
#         - HF_TRUST_REMOTE_CODE
#         - TRUST_REMOTE_CODE
#         - VLLM_TRUST_REMOTE_CODE
#         - HF_DATASETS_TRUST_REMOTE_CODE
#       doc: variables that run code of the model
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0011.000]
#     nist_ai_rmf: []
#     cwe: [CWE-94]
#     eu_ai_act: []
#     threats: [P.s2, C7]
package mlpolicy.deployment.serving_remote_code

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": _at(workload)} if {
	some workload in input.workloads
	workload.role in settings["DEP-027"].roles
	count(_ways(workload)) > 0
	not places.skipped(workload.at.path, settings["DEP-027"].skip_paths)
	listed := concat(", ", _ways(workload))
	detail := $"{workload.name} runs the code of its model repository ({listed})"
}

deny contains {"subject": refs.subject(ref), "detail": detail, "at": ref.call_at} if {
	some ref in input.references
	ref.role == "serve"
	ref.trust_remote_code == "yes"
	not ref.host == "local"
	not ref.at.path in _workload_files
	not places.skipped(ref.call_at.path, settings["DEP-027"].skip_paths)
	detail := $"serving {ref.name} runs the code of its repository (trust_remote_code)"
}

_ways(workload) := ({model.uri |
	some model in workload.models
	model.trust_remote_code == "yes"
} | {flag |
	some argument in array.concat(workload.command, workload.args)
	some flag in settings["DEP-027"].flags
	_switched_on(argument, flag)
}) | {variable.name |
	some variable in workload.env
	variable.name in settings["DEP-027"].variables
	code.on(variable.value)
}

# The place is that of the flag or the variable, else that of the workload.
_at(workload) := sort(_places(workload))[0]

_at(workload) := workload.at if count(_places(workload)) == 0

_places(workload) := {model.trust_at |
	some model in workload.models
	model.trust_remote_code == "yes"
	model.trust_at.path != ""
} | {variable.at |
	some variable in workload.env
	variable.name in settings["DEP-027"].variables
	code.on(variable.value)
}

# An argument may be a shell line that holds the flag among other words.
_switched_on(argument, flag) if flag in split(argument, " ")

_switched_on(argument, flag) if {
	startswith(argument, $"{flag}=")
	code.on(trim_prefix(argument, $"{flag}="))
}

_workload_files contains workload.at.path if {
	some workload in input.workloads
	workload.role in settings["DEP-027"].roles
}
