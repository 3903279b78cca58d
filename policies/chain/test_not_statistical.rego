# METADATA
# title: Behaviour test not statistical
# description: >-
#   A language model answers differently each time. One run that passed says little; the number
#   of samples, the seeds and an interval say how much.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0042
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: X-009
#   stages: [registry, deployment]
#   severity: high
#   applies_to: [attestations]
#   requires: [attestations]
#   reads_raw: true
#   fix: >-
#     Repeat the test with several seeds and attest n, seeds, lower and upper in its statistics.
#   settings:
#     tests:
#       type: set
#       default:
#         - '(?i)eval'
#         - '(?i)red[-_ ]?team'
#         - '(?i)backdoor'
#         - '(?i)trigger'
#         - '(?i)jailbreak'
#         - '(?i)behaviou?r'
#         - '(?i)benchmark'
#       doc: regular expressions of tests of behaviour
#     min_samples:
#       type: number
#       default: 2
#       doc: fewest samples
#     needs:
#       type: set
#       default: [n, seeds, lower, upper]
#       doc: members of the statistics that must be there
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0042]
#     nist_ai_rmf: [MEASURE 2.13, MEASURE 2.5]
#     cwe: []
#     eu_ai_act: []
#     threats: [DF2, CT3]
package mlpolicy.chain.test_not_statistical

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": s.subject, "detail": detail, "at": s.at} if {
	some s in _tests
	lacking := {name | some name in settings["X-009"].needs; not _has(s, name)}
	count(lacking) > 0
	detail := $"a test of behaviour without {concat(", ", sort(lacking))}"
}

deny contains {"subject": s.subject, "detail": detail, "at": s.at} if {
	some s in _tests
	n := evidence.statistic(s, "n")
	n < settings["X-009"].min_samples
	detail := $"a test of behaviour with {n} samples"
}

_has(s, name) if _number(s, name)

# Seeds may be listed one by one.
_has(s, name) if {
	values := object.get(object.get(evidence.body(s), "statistics", {}), name, [])
	is_array(values)
	count(values) > 0
}

_number(s, name) if is_number(evidence.statistic(s, name))

_tests contains s if {
	some s in evidence.verified
	names := evidence.passed(s) | evidence.failed(s)
	count(evidence.matching(names, settings["X-009"].tests)) > 0
}
