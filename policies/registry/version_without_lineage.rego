# METADATA
# title: Registry version without lineage
# description: >-
#   A version that names no run cannot be traced to code and data. One that names a run which is
#   not among those of the source comes from somewhere else.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0058
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: REG-019
#   stages: [registry]
#   severity: high
#   applies_to: [registry]
#   requires: [registry, runs]
#   fix: Register the model from its run (runs:/ID/model), so that the version names it.
#   settings:
#     kinds:
#       type: set
#       default: [mlflow, mlflow-model]
#       doc: kinds of entry that name a run
#     known_runs:
#       type: boolean
#       default: true
#       doc: "the run must be in the source, when the source holds runs"
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0058]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: []
#     eu_ai_act: [Article 12]
#     threats: [PR3, R.a4, R.a3]
package mlpolicy.registry.version_without_lineage

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": entry.at.path, "detail": detail, "at": entry.at} if {
	some entry in input.registry
	entry.kind in settings["REG-019"].kinds
	detail := _lost(entry)
	not places.skipped(entry.at.path, settings["REG-019"].skip_paths)
}

_lost(entry) := $"{entry.name} {entry.version} names no run" if entry.run == ""

_lost(entry) := $"{entry.name} {entry.version} names run {entry.run}, which is not in the source" if {
	settings["REG-019"].known_runs
	entry.run != ""
	ids := {run.id | some run in input.runs}
	count(ids) > 0
	not entry.run in ids
}
