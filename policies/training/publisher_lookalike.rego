# METADATA
# title: Base model publisher not allowed or look-alike
# description: >-
#   A namespace that reads like a well-known publisher is how people end up with somebody else's
#   weights. The list of allowed publishers is empty by default, which means that none is
#   configured; look-alikes are judged anyway.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://atlas.mitre.org/techniques/AML.T0074
#   - ref: https://atlas.mitre.org/techniques/AML.T0111
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/1357.html
# custom:
#   id: TRAIN-007
#   stages: [training]
#   severity: high
#   applies_to: [components]
#   requires: [components]
#   fix: Use the name of the publisher you meant, or add the namespace to the publishers of TRAIN-007.
#   settings:
#     publishers:
#       type: set
#       default: []
#       doc: namespaces on a hub whose models may be used; empty means any
#     known:
#       type: set
#       default:
#         - meta-llama
#         - facebook
#         - mistralai
#         - google
#         - microsoft
#         - openai
#         - nvidia
#         - deepseek-ai
#         - allenai
#         - EleutherAI
#         - bigscience
#         - bigcode
#         - stabilityai
#         - tiiuae
#         - HuggingFaceH4
#         - HuggingFaceM4
#         - HuggingFaceTB
#         - HuggingFaceFW
#         - CohereForAI
#         - CohereLabs
#         - databricks
#         - mosaicml
#         - Qwen
#         - apple
#         - ibm-granite
#         - sentence-transformers
#         - unsloth
#         - TheBloke
#         - NousResearch
#         - black-forest-labs
#         - baichuan-inc
#         - THUDM
#         - internlm
#         - upstage
#         - teknium
#         - lmsys
#         - runwayml
#         - CompVis
#         - openchat
#         - togethercomputer
#         - salesforce
#         - amazon
#         - intel
#         - BAAI
#         - intfloat
#         - jinaai
#         - nomic-ai
#         - xai-org
#         - moonshotai
#         - zai-org
#         - ai21labs
#         - openbmb
#         - 01-ai
#         - ollama
#         - bartowski
#         - lmstudio-community
#         - princeton-nlp
#         - snowflake
#         - AI4Bharat
#       doc: well-known namespaces that look-alikes are compared with
#     kinds:
#       type: set
#       default: [model, adapter, tokenizer]
#       doc: kinds of component that are judged
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003, AML.T0074, AML.T0111]
#     nist_ai_rmf: [GOVERN 6.1]
#     cwe: [CWE-1357]
#     eu_ai_act: []
#     threats: [R.s1, R.s4, DF4]
package mlpolicy.training.publisher_lookalike

import future.keywords.not

import data.mlpolicy.lib.names
import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": model.name, "detail": detail, "at": model.at} if {
	count(settings["TRAIN-007"].publishers) > 0
	some model in _hub_models
	not lower(model.namespace) in _allowed
	detail := $"{model.kind} {model.name} is published by {model.namespace}, which is not on the list"
}

deny contains {"subject": model.name, "detail": detail, "at": model.at} if {
	some model in _hub_models
	not lower(model.namespace) in (_allowed | _known)
	imitated := _imitated[model.namespace]
	count(imitated) > 0
	not _named_beside(model, imitated)
	detail := $"publisher {model.namespace} of {model.name} reads like {min(imitated)}, and is not"
}

# Who names both in one line knows the difference: the name that one publisher has on two hubs.
_named_beside(model, imitated) if {
	some other in _at_line[places.line(model.at)]
	lower(other) in {lower(publisher) | some publisher in imitated}
}

_at_line[line] contains model.namespace if {
	some model in _hub_models
	line := places.line(model.at)
}

_imitated := {namespace: publishers |
	some namespace in {model.namespace | some model in _hub_models}
	publishers := {publisher | publisher := _skeletons[names.skeleton(namespace)]} | {publisher |
		some probe in names.probes(lower(namespace))
		publisher := _traces[probe]
	}
}

# The listed names by what they look like and by what one edit leaves of them. Objects,
# not partial rules, which would be evaluated again for each key that is looked up.
_skeletons := object.union_n([{names.skeleton(publisher): publisher} |
	some publisher in _named
])

_traces := object.union_n([traces |
	some publisher in _named
	count(publisher) >= names.shortest
	traces := {trace: publisher | some trace in names.traces(lower(publisher))}
])

_hub_models contains model if {
	some model in input.components
	model.kind in settings["TRAIN-007"].kinds
	model.host in refs.hubs
	model.namespace != ""
}

_allowed contains lower(publisher) if some publisher in settings["TRAIN-007"].publishers

_known contains lower(publisher) if some publisher in settings["TRAIN-007"].known

_named contains publisher if some publisher in settings["TRAIN-007"].publishers

_named contains publisher if some publisher in settings["TRAIN-007"].known
