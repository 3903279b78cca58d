# METADATA
# title: Interaction logs lack retention or immutability
# description: >-
#   An attack on a model is found weeks later. Logs that are deleted by then, or that whoever got
#   in can change, do not show what was asked and answered.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0036
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
# custom:
#   id: MON-012
#   stages: [monitoring]
#   severity: medium
#   applies_to: [stores]
#   requires: [stores]
#   fix: Keep interaction logs for the time your limits say, in a store with a lock.
#   settings:
#     min_days:
#       type: number
#       default: 30
#       doc: shortest time for which logs are kept
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML04:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0036]
#     nist_ai_rmf: []
#     cwe: []
#     eu_ai_act: [Article 12]
#     threats: [M.a3]
package mlpolicy.monitoring.log_retention

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in _logs
	days := _days(store.retention)
	days > 0
	days < settings["MON-012"].min_days
	detail := $"{store.name} keeps logs for {store.retention}, the limit is {settings["MON-012"].min_days} days"
}

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in _logs
	store.kind == "bucket"
	not store.lock in {"yes", "unresolved"}
	detail := $"bucket {store.name} holds logs and has no lock, so that they can be changed"
}

_logs contains store if {
	some store in input.stores
	"logs" in {store.kind, store.purpose}
	not places.skipped(store.at.path, settings["MON-012"].skip_paths)
}

_hours := {"h": 1, "d": 24, "w": 168, "m": 720, "y": 8760}

# A number without a unit is days, as CloudWatch writes it; 0 keeps everything.
_days(text) := to_number(text) if regex.match(`^[0-9]+$`, text)

_days(text) := hours / 24 if {
	regex.match(`^([0-9]+[hdwmy])+$`, text)
	parts := regex.find_all_string_submatch_n(`([0-9]+)([hdwmy])`, text, -1)
	hours := sum([amount | some part in parts; amount := to_number(part[1]) * _hours[part[2]]])
}
