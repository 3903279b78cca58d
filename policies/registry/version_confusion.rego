# METADATA
# title: Version confusion
# description: >-
#   One name and version that stand for two different files let whoever asks get either. Numbers
#   that go back in time let an old model pass for a new one.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0109
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: REG-012
#   stages: [registry]
#   severity: critical
#   applies_to: [registry]
#   requires: [registry]
#   fix: Give every build a new version and never overwrite one.
#   settings:
#     kinds:
#       type: set
#       default: [mlflow, sagemaker, kitfile, modelpack, wandb]
#       doc: kinds of registry that number versions
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0109]
#     nist_ai_rmf: []
#     cwe: [CWE-345]
#     eu_ai_act: []
#     threats: [R.s1]
package mlpolicy.registry.version_confusion

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": subject, "detail": detail, "at": entry.at, "key": entry.digest} if {
	some entry in _versions
	some other in _versions
	_same_version(entry, other)
	other.digest < entry.digest
	subject := $"{entry.name} {entry.version}"
	detail := $"{entry.name} {entry.version} is {entry.digest}, and {other.digest} in {other.at.path}"
}

# A clock that was wrong, or a version that was copied, looks the same.
deny contains {
	"subject": subject,
	"detail": detail,
	"at": entry.at,
	"key": entry.created,
	"certainty": "likely",
} if {
	some entry in _versions
	some other in _versions
	_same_model(entry, other)
	to_number(other.version) > to_number(entry.version)
	count(other.created) == count(entry.created)
	other.created < entry.created
	subject := $"{entry.name} {entry.version}"
	detail := $"{entry.name} {entry.version} was made after version {other.version}"
}

_versions contains entry if {
	some entry in input.registry
	entry.kind in settings["REG-012"].kinds
}

_same_version(a, b) if {
	a.kind == b.kind
	a.name == b.name
	a.version == b.version
	a.digest != ""
	b.digest != ""
}

_same_model(a, b) if {
	a.kind == b.kind
	a.name == b.name
	regex.match(`^[0-9]{1,15}$`, a.version)
	regex.match(`^[0-9]{1,15}$`, b.version)
	a.created != ""
	b.created != ""
}
