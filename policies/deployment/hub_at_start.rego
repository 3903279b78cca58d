# METADATA
# title: Weights fetched from public hub at start
# description: >-
#   A server that downloads its weights from a public hub when it starts needs the hub to be up,
#   honest and unchanged at that moment, and needs egress.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: DEP-024
#   stages: [deployment]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Bake the weights into the image or a volume, set HF_HUB_OFFLINE=1 and deny egress.
#   settings:
#     roles:
#       type: set
#       default: [serving]
#       doc: roles of workloads that are judged
#     schemes:
#       type: set
#       default: ["hf://", "ollama://", "https://huggingface.co/", "modelscope://"]
#       doc: schemes of public hubs
#     offline:
#       type: set
#       default: [HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE, VLLM_USE_OFFLINE]
#       doc: variables that forbid downloads
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003]
#     nist_ai_rmf: []
#     cwe: [CWE-494]
#     eu_ai_act: []
#     threats: [P.s1, R.s1]
package mlpolicy.deployment.hub_at_start

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": model.at, "key": model.uri} if {
	some workload in input.workloads
	workload.role in settings["DEP-024"].roles
	some model in workload.models
	_on_hub(model.uri)
	not _offline(workload)
	not places.skipped(model.at.path, settings["DEP-024"].skip_paths)
	detail := $"{workload.name} downloads {model.uri} when it starts"
}

_on_hub(uri) if {
	some scheme in settings["DEP-024"].schemes
	startswith(uri, scheme)
}

_offline(workload) if {
	some variable in workload.env
	variable.name in settings["DEP-024"].offline
	code.on(variable.value)
}

_offline(workload) if workload.settings.egress == "denied"
