# METADATA
# title: Model cloud resources lack isolation or encryption
# description: >-
#   A managed endpoint without network isolation reaches the internet with the rights of its role;
#   without a key of the customer whoever has the account reads the volumes.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0025
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
#   - ref: https://cwe.mitre.org/data/definitions/311.html
# custom:
#   id: DEP-030
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads, stores]
#   requires: [workloads, stores]
#   fix: >-
#     Set network isolation or a VPC, close the public endpoint, admit the networks that need the
#     database, switch the administrator's account off, and give a key of your own.
#   settings:
#     platforms:
#       type: set
#       default: [sagemaker, vertex, azureml]
#       doc: platforms with such settings
#     roles:
#       type: set
#       default: [serving, notebook]
#       doc: roles of workloads that are judged
#     stores:
#       type: set
#       default: [database, image_registry]
#       doc: kinds of store that are judged
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0025]
#     nist_ai_rmf: []
#     cwe: [CWE-284, CWE-311]
#     eu_ai_act: []
#     threats: [P.a1, P.s2]
package mlpolicy.deployment.unisolated_cloud

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.scope
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	workload.platform in settings["DEP-030"].platforms
	workload.role in settings["DEP-030"].roles
	not places.skipped(workload.at.path, settings["DEP-030"].skip_paths)
	reasons := _reasons(workload)
	count(reasons) > 0
	listed := concat(", ", reasons)
	detail := $"{workload.kind} {workload.name} {listed}"
}

deny contains {"subject": store.name, "detail": detail, "at": store.at, "certainty": scope.certainty} if {
	some store in input.stores
	store.kind in settings["DEP-030"].stores
	not places.skipped(store.at.path, settings["DEP-030"].skip_paths)
	some how in _open(store)
	kind := replace(store.kind, "_", " ")
	detail := $"{kind} {store.name} {how}"
}

# A database with training data is DATA-016.
_open(store) := {"admits the internet" |
	store.kind == "database"
	store.public == "yes"
	store.purpose != "data"
} | {"has the account of an administrator that nobody in particular uses" |
	"admin account" in store.writers
}

_reasons(workload) := ({"is neither isolated nor in a VPC" |
	workload.settings.vpc == "no"
	not workload.settings.network_isolation in {"yes", "unresolved"}
} | {"has a public endpoint" |
	workload.settings.public == "yes"
}) | ({"has direct internet access" |
	workload.settings.direct_internet_access == "enabled"
} | {"is not encrypted with a key of the customer" |
	workload.settings.kms_key == "no"
})
