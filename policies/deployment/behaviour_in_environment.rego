# METADATA
# title: System prompt, safety filter or sampling config in environment
# description: >-
#   Environment variables are readable for everybody who may read the manifest or look into the
#   container, and nobody reviews them as the behaviour of the model that they are.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0056
#   - ref: https://atlas.mitre.org/techniques/AML.T0069.002
#   - ref: https://genai.owasp.org/llmrisk/llm072025-system-prompt-leakage/
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/526.html
# custom:
#   id: DEP-010
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Keep the system prompt and the filter settings in a reviewed, versioned file or prompt
#     registry, and mount it.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway, other]
#       doc: roles of workloads that are judged
#     names:
#       type: string
#       default: '(?i)(^|_)(SYSTEM_?(PROMPT|MESSAGE|INSTRUCTIONS?)|(PROMPT|INSTRUCTION)_TEMPLATE|GUARDRAILS?(_(CONFIG|ENABLED|MODE|POLICY))?|(SAFETY|CONTENT|MODERATION|TOXICITY|PROFANITY)_(FILTER|FILTERS|CHECK|CHECKER|SETTINGS?|THRESHOLD|LEVEL|ENABLED)|(LLM|MODEL|CHAT|GPT|OPENAI|GENERATION|SAMPLING|INFERENCE)_(TEMPERATURE|TOP_P|TOP_K))$'
#       doc: what the name of a variable with behaviour of a model looks like
#     serving_names:
#       type: string
#       default: '(?i)^(TEMPERATURE|TOP_P|TOP_K|REPETITION_PENALTY)$'
#       doc: names that mean it in workloads that serve
#     sources:
#       type: set
#       default: [literal, config]
#       doc: sources of a value that everybody with access to the manifest reads
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM07:2025, LLM02:2025]
#     atlas: [AML.T0056, AML.T0069.002]
#     nist_ai_rmf: []
#     cwe: [CWE-526]
#     eu_ai_act: []
#     threats: [C5, Q5, K5, P.a2]
package mlpolicy.deployment.behaviour_in_environment

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": variable.at, "key": variable.name} if {
	some workload in input.workloads
	workload.role in settings["DEP-010"].roles
	some variable in workload.env
	_behaviour(variable.name, workload.role)
	variable.source in settings["DEP-010"].sources
	not _empty(variable)
	not places.skipped(variable.at.path, settings["DEP-010"].skip_paths)
	detail := $"{workload.name} takes {variable.name} from its environment ({variable.source})"
}

_behaviour(name, _) if regex.match(settings["DEP-010"].names, name)

_behaviour(name, role) if {
	role != "other"
	regex.match(settings["DEP-010"].serving_names, name)
}

_empty(variable) if {
	variable.source == "literal"
	variable.value == ""
}
