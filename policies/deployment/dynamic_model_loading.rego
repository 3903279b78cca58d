# METADATA
# title: Dynamic model loading in production
# description: >-
#   A server that loads models at run time runs what the last caller of its interface, or the last
#   writer of its folder, wanted, not what was approved.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: DEP-019
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Load the approved models at start and switch the loading of others off.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that are judged
#     control_modes:
#       type: set
#       default: [explicit, poll]
#       doc: model control modes of Triton that load at run time
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
#     nist_ai_rmf: []
#     cwe: [CWE-494]
#     eu_ai_act: []
#     threats: [P.s1, P.s2]
package mlpolicy.deployment.dynamic_model_loading

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at, "key": reason} if {
	some workload in input.workloads
	workload.role in settings["DEP-019"].roles
	not places.skipped(workload.at.path, settings["DEP-019"].skip_paths)
	some reason in _reasons(workload)
	detail := $"{workload.name} {reason}"
}

_reasons(workload) := ({$"loads models at run time (model control mode {mode})" |
	mode := workload.settings.model_control
	mode in settings["DEP-019"].control_modes
} | {"takes adapters at run time" |
	code.on(workload.settings.runtime_lora)
}) | ({"serves whatever is in its model store" |
	workload.settings.load_models == "all"
} | {"lets callers register models" |
	code.on(workload.settings.model_api)
})
