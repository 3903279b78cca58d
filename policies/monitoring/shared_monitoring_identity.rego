# METADATA
# title: Monitoring shares identity with serving
# description: >-
#   Whoever takes over the process that serves a model has its identity. When the monitoring runs
#   under the same one, they can rewrite what would have told on them.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
#   - ref: https://cwe.mitre.org/data/definitions/653.html
# custom:
#   id: MON-015
#   stages: [monitoring]
#   severity: medium
#   applies_to: [identities]
#   requires: [identities, workloads]
#   fix: Give the monitoring a role or service account of its own.
#   settings:
#     watching:
#       type: set
#       default: [monitoring]
#       doc: roles of workloads that watch
#     watched:
#       type: set
#       default: [serving, gateway, training]
#       doc: roles of workloads that are watched
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML09:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0012]
#     nist_ai_rmf: []
#     cwe: [CWE-653]
#     eu_ai_act: []
#     threats: [C6, M.a2]
package mlpolicy.monitoring.shared_monitoring_identity

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": identity.id, "detail": detail, "at": watcher.at} if {
	some identity in input.identities
	some watcher in identity.used_by
	watcher.role in settings["MON-015"].watching
	others := {usage.workload |
		some usage in identity.used_by
		usage.role in settings["MON-015"].watched
	}
	count(others) > 0
	not places.skipped(watcher.at.path, settings["MON-015"].skip_paths)
	listed := concat(", ", others)
	detail := $"{watcher.workload} watches under the identity of {listed} ({identity.id})"
}
