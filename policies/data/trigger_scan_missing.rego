# METADATA
# title: No poison/trigger scan for instruction-tuning data
# description: >-
#   A few hundred planted rows of an instruction dataset are enough for a backdoor, and the
#   model that learned it passes every other test.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-011
#   stages: [data]
#   severity: high
#   applies_to: [datasets]
#   requires: [attestations, datasets]
#   fix: >-
#     Screen the dataset for planted triggers and attest the result for its digest.
#   settings:
#     tests:
#       type: set
#       default: ['(?i)trigger', '(?i)backdoor', '(?i)poison']
#       doc: regular expressions of tests and properties that mean such a screen
#     shapes:
#       type: set
#       default: [alpaca, sharegpt, messages, preference]
#       doc: shapes of instruction-tuning data
#     skip_roles:
#       type: set
#       default: [eval]
#       doc: roles of datasets that need no screen
#   maps:
#     owasp_ml: [ML02:2023, ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020, AML.T0043.004]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [D.s4, PR1, Q0]
package mlpolicy.data.trigger_scan_missing

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at} if {
	evidence.given
	some d in _instructions
	not _screened(d)
	detail := $"{d.shape} data, and no trusted statement says that its bytes were screened for triggers"
}

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at} if {
	some d in _instructions
	some s in _statements(d)
	some name in evidence.matching(evidence.failed(s), settings["DATA-011"].tests)
	detail := $"the screen for triggers did not pass: {name}"
}

_instructions contains d if {
	some d in input.datasets
	d.sha256 != ""
	d.shape in settings["DATA-011"].shapes
	not d.role in settings["DATA-011"].skip_roles
}

_statements(d) := {s | some s in evidence.verified; some digest in s.digests; digest == d.sha256}

_screened(d) if {
	some s in _statements(d)
	count(evidence.matching(evidence.passed(s) | evidence.failed(s), settings["DATA-011"].tests)) > 0
}
