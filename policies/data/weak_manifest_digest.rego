# METADATA
# title: Dataset manifest digest malformed or weak
# description: >-
#   A manifest binds data to bytes only with a well-formed digest of a function that nobody can
#   collide. The md5 that DVC keeps for its own cache is not judged.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/328.html
# custom:
#   id: DATA-005
#   stages: [data]
#   severity: medium
#   applies_to: [cards, components]
#   requires: [cards, components]
#   fix: Write the SHA-256 of each file, as 64 lower-case hexadecimal digits, into the manifest.
#   settings:
#     weak:
#       type: set
#       default: [md5, sha1, crc32]
#       doc: digest functions for which collisions can be made
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-328]
#     eu_ai_act: [Article 10]
#     threats: [D.a3, PR2]
package mlpolicy.data.weak_manifest_digest

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": _name(file), "detail": detail, "at": file.at} if {
	some card in input.cards
	card.kind == "dataset"
	some file in card.digests
	detail := _malformed(file.algorithm, file.value)
}

deny contains {"subject": _name(file), "detail": detail, "at": file.at} if {
	some card in input.cards
	card.kind == "dataset"
	some file in card.digests
	file.algorithm in settings["DATA-005"].weak
	strong := {other.algorithm | some other in card.digests; _name(other) == _name(file)}
	count(strong & _strong) == 0
	detail := $"the only digest of {_name(file)} is {file.algorithm}"
}

deny contains {"subject": dataset.name, "detail": detail, "at": dataset.at} if {
	some dataset in input.components
	dataset.kind == "dataset"
	some algorithm, value in dataset.digests
	detail := _malformed(algorithm, value)
}

_strong := {"sha256", "sha384", "sha512", "blake3"}

_length := {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}

_name(file) := file.path if file.path != ""

_name(file) := file.url if file.path == ""

_malformed(algorithm, value) := detail if {
	length := _length[algorithm]
	digits := trim_suffix(value, ".dir")
	not regex.match(`^[0-9a-fA-F]+$`, digits)
	detail := $"\"{value}\" is not a {algorithm} digest ({length} hexadecimal digits)"
}

_malformed(algorithm, value) := detail if {
	length := _length[algorithm]
	digits := trim_suffix(value, ".dir")
	regex.match(`^[0-9a-fA-F]+$`, digits)
	count(digits) != length
	detail := $"\"{value}\" has {count(digits)} of the {length} digits of {algorithm}"
}
