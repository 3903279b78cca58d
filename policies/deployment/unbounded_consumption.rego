# METADATA
# title: Unbounded consumption limits
# description: >-
#   A server that takes prompts of any length, any number at once and whatever the node has, is
#   stopped by one caller.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0034.001
#   - ref: https://atlas.mitre.org/techniques/AML.T0029
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/770.html
# custom:
#   id: DEP-025
#   stages: [deployment]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Set the length of the context, the requests at once and the resources of the container.
#   settings:
#     roles:
#       type: set
#       default: [serving]
#       doc: roles of workloads that are judged
#     programs:
#       type: set
#       default: [vllm, tgi, sglang, ollama, llama.cpp, lmdeploy, trtllm, fastchat]
#       doc: servers of language models that have such limits
#     limits:
#       type: set
#       default: [max_model_len, max_tokens, max_input_tokens, max_batch_tokens, concurrency, gpu]
#       doc: limits of which one is enough
#     not_kinds:
#       type: set
#       default: [Dockerfile]
#       doc: kinds of workload that say nothing about limits
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0034.001, AML.T0029]
#     nist_ai_rmf: []
#     cwe: [CWE-770]
#     eu_ai_act: []
#     threats: [C4, P.a2]
package mlpolicy.deployment.unbounded_consumption

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.role in settings["DEP-025"].roles
	workload.settings.program in settings["DEP-025"].programs
	not workload.kind in settings["DEP-025"].not_kinds
	bounds := {name | some name in settings["DEP-025"].limits; workload.limits[name]}
	count(bounds) == 0
	not places.skipped(workload.at.path, settings["DEP-025"].skip_paths)
	program := workload.settings.program
	detail := $"{program} in {workload.name} has no limit of length, requests or accelerators"
}
