# METADATA
# title: Credential in experiment config, notebook output or logged params
# description: >-
#   A token in a run configuration, in the output of a notebook cell or among logged parameters is
#   read by everybody who can read the experiment. The value is never shown; revoke it, deleting
#   the line is not enough.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/798.html
#   - ref: https://cwe.mitre.org/data/definitions/532.html
# custom:
#   id: EXP-001
#   stages: [experiment]
#   severity: critical
#   applies_to: [secrets, files, runs, calls, documents]
#   requires: [secrets]
#   fix: >-
#     Revoke the credential, then read it from the environment or a secret store and keep it out of
#     what is logged.
#   settings:
#     contexts:
#       type: set
#       default: [config, notebook_output, run, code]
#       doc: contexts of a secret that belong to experiments
#     guessed:
#       type: set
#       default: [wandb-key, comet-key, aws-secret-key, google-api-key, uri-password]
#       doc: rules that go by the words around a value, or find keys that may be public
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023, ML06:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0055, AML.T0012]
#     nist_ai_rmf: []
#     cwe: [CWE-798, CWE-532]
#     eu_ai_act: []
#     threats: [E.a4, E.s3]
package mlpolicy.experiment.leaked_credential

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {
	"subject": secret.at.path,
	"detail": detail,
	"at": secret.at,
	"certainty": certainty,
} if {
	some secret in input.secrets
	secret.context in settings["EXP-001"].contexts
	not places.skipped(secret.at.path, settings["EXP-001"].skip_paths)
	certainty := _certainty(secret.rule)
	detail := $"a credential ({secret.rule}) is written into {_place[secret.context]}"
}

_certainty(rule) := "likely" if rule in settings["EXP-001"].guessed

_certainty(rule) := "certain" if not rule in settings["EXP-001"].guessed

_place := {
	"config": "a configuration file",
	"notebook_output": "the output of a notebook cell",
	"run": "the record of a run",
	"code": "code",
	"environment": "an environment",
	"uri": "a URI",
}
