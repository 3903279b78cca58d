# METADATA
# title: Run not reproducible
# description: >-
#   A run that records no commit, no data, no lock and no seed cannot be repeated, so nobody can
#   tell whether its model is what it claims.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: EXP-012
#   stages: [experiment]
#   severity: medium
#   applies_to: [runs]
#   requires: [runs]
#   fix: Log the git commit, the digests of the data, the dependency lock and the seed with each run.
#   settings:
#     records:
#       type: set
#       default: [git commit, datasets, dependency lock, seed]
#       doc: what a run must record
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.1]
#     cwe: []
#     eu_ai_act: [Article 11, Article 12]
#     threats: [E.a1, PR3]
package mlpolicy.experiment.irreproducible_run

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": run.at.path, "detail": detail, "at": run.at, "key": run.id} if {
	some run in input.runs
	missing := {record |
		some record, value in {
			"git commit": run.git_commit,
			"datasets": concat("", run.datasets),
			"dependency lock": _locked[run.locked],
			"seed": run.seed,
		}
		record in settings["EXP-012"].records
		value == ""
	}
	count(missing) > 0
	not places.skipped(run.at.path, settings["EXP-012"].skip_paths)
	listed := concat(", ", missing)
	detail := $"run {run.id} does not record: {listed}"
}

_locked := {"yes": "yes", "no": "", "unstated": "", "unresolved": "yes"}
