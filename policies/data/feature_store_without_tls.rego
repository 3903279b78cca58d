# METADATA
# title: Remote store without TLS
# description: >-
#   Features and credentials cross the network in the clear, and somebody on the way can change
#   what is served.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0025
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/319.html
# custom:
#   id: FS-007
#   stages: [data]
#   severity: medium
#   applies_to: [stores]
#   requires: [stores]
#   fix: Use TLS to the online store, the offline store and the registry.
#   settings:
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0025]
#     nist_ai_rmf: []
#     cwe: [CWE-319]
#     eu_ai_act: []
#     threats: [SE4]
package mlpolicy.data.feature_store_without_tls

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in input.stores
	store.kind == "feature_backend"
	store.tls == "no"
	not _near(store.uri)
	not places.skipped(store.at.path, settings["FS-007"].skip_paths)
	detail := $"{store.name} is reached without TLS"
}

_near(uri) if hosts.loopback(hosts.of(uri))

_near(uri) if regex.match(`^(localhost|127\.)`, uri)
