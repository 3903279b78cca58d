# METADATA
# title: Versions not isolated
# description: >-
#   Two versions that share an account or a writable volume share their fate: the new one can change
#   the files and the data of the one it is compared with.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0105
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/653.html
# custom:
#   id: DEP-021
#   stages: [deployment]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Give each version a service account and a volume of its own, or mount shared weights
#     read-only.
#   settings:
#     roles:
#       type: set
#       default: [serving]
#       doc: roles of workloads that are judged
#     app_labels:
#       type: set
#       default: [app, app.kubernetes.io/name, app.kubernetes.io/part-of]
#       doc: labels that say what an application is
#     version_labels:
#       type: set
#       default: [version, app.kubernetes.io/version, model-version, track]
#       doc: labels that tell versions of it apart
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0105]
#     nist_ai_rmf: []
#     cwe: [CWE-653]
#     eu_ai_act: []
#     threats: [P.s4]
package mlpolicy.deployment.versions_not_isolated

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": first.name, "detail": detail, "at": first.at, "key": second.name} if {
	some first in _versions
	some second in _versions
	first.name < second.name
	_same_application(first, second)
	_other_version(first, second)
	shared := _shared(first, second)
	count(shared) > 0
	listed := concat(", ", shared)
	detail := $"versions {first.name} and {second.name} share {listed}"
}

_versions contains workload if {
	some workload in input.workloads
	workload.role in settings["DEP-021"].roles
	not places.skipped(workload.at.path, settings["DEP-021"].skip_paths)
}

_same_application(a, b) if {
	a.namespace == b.namespace
	some label in settings["DEP-021"].app_labels
	a.labels[label] == b.labels[label]
}

_other_version(a, b) if {
	some label in settings["DEP-021"].version_labels
	a.labels[label] != b.labels[label]
}

_shared(a, b) := {$"the identity {a.identity}" |
	a.identity != ""
	a.identity == b.identity
} | {$"the writable volume {mount.source}" |
	some mount in a.mounts
	mount.kind == "claim"
	mount.source != ""
	some other in b.mounts
	other.source == mount.source
	some state in [mount.read_only, other.read_only]
	state != "yes"
}
