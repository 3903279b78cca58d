# METADATA
# title: Credential inside URI or DSN
# description: >-
#   A password inside a connection string ends up in process lists, logs and error messages, and
#   in the history of the file it is written in.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/798.html
# custom:
#   id: EXP-004
#   stages: [experiment]
#   severity: high
#   applies_to: [secrets, workloads, calls, stores, files, documents]
#   requires: [secrets]
#   fix: >-
#     Take the password out of the URI and pass it from a secret store; change the password that was
#     written down.
#   settings:
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0055]
#     nist_ai_rmf: []
#     cwe: [CWE-798]
#     eu_ai_act: []
#     threats: [E.s3, E.a4]
package mlpolicy.experiment.credential_in_uri

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": secret.at.path, "detail": detail, "at": secret.at} if {
	some secret in input.secrets
	secret.context == "uri"
	not places.skipped(secret.at.path, settings["EXP-004"].skip_paths)
	detail := $"a URI carries its password ({secret.rule})"
}
