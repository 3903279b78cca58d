# METADATA
# title: Serving identity can write registry or training data
# description: >-
#   An inference service reads one model. If its identity may write to the registry or to the
#   training data, an attacker inside it decides what is trained and served next.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/269.html
# custom:
#   id: DEP-005
#   stages: [deployment]
#   severity: high
#   applies_to: [identities]
#   requires: [identities, workloads]
#   fix: >-
#     Take the writing actions from the identity, or limit them to the prefix where the service
#     keeps its own output.
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads whose identities are judged
#     registry_writes:
#       type: string
#       default: '(?i)^(ecr:(\*|put.*|batchdelete.*|initiatelayerupload|completelayerupload|uploadlayerpart)|sagemaker:(\*|create\*|update\*|(create|update|delete)(modelpackage|trainingjob|model$|endpoint).*)|roles/(artifactregistry\.(admin|writer|repoadmin)|aiplatform\.admin)|acrpush|(arn:aws:iam::aws:policy/)?(amazonsagemakerfullaccess|amazonec2containerregistry(fullaccess|poweruser)))$'
#       doc: actions that write to a registry or start training
#     data_writes:
#       type: string
#       default: '(?i)^(s3:(\*|put\*|putobject.*|delete\*|deleteobject.*)|roles/storage\.(admin|objectadmin|objectcreator|objectuser)|storage blob data (contributor|owner)|(arn:aws:iam::aws:policy/)?amazons3fullaccess)$'
#       doc: actions that write objects
#     critical_resources:
#       type: string
#       default: '(?i)train|dataset|feature|corpus|model|registry|artifact|mlflow|weights|^\*$|:::\*$'
#       doc: resources that hold training data or models
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0018, AML.T0020]
#     nist_ai_rmf: []
#     cwe: [CWE-269]
#     eu_ai_act: []
#     threats: [C6, Q6, K6]
package mlpolicy.deployment.serving_can_write

import future.keywords.not

import data.mlpolicy.lib.grants
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": identity.id, "detail": detail, "at": grant.at, "key": action} if {
	some identity in input.identities
	users := {usage.workload |
		some usage in identity.used_by
		usage.role in settings["DEP-005"].roles
		not places.skipped(usage.at.path, settings["DEP-005"].skip_paths)
	}
	count(users) > 0
	some grant in identity.grants
	grant.effect == "allow"
	some action in grant.actions
	what := _writes(action, grant.resources)
	serving := concat(", ", users)
	detail := $"{identity.id} of {serving} may do {action}, which writes {what}"
}

_writes(action, _) := "to a registry" if regex.match(settings["DEP-005"].registry_writes, action)

_writes(action, resources) := $"to {min(critical)}" if {
	regex.match(settings["DEP-005"].data_writes, action)
	critical := {resource |
		some resource in resources
		regex.match(settings["DEP-005"].critical_resources, resource)
	}
	count(critical) > 0
}

_writes(action, resources) := "everything" if {
	grants.everything(action)
	"*" in resources
}
