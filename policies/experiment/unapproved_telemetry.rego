# METADATA
# title: Telemetry sent to unapproved SaaS
# description: >-
#   report_to="all" sends parameters, metrics and code to every tracker that happens to be
#   installed. With a list of trackers, any other one counts, and so does leaving report_to out.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0025
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
# custom:
#   id: EXP-014
#   stages: [experiment]
#   severity: medium
#   applies_to: [calls]
#   requires: [calls]
#   fix: Name the tracker in report_to, or pass report_to="none".
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
#       doc: training arguments with report_to
#     trackers:
#       type: set
#       default: []
#       doc: trackers that runs may be sent to; empty means any that is named
#     quiet:
#       type: set
#       default: [none, "[]", None]
#       doc: values that send nothing
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0025]
#     nist_ai_rmf: [GOVERN 6.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [E.s2, AC3]
package mlpolicy.experiment.unapproved_telemetry

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in input.calls
	call.callee in settings["EXP-014"].arguments
	detail := _sends(call)
	not places.skipped(call.at.path, settings["EXP-014"].skip_paths)
}

_sends(call) := $"{call.callee} reports to every tracker that is installed" if {
	regex.match(`^\[?["']?all["']?\]?$`, call.args.report_to)
}

_sends(call) := $"{call.callee} does not say where it reports to" if {
	count(settings["EXP-014"].trackers) > 0
	not code.given(call, "report_to")
}

_sends(call) := $"{call.callee} reports to {listed}, which is not on the list" if {
	count(settings["EXP-014"].trackers) > 0
	not call.args.report_to in settings["EXP-014"].quiet
	names := {name | some name in regex.find_n(`[a-z_]+`, lower(call.args.report_to), -1)}
	unlisted := names - {name | some name in settings["EXP-014"].trackers}
	count(unlisted) > 0
	not "all" in names
	listed := concat(", ", unlisted)
}
