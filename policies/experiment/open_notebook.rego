# METADATA
# title: Notebook server without token
# description: >-
#   A notebook server with an empty token gives a shell to everybody who reaches its port. One
#   that listens on loopback only is quiet.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0049
#   - ref: https://atlas.mitre.org/techniques/AML.T0050
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: EXP-011
#   stages: [experiment]
#   severity: critical
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Leave the token to Jupyter, or set a password, and put the server behind a proxy that
#     authenticates.
#   settings:
#     empty_token:
#       type: string
#       default: '--(NotebookApp|ServerApp|LabApp|IdentityProvider|JupyterApp)\.(token|password)(=|\s+)["'']*(\s|$)'
#       doc: what an argument that empties the token looks like
#     loopback:
#       type: string
#       default: '--(ip|NotebookApp\.ip|ServerApp\.ip)[= ]["'']?(127\.0\.0\.1|localhost)'
#       doc: what an argument that binds to loopback looks like
#     roles:
#       type: set
#       default: [notebook]
#       doc: roles of workloads whose listeners are judged
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0049, AML.T0050]
#     nist_ai_rmf: []
#     cwe: [CWE-306]
#     eu_ai_act: []
#     threats: [E.s1, T.a1]
package mlpolicy.experiment.open_notebook

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	line := concat(" ", array.concat(workload.command, workload.args))
	reasons := _reasons(workload, line)
	count(reasons) > 0
	not regex.match(settings["EXP-011"].loopback, line)
	not places.skipped(workload.at.path, settings["EXP-011"].skip_paths)
	detail := $"notebook server {workload.name} {min(reasons)}"
}

_reasons(workload, line) := _emptied(line) | _open(workload)

_emptied(line) := {"is started with an empty token" | regex.match(settings["EXP-011"].empty_token, line)}

_open(workload) := {$"listens on {listener.address} without authentication" |
	workload.role in settings["EXP-011"].roles
	some listener in workload.listens
	listener.auth == "no"
	not listener.address in {"127.0.0.1", "localhost", "::1"}
}
