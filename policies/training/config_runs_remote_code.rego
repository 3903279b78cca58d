# METADATA
# title: Model config pulls remote code
# description: >-
#   auto_map in a model configuration names Python that the loader downloads and runs. Code in
#   another repository is not covered by the commit that pins the model.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.001
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/94.html
# custom:
#   id: TRAIN-020
#   stages: [training]
#   severity: high
#   applies_to: [references]
#   requires: [references]
#   fix: >-
#     Copy the modelling code into the model repository, pin it by a full commit, or use a class of
#     the library.
#   settings:
#     key:
#       type: string
#       default: auto_map
#       doc: key of a configuration that names code
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018.001, AML.T0010.003]
#     nist_ai_rmf: []
#     cwe: [CWE-94]
#     eu_ai_act: []
#     threats: [T.s4, C7]
package mlpolicy.training.config_runs_remote_code

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": refs.subject(ref), "detail": detail, "at": ref.at} if {
	some ref in input.references
	contains(ref.loader, settings["TRAIN-020"].key)
	not ref.host == "local"
	not ref.revision_kind in {"commit", "unresolved"}
	not places.skipped(ref.at.path, settings["TRAIN-020"].skip_paths)
	detail := $"loading this model runs code from {ref.name}"
}
