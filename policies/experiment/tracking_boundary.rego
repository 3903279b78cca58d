# METADATA
# title: Cross-team tracking boundary
# description: >-
#   Runs that go to another team's workspace, or to a host that is not the team's, take data and
#   results across a boundary. Empty lists mean that none are configured, so that nothing is
#   judged.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0036
#   - ref: https://atlas.mitre.org/techniques/AML.T0035
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/668.html
# custom:
#   id: EXP-005
#   stages: [experiment]
#   severity: high
#   applies_to: [calls, runs, stores]
#   requires: [calls, runs, stores]
#   fix: Send the run to the team's own workspace, or add it to the settings of EXP-005.
#   settings:
#     entities:
#       type: set
#       default: []
#       doc: "workspaces, entities and projects that runs may go to; empty means any"
#     hosts:
#       type: set
#       default: []
#       doc: hosts of tracking servers that runs may go to; empty means any
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0036, AML.T0035]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: [CWE-668]
#     eu_ai_act: []
#     threats: [E.s4, AC2]
package mlpolicy.experiment.tracking_boundary

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	count(settings["EXP-005"].entities) > 0
	some call in input.calls
	call.callee in {"wandb.init", "comet_ml.Experiment", "neptune.init_run", "clearml.Task.init"}
	some name in ["entity", "workspace"]
	entity := call.args[name]
	not entity in settings["EXP-005"].entities
	not places.skipped(call.at.path, settings["EXP-005"].skip_paths)
	detail := $"{call.callee} sends the run to {entity}, which is not on the list"
}

deny contains {"subject": run.id, "detail": detail, "at": run.at} if {
	count(settings["EXP-005"].entities) > 0
	some run in input.runs
	run.entity != ""
	not run.entity in settings["EXP-005"].entities
	not places.skipped(run.at.path, settings["EXP-005"].skip_paths)
	detail := $"run {run.id} went to {run.entity}, which is not on the list"
}

deny contains {"subject": store.uri, "detail": detail, "at": store.at} if {
	count(settings["EXP-005"].hosts) > 0
	some store in input.stores
	store.kind == "tracker"
	host := hosts.of(store.uri)
	not hosts.local(host)
	not host in settings["EXP-005"].hosts
	not places.skipped(store.at.path, settings["EXP-005"].skip_paths)
	detail := $"runs are sent to {host}, which is not on the list"
}
