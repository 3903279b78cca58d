# METADATA
# title: User data logged raw
# description: >-
#   Prompts hold what users would not publish. Logged as they are, they are read by everybody who
#   reads logs, and end in the next training set.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0036
#   - ref: https://atlas.mitre.org/techniques/AML.T0085
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/532.html
# custom:
#   id: DEP-029
#   stages: [deployment]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Switch the logging of requests off, or redact them and give the store a key and a retention.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that are judged
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML04:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0036, AML.T0085]
#     nist_ai_rmf: [MEASURE 2.10]
#     cwe: [CWE-532]
#     eu_ai_act: [Article 12]
#     threats: [P.a4]
package mlpolicy.deployment.raw_request_logs

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at, "key": reason} if {
	some workload in input.workloads
	workload.role in settings["DEP-029"].roles
	not places.skipped(workload.at.path, settings["DEP-029"].skip_paths)
	not code.on(workload.settings.redaction)
	some reason in _reasons(workload)
	detail := $"{workload.name} {reason}"
}

_reasons(workload) := ({"logs the requests of its users" |
	code.on(workload.settings.request_logging)
} | {"logs the answers to its users" |
	code.on(workload.settings.response_logging)
}) | ({"stores the prompts of its users" |
	code.on(workload.settings.store_prompts)
} | {"captures requests without a key of its own" |
	code.on(workload.settings.data_capture)
	workload.settings.data_capture_kms != "yes"
})
