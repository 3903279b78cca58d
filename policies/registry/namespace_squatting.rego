# METADATA
# title: Namespace squatting exposure
# description: >-
#   A bare model name is looked up on a public hub as soon as the folder of that name is not
#   there, and whoever takes the name there decides what is loaded. So is a name in a namespace
#   that only exists inside.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://atlas.mitre.org/techniques/AML.T0074
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/427.html
# custom:
#   id: REG-013
#   stages: [registry]
#   severity: high
#   applies_to: [references]
#   requires: [references, files]
#   fix: >-
#     Write the registry host, a full namespace or an explicit local path (./name) in front of the
#     name.
#   settings:
#     internal:
#       type: set
#       default: []
#       doc: namespaces and bare names that only exist inside
#     canonical:
#       type: string
#       default: '^(albert|bart|bert|bert-(base|large)|camembert|ctrl|deberta|distilbert|distilgpt2|distilroberta|electra|flaubert|gpt2|gpt2-(medium|large|xl)|layoutlm|longformer|openai-gpt|roberta|t5|transfo-xl|xlm|xlm-(mlm|clm|roberta)|xlnet)([-_].*)?$'
#       doc: bare names that the hub itself owns
#     own_namespace:
#       type: string
#       default: '(SentenceTransformer|SentenceTransformerEmbeddings|SentenceTransformerEmbeddingFunction|HuggingFaceEmbeddings|HuggingFaceBgeEmbeddings)$'
#       doc: loaders that look a bare name up in the namespace of their own organisation
#     folders:
#       type: string
#       default: '(?i)(^|[-_.])(path|dir|folder|outputs?|ckpts?|checkpoints?|dummy|tmp|temp)([-_.]|$)'
#       doc: what a bare name that a run gives to a folder of its own looks like
#     roles:
#       type: set
#       default: [base, tokenizer, reward, embedding, adapter]
#       doc: roles in which a name is looked up
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003, AML.T0074]
#     nist_ai_rmf: []
#     cwe: [CWE-427]
#     eu_ai_act: []
#     threats: [R.s1, AC1]
package mlpolicy.registry.namespace_squatting

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": ref.name, "detail": detail, "at": ref.at} if {
	some ref in _looked_up
	not contains(ref.name, "/")
	not regex.match(settings["REG-013"].own_namespace, ref.loader)
	not regex.match(settings["REG-013"].canonical, lower(ref.name))
	not _in_source(ref.name)
	not refs.of_service(ref)
	not regex.match(settings["REG-013"].folders, ref.name)
	not ref.name in settings["REG-013"].internal
	detail := $"the bare name {ref.name} is looked up on {ref.host} when no folder of that name is there"
}

deny contains {"subject": ref.name, "detail": detail, "at": ref.at} if {
	some ref in _looked_up
	parts := split(ref.name, "/")
	parts[0] in settings["REG-013"].internal
	detail := $"{ref.name} is internal and is looked up on {ref.host}, where anybody may take the name"
}

_looked_up contains ref if {
	some ref in input.references
	ref.kind in {"model", "tokenizer", "adapter"}
	ref.host in refs.hubs
	ref.state == "resolved"
	ref.role in settings["REG-013"].roles
	ref.confidence == "high"
	not ref.how == "card"
	not places.skipped(ref.at.path, settings["REG-013"].skip_paths)
}

_in_source(name) if {
	some file in input.files
	name in split(file.path, "/")
}
