# METADATA
# title: Dataset reference not pinned
# description: >-
#   Whoever can write to a dataset repository on a hub decides what the next run trains on, unless
#   the reference names a full commit. Names and revisions that are built at run time are not
#   judged here, they are listed as unresolved references; nor are mentions in cards.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: DATA-001
#   stages: [data]
#   severity: high
#   applies_to: [references]
#   requires: [references]
#   fix: Pass revision= with the full 40-character commit of the dataset.
#   settings:
#     roles:
#       type: set
#       default: [train, eval, calibration, reward]
#       doc: roles of a dataset reference that must be pinned
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023, ML06:2023]
#     owasp_llm: [LLM03:2025, LLM04:2025]
#     atlas: [AML.T0010.002, AML.T0020]
#     nist_ai_rmf: [MAP 4.1, GOVERN 6.1]
#     cwe: [CWE-829]
#     eu_ai_act: [Article 10]
#     threats: [D.s1, D.s2, DF4, C7, K7]
package mlpolicy.data.unpinned_dataset

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": refs.subject(ref), "detail": detail, "at": ref.at} if {
	some ref in input.references
	ref.kind == "dataset"
	ref.host in refs.hubs
	ref.state == "resolved"
	ref.role in settings["DATA-001"].roles
	ref.revision_kind in refs.moving
	not ref.how == "card"
	not ref.confidence == "low"
	not places.skipped(ref.at.path, settings["DATA-001"].skip_paths)
	wants := refs.wants(ref.revision, ref.revision_kind)
	detail := $"dataset {ref.name} is loaded {wants}"
}
