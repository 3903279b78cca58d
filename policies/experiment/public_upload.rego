# METADATA
# title: Run or model made public
# description: >-
#   A run or model that is created without asking for privacy is public for ever, and what was
#   trained on goes with it. Privacy that is decided at run time is not judged.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0035
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/200.html
# custom:
#   id: EXP-008
#   stages: [experiment]
#   severity: high
#   applies_to: [calls]
#   requires: [calls]
#   fix: Pass private=True (hub_private_repo=True in training arguments), and drop anonymous=.
#   settings:
#     arguments:
#       type: set
#       default:
#         - transformers.TrainingArguments
#         - transformers.Seq2SeqTrainingArguments
#         - trl.SFTConfig
#         - trl.DPOConfig
#         - trl.GRPOConfig
#         - trl.KTOConfig
#         - trl.ORPOConfig
#         - trl.RewardConfig
#         - trl.PPOConfig
#         - sentence_transformers.SentenceTransformerTrainingArguments
#       doc: training arguments that can publish the model
#     creators:
#       type: set
#       default: [huggingface_hub.create_repo, huggingface_hub.HfApi.create_repo]
#       doc: calls that create a repository on the hub
#     pushers:
#       type: set
#       default: [push_to_hub, push_to_hub_merged, push_to_hub_gguf]
#       doc: methods that publish what they are called on
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0035]
#     nist_ai_rmf: []
#     cwe: [CWE-200]
#     eu_ai_act: []
#     threats: [E.s2, E.a1, E.a2]
package mlpolicy.experiment.public_upload

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in input.calls
	detail := _publishes(call)
	not places.skipped(call.at.path, settings["EXP-008"].skip_paths)
}

_publishes(call) := $"{call.callee} allows anonymous runs, which anybody can read" if {
	call.callee in {"wandb.init", "wandb.login"}
	call.args.anonymous in {"allow", "must"}
}

_publishes(call) := $"{call.callee} publishes the model: hub_private_repo is {stated}" if {
	stated := _stated(call, "hub_private_repo")
	call.callee in settings["EXP-008"].arguments
	code.on(call.args.push_to_hub)
	_public(call, "hub_private_repo")
}

_publishes(call) := $"{call.callee} creates a public repository: private is {stated}" if {
	stated := _stated(call, "private")
	call.callee in settings["EXP-008"].creators
	_public(call, "private")
}

# A method of self or of a trainer takes its privacy from elsewhere; a card goes to a repository
# that is there.
_publishes(call) := $"{call.callee} publishes: private is {stated}" if {
	stated := _stated(call, "private")
	code.last(call.callee) in settings["EXP-008"].pushers
	not regex.match(`(^|\.)(self|cls|super|trainer|[a-z_]*_trainer|card|[a-z_]*_card|modelcard)\.[a-z_]+$`, lower(call.callee))
	_names_repository(call)
	not code.given(call, "3")
	_public(call, "private")
}

# One that names no repository pushes to where a clone came from. A fourth argument without a
# name may be private.
_names_repository(call) if {
	some name in ["0", "repo_id"]
	code.given(call, name)
}

_public(call, name) if not code.given(call, name)

_public(call, name) if code.off(call.args[name])

_stated(call, name) := call.args[name]

_stated(call, name) := "not given" if not call.args[name]
