# METADATA
# title: Adapter base mismatch or unpinned
# description: >-
#   An adapter changes exactly the weights it was trained on. Without a pinned base, or beside a
#   recipe that uses another base, what is served is a model that nobody tested.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: TRAIN-008
#   stages: [training]
#   severity: high
#   applies_to: [references, components, cards]
#   requires: [references, cards]
#   fix: Write the full commit of the base into adapter_config.json, and use the same base everywhere.
#   settings:
#     manifest:
#       type: string
#       default: adapter_config.json
#       doc: file that names the base of an adapter
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML07:2023, ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: [CWE-345]
#     eu_ai_act: []
#     threats: [CT4, CT1, R.s1]
package mlpolicy.training.adapter_base

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": folder, "detail": detail, "at": base.at} if {
	some base in _bases
	base.host in refs.hubs
	base.revision_kind in refs.moving
	folder := _folder(base.at.path)
	wants := refs.wants(base.revision, base.revision_kind)
	detail := $"the adapter names its base {base.name} {wants}"
}

deny contains {"subject": folder, "detail": detail, "at": base.at} if {
	some base in _bases
	base.host in refs.hubs
	folder := _folder(base.at.path)
	some card in input.cards
	card.kind == "model"
	places.folder(card.at.path) == places.folder(base.at.path)
	count(card.base_model) > 0
	not lower(base.name) in {lower(name) | some name in card.base_model}
	named := concat(", ", card.base_model)
	detail := $"the adapter was made for {base.name}, its card says {named}"
}

deny contains {"subject": folder, "detail": detail, "at": base.at} if {
	some base in _bases
	base.host in refs.hubs
	count(_used) == 1
	some used in _used
	lower(base.name) != used
	folder := _folder(base.at.path)
	detail := $"the adapter was made for {base.name}, the source uses {used}"
}

_bases contains ref if {
	some ref in input.references
	ref.kind == "model"
	ref.role == "base"
	ref.state == "resolved"
	endswith(ref.at.path, settings["TRAIN-008"].manifest)
	not places.skipped(ref.at.path, settings["TRAIN-008"].skip_paths)
}

# The base models that code and recipes load.
_used contains lower(ref.name) if {
	some ref in input.references
	ref.kind == "model"
	ref.role == "base"
	ref.state == "resolved"
	ref.host in refs.hubs
	not ref.how == "card"
	not endswith(ref.at.path, settings["TRAIN-008"].manifest)
	not places.skipped(ref.at.path, settings["TRAIN-008"].skip_paths)
}

_folder(path) := places.folder(path) if places.folder(path) != ""

_folder(path) := path if places.folder(path) == ""
