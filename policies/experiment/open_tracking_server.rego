# METADATA
# title: Tracking server unauthenticated on all interfaces
# description: >-
#   An MLflow or Aim server on all interfaces without authentication lets everybody who reaches it
#   read every run and replace every artifact. Recording a proxy in front of it, that asks for a
#   login, makes it quiet.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0049
#   - ref: https://atlas.mitre.org/techniques/AML.T0035
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: EXP-002
#   stages: [experiment]
#   severity: high
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Start it with --app-name basic-auth (and TLS), or listen on 127.0.0.1 behind a proxy that
#     authenticates.
#   settings:
#     roles:
#       type: set
#       default: [tracker]
#       doc: roles of workloads that are judged
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0049, AML.T0035]
#     nist_ai_rmf: []
#     cwe: [CWE-306]
#     eu_ai_act: []
#     threats: [E.s1, SE1]
package mlpolicy.experiment.open_tracking_server

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": listener.at} if {
	some workload in input.workloads
	workload.role in settings["EXP-002"].roles
	some listener in workload.listens
	hosts.any_address(listener.address)
	not listener.auth in {"yes", "unresolved"}
	not _fronted(workload)
	not places.skipped(workload.at.path, settings["EXP-002"].skip_paths)
	detail := $"tracking server {workload.name} listens on {listener.address} without authentication"
}

# A gateway of the same file that depends on it and asks for a login.
_fronted(workload) if {
	some gateway in input.workloads
	gateway.at.path == workload.at.path
	workload.name in gateway.depends_on
	some listener in gateway.listens
	listener.auth == "yes"
}
