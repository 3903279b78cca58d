# METADATA
# title: Run store committed
# description: >-
#   A run store in version control publishes parameters, paths, host names and artifacts of every
#   experiment, and nobody reviews it.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0035
#   - ref: https://atlas.mitre.org/techniques/AML.T0013
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/538.html
# custom:
#   id: EXP-006
#   stages: [experiment]
#   severity: medium
#   applies_to: [runs, files, stores]
#   requires: [runs, files, stores]
#   fix: >-
#     Remove the run store from version control, add it to .gitignore and send runs to a tracking
#     server.
#   settings:
#     folders:
#       type: set
#       default: [mlruns, mlartifacts, wandb, lightning_logs]
#       doc: folders in which trackers keep runs
#     databases:
#       type: set
#       default: [mlflow.db, mlruns.db]
#       doc: database files of trackers
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0035, AML.T0013]
#     nist_ai_rmf: []
#     cwe: [CWE-538]
#     eu_ai_act: []
#     threats: [E.s2, E.a1, E.a2, AC3]
package mlpolicy.experiment.committed_runs

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": store, "detail": detail, "at": {"path": min(paths)}} if {
	some store, paths in _stores
	detail := $"{count(paths)} files of a run store are under version control"
}

_stores[store] contains path if {
	some path in _committed
	some store in _roots(path)
	not places.skipped(path, settings["EXP-006"].skip_paths)
}

_committed contains run.at.path if {
	some run in input.runs
	run.committed == "yes"
}

_committed contains file.path if {
	some file in input.files
	file.storage in {"git", "lfs"}
}

# A database file of a tracker is a store whose address is a path of the source.
_committed contains store.at.path if {
	some store in input.stores
	store.kind == "tracker"
	store.uri == store.at.path
}

_roots(path) := {root |
	found := regex.find_all_string_submatch_n(_in_folder, path, 1)
	root := found[0][1]
} | {path |
	names := split(path, "/")
	names[count(names) - 1] in settings["EXP-006"].databases
}

_in_folder := $`^((?:.*?/)?(?:{concat("|", settings["EXP-006"].folders)}))/.`
