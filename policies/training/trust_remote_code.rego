# METADATA
# title: trust_remote_code enabled for model or tokenizer
# description: >-
#   trust_remote_code runs Python from the model repository in the training process. With a full
#   commit the code is at least the code that somebody read; without one it is whatever is there
#   today. A local folder brings only its own code and does not count.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.000
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/94.html
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: TRAIN-002
#   stages: [training]
#   severity: critical
#   applies_to: [references, calls]
#   requires: [references, calls]
#   fix: Remove trust_remote_code, or pin the repository to a full commit whose code was read.
#   settings:
#     kinds:
#       type: set
#       default: [model, tokenizer, adapter]
#       doc: kinds of reference that may bring code
#     dataset_loaders:
#       type: set
#       default:
#         - load_dataset
#         - load_dataset_builder
#         - get_dataset_config_names
#         - get_dataset_split_names
#       doc: last names of calls that DATA-004 judges
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003, AML.T0011.000]
#     nist_ai_rmf: []
#     cwe: [CWE-94, CWE-829]
#     eu_ai_act: []
#     threats: [T.s4, C7]
package mlpolicy.training.trust_remote_code

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {
	"subject": refs.subject(ref),
	"detail": detail,
	"at": ref.call_at,
	"certainty": certainty,
} if {
	some ref in _trusting
	not ref.role == "serve"
	not ref.host == "local"
	not ref.revision_kind in {"commit", "unresolved"}
	not places.skipped(ref.call_at.path, settings["TRAIN-002"].skip_paths)
	not places.skipped(ref.at.path, settings["TRAIN-002"].skip_paths)
	name := refs.named(ref)
	certainty := refs.certainty(ref)
	detail := $"{ref.kind} {name} runs code from its repository (trust_remote_code) without a full commit"
}

# Which repository a call without a reference loads is not known.
deny contains {
	"subject": call.at.path,
	"detail": detail,
	"at": call.at,
	"certainty": "likely",
} if {
	some call in input.calls
	code.on(call.args.trust_remote_code)
	not code.last(call.callee) in settings["TRAIN-002"].dataset_loaders
	not places.line(call.at) in _known
	not _pinned(call)
	not places.skipped(call.at.path, settings["TRAIN-002"].skip_paths)
	detail := $"{call.callee} runs the code of a repository (trust_remote_code) without a full commit"
}

_trusting contains ref if {
	some ref in input.references
	ref.kind in settings["TRAIN-002"].kinds
	ref.trust_remote_code == "yes"
}

_known contains places.line(at) if {
	some ref in input.references
	ref.trust_remote_code == "yes"
	some at in [ref.at, ref.call_at]
}

_pinned(call) if regex.match(`^[0-9a-f]{40}$`, call.args.revision)

_pinned(call) if {
	not call.args.revision
	code.given(call, "revision")
}
