# METADATA
# title: No red-team or backdoor test
# description: >-
#   A backdoor shows only where somebody looked for it. The test must name these bytes, and its
#   upper bound on the success of triggers must be low.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.000
#   - ref: https://genai.owasp.org/llmrisk/llm01-prompt-injection/
# custom:
#   id: REG-008
#   stages: [registry]
#   severity: high
#   applies_to: [weights, attestations]
#   requires: [attestations]
#   fix: >-
#     Run a red-team or backdoor test (promptfoo, garak, PyRIT) and attest the result for the
#     digest of the model.
#   settings:
#     tests:
#       type: set
#       default:
#         - '(?i)red[-_ ]?team'
#         - '(?i)backdoor'
#         - '(?i)trigger'
#         - '(?i)jailbreak'
#         - '(?i)garak'
#         - '(?i)pyrit'
#         - '(?i)promptfoo'
#       doc: regular expressions of tests that are one
#     max_success:
#       type: number
#       default: 0.05
#       doc: highest upper bound of the share of triggers or attacks that succeed
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM01:2025, LLM04:2025]
#     atlas: [AML.T0018.000, AML.T0043.004]
#     nist_ai_rmf: [MEASURE 2.6, MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [DF1, CT3, Q7, K9]
package mlpolicy.registry.red_team_missing

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}} if {
	evidence.given
	count(_tests) == 0
	detail := "no verified red-team or backdoor test is about it"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": s.at} if {
	some s in _tests
	some name in evidence.matching(evidence.failed(s), settings["REG-008"].tests)
	detail := $"it failed {name}"
}

deny contains {"subject": input.subject.name, "detail": detail, "at": s.at} if {
	some s in _tests
	upper_end := evidence.statistic(s, "upper")
	limit := settings["REG-008"].max_success
	upper_end > limit
	detail := $"attacks may succeed in {upper_end} of the tries, at most {limit} are allowed"
}

_tests contains s if {
	some s in evidence.about_model
	names := evidence.passed(s) | evidence.failed(s)
	count(evidence.matching(names, settings["REG-008"].tests)) > 0
}
