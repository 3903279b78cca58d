# METADATA
# title: Base model not pinned to immutable revision
# description: >-
#   A hub name without a full commit means other bytes whenever its owner pushes, so two runs of
#   one recipe can start from different weights. Names and revisions that are built at run time
#   are not judged here (they are listed as unresolved references); the base of an adapter is
#   TRAIN-008, a served model DEP-002.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://atlas.mitre.org/techniques/AML.T0109
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: TRAIN-001
#   stages: [training]
#   severity: high
#   applies_to: [references]
#   requires: [references]
#   fix: Pass revision= with the full 40-character commit of the model.
#   settings:
#     kinds:
#       type: set
#       default: [model, tokenizer, adapter]
#       doc: kinds of reference that must be pinned
#     roles:
#       type: set
#       default: [base, adapter, reward, embedding, tokenizer, eval]
#       doc: roles of a reference that must be pinned
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023, ML07:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003, AML.T0109]
#     nist_ai_rmf: [MAP 4.1, MANAGE 3.2]
#     cwe: [CWE-829, CWE-494]
#     eu_ai_act: [Article 15]
#     threats: [T.s4, R.s1, DF4, C7, K7]
package mlpolicy.training.unpinned_base_model

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": refs.subject(ref), "detail": detail, "at": ref.at} if {
	some ref in input.references
	ref.kind in settings["TRAIN-001"].kinds
	ref.role in settings["TRAIN-001"].roles
	ref.host in refs.hubs
	ref.state == "resolved"
	ref.revision_kind in refs.moving
	not ref.how == "card"
	not ref.confidence == "low"
	not refs.of_service(ref)
	not endswith(ref.at.path, "adapter_config.json")
	not places.skipped(ref.at.path, settings["TRAIN-001"].skip_paths)
	wants := refs.wants(ref.revision, ref.revision_kind)
	detail := $"{ref.kind} {ref.name} is loaded {wants}"
}
