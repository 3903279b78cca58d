# METADATA
# title: Tracking URI plaintext and remote
# description: >-
#   What goes to a tracking server over plain http can be read and changed on the way, credentials
#   included. Loopback and names that only a cluster resolves do not count.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0025
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/319.html
# custom:
#   id: EXP-003
#   stages: [experiment]
#   severity: medium
#   applies_to: [stores, calls, workloads]
#   requires: [stores, calls, workloads]
#   fix: Give the tracking server a certificate and use its https:// address.
#   settings:
#     variables:
#       type: set
#       default:
#         - MLFLOW_TRACKING_URI
#         - MLFLOW_REGISTRY_URI
#         - WANDB_BASE_URL
#         - COMET_URL_OVERRIDE
#         - CLEARML_API_HOST
#         - CLEARML_WEB_HOST
#         - CLEARML_FILES_HOST
#         - NEPTUNE_API_URL
#       doc: variables that name a tracking server
#     setters:
#       type: set
#       default:
#         - mlflow.set_tracking_uri
#         - mlflow.set_registry_uri
#         - mlflow.MlflowClient
#         - mlflow.tracking.MlflowClient
#       doc: calls that name a tracking server
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0025]
#     nist_ai_rmf: []
#     cwe: [CWE-319]
#     eu_ai_act: []
#     threats: [E.s1]
package mlpolicy.experiment.plaintext_tracking

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": tracker.uri, "detail": detail, "at": tracker.at} if {
	some tracker in _trackers
	startswith(lower(tracker.uri), "http://")
	not hosts.templated(tracker.uri)
	host := hosts.of(tracker.uri)
	not hosts.loopback(host)
	not hosts.internal_name(host)
	not places.skipped(tracker.at.path, settings["EXP-003"].skip_paths)
	detail := $"runs are sent to {host} over plain http"
}

_trackers contains {"uri": store.uri, "at": store.at} if {
	some store in input.stores
	store.kind == "tracker"
}

_trackers contains {"uri": uri, "at": call.at} if {
	some call in input.calls
	call.callee in settings["EXP-003"].setters
	some uri in call.args
	not places.line(call.at) in _stored
}

_trackers contains {"uri": variable.value, "at": variable.at} if {
	some workload in input.workloads
	some variable in workload.env
	variable.name in settings["EXP-003"].variables
	not places.line(variable.at) in _stored
}

_stored contains places.line(store.at) if {
	some store in input.stores
	store.kind == "tracker"
}
