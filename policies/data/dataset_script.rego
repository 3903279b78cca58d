# METADATA
# title: Dataset loading script executed
# description: >-
#   A dataset that ships a loading script runs that script in the process that trains. The switch
#   hands the machine to whoever can write to the dataset repository, so it counts with and
#   without a pinned revision. A script of the source itself is reviewed like other code.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.000
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/94.html
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: DATA-004
#   stages: [data]
#   severity: critical
#   applies_to: [references, calls]
#   requires: [references, calls]
#   fix: Remove trust_remote_code and load the dataset from Parquet or JSON files.
#   settings:
#     loaders:
#       type: set
#       default:
#         - datasets.load_dataset
#         - datasets.load_dataset_builder
#         - datasets.load.load_dataset
#         - load_dataset
#       doc: calls that load a dataset
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.002, AML.T0011.000]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: [CWE-94, CWE-829]
#     eu_ai_act: []
#     threats: [D.s2, C7, Q9]
package mlpolicy.data.dataset_script

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
	not ref.host == "local"
	not places.skipped(ref.call_at.path, settings["DATA-004"].skip_paths)
	not places.skipped(ref.at.path, settings["DATA-004"].skip_paths)
	certainty := refs.certainty(ref)
	detail := $"loading dataset {refs.named(ref)} runs the code in its repository (trust_remote_code)"
}

# Which dataset a call without a reference loads is not known.
deny contains {
	"subject": call.at.path,
	"detail": detail,
	"at": call.at,
	"certainty": "likely",
} if {
	some call in input.calls
	call.callee in settings["DATA-004"].loaders
	code.on(call.args.trust_remote_code)
	not places.line(call.at) in _known
	not places.skipped(call.at.path, settings["DATA-004"].skip_paths)
	detail := $"{call.callee} runs the code that comes with the dataset (trust_remote_code)"
}

_trusting contains ref if {
	some ref in input.references
	ref.kind == "dataset"
	ref.trust_remote_code == "yes"
}

_known contains places.line(at) if {
	some ref in _trusting
	some at in [ref.at, ref.call_at]
}
