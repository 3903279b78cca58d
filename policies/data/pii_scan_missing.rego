# METADATA
# title: PII scan evidence missing, stale or failing
# description: >-
#   Personal data that a model learned cannot be taken back. A scan counts when a trusted signer
#   says that these very bytes passed it, not long ago.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0057
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/359.html
# custom:
#   id: DATA-010
#   stages: [data]
#   severity: high
#   applies_to: [datasets]
#   requires: [attestations, datasets]
#   fix: >-
#     Scan the dataset for personal data and attest the result for its digest.
#   settings:
#     tests:
#       type: set
#       default: ['(?i)pii', '(?i)personal[-_ ]?data']
#       doc: regular expressions of tests and properties that mean such a scan
#     max_age_days:
#       type: number
#       default: 365
#       doc: age from which a scan no longer counts
#     max_count:
#       type: number
#       default: 0
#       doc: findings that the statistics of a scan may count
#     skip_roles:
#       type: set
#       default: [eval]
#       doc: roles of datasets that need no scan
#   maps:
#     owasp_ml: [ML04:2023, ML03:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0057, AML.T0024.000]
#     nist_ai_rmf: [MEASURE 2.10]
#     cwe: [CWE-359]
#     eu_ai_act: [Article 10]
#     threats: [D.a4, CT5]
package mlpolicy.data.pii_scan_missing

import future.keywords.not

import data.mlpolicy.lib.evidence
import data.mlpolicy.settings

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at} if {
	evidence.given
	some d in _scanned
	not _clean(d)
	count(_failing(d)) == 0
	detail := "no trusted, recent statement says that its bytes passed a scan for personal data"
}

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at} if {
	some d in _scanned
	some reason in _failing(d)
	detail := $"the scan for personal data did not pass: {reason}"
}

_scanned contains d if {
	some d in input.datasets
	d.sha256 != ""
	not d.role in settings["DATA-010"].skip_roles
}

_statements(d) := {s | some s in evidence.verified; some digest in s.digests; digest == d.sha256}

_clean(d) if {
	some s in _statements(d)
	count(evidence.matching(evidence.passed(s), settings["DATA-010"].tests)) > 0
	evidence.fresh(s, settings["DATA-010"].max_age_days)
}

_failing(d) := {name |
	some s in _statements(d)
	some name in evidence.matching(evidence.failed(s), settings["DATA-010"].tests)
} | {counted |
	some s in _statements(d)
	count(evidence.matching(evidence.passed(s), settings["DATA-010"].tests)) > 0
	found := evidence.statistic(s, "count")
	found > settings["DATA-010"].max_count
	counted := $"{found} findings"
}
