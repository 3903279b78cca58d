# METADATA
# title: Cluster does not verify at admission
# description: >-
#   What a pipeline verified can be replaced on the way. The cluster that runs the model is the last
#   that can check who signed it.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0058
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/347.html
# custom:
#   id: DEP-026
#   stages: [deployment]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: >-
#     Install a policy that verifies signatures at admission (ClusterImagePolicy, ModelValidation,
#     Kyverno verifyImages, ratify).
#   settings:
#     roles:
#       type: set
#       default: [serving]
#       doc: roles of workloads whose namespaces are judged
#     platforms:
#       type: set
#       default: [kubernetes, kserve, ray, seldon, kubeai]
#       doc: platforms with admission control
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0058]
#     nist_ai_rmf: []
#     cwe: [CWE-347]
#     eu_ai_act: []
#     threats: [R.s3, P.s3]
package mlpolicy.deployment.no_admission_check

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": namespace, "detail": detail, "at": first.at, "key": namespace} if {
	some namespace, workloads in _unchecked
	lines := sort({[workload.at.path, workload.at.line] | some workload in workloads})
	some first in workloads
	[first.at.path, first.at.line] == lines[0]
	names := concat(", ", sort({workload.name | some workload in workloads}))
	detail := $"no admission policy of {namespace} verifies what it runs ({names})"
}

_unchecked[namespace] contains workload if {
	some workload in input.workloads
	workload.role in settings["DEP-026"].roles
	workload.platform in settings["DEP-026"].platforms
	not workload.settings.admission
	not places.skipped(workload.at.path, settings["DEP-026"].skip_paths)
	namespace := _namespace(workload)
}

_namespace(workload) := $"namespace {workload.namespace}" if workload.namespace != ""

_namespace(workload) := "the namespace" if workload.namespace == ""
