# METADATA
# title: Monitor covers a subset
# description: >-
#   What a monitor does not look at is where an attack goes: a column that is left out, or a sample
#   of the reference that is the same every time and known to whoever reads the code.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
# custom:
#   id: MON-013
#   stages: [monitoring]
#   severity: medium
#   applies_to: [alerts]
#   requires: [alerts, features]
#   fix: >-
#     List every feature that the model is served with, and draw the sample anew or take the whole
#     reference.
#   settings:
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.4]
#     cwe: []
#     eu_ai_act: []
#     threats: [M.s4]
package mlpolicy.monitoring.partial_monitor

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": alert.name, "detail": detail, "at": alert.at} if {
	some alert in _monitors
	some feature in input.features
	fields := {field | some field in feature.fields}
	columns := {column | some column in alert.columns}
	count(fields & columns) > 0
	missing := fields - columns
	count(missing) > 0
	detail := $"{alert.name} leaves out {concat(", ", missing)} of {feature.name}"
}

deny contains {"subject": alert.name, "detail": detail, "at": alert.at, "key": "seed"} if {
	some alert in _monitors
	seed := alert.settings.reference_seed
	detail := $"{alert.name} compares with a sample of the reference that is always the same (seed {seed})"
}

_monitors contains alert if {
	some alert in input.alerts
	not places.skipped(alert.at.path, settings["MON-013"].skip_paths)
}
