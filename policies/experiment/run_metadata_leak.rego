# METADATA
# title: Host and argument metadata leaks
# description: >-
#   A run record that is published names hosts, people and command lines, and sometimes the token
#   in a git remote.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0055
#   - ref: https://atlas.mitre.org/techniques/AML.T0035
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
#   - ref: https://cwe.mitre.org/data/definitions/200.html
# custom:
#   id: EXP-009
#   stages: [experiment]
#   severity: medium
#   applies_to: [runs]
#   requires: [runs]
#   fix: >-
#     Keep run folders out of version control, and set WANDB_DISABLE_CODE and WANDB_HOST or a
#     neutral user.
#   settings:
#     fields:
#       type: set
#       default: [host name, e-mail address, arguments]
#       doc: what a committed run may not name
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0055, AML.T0035]
#     nist_ai_rmf: []
#     cwe: [CWE-200]
#     eu_ai_act: []
#     threats: [E.s2, E.s3]
package mlpolicy.experiment.run_metadata_leak

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": run.at.path, "detail": detail, "at": run.at} if {
	some run in input.runs
	run.committed == "yes"
	named := {field |
		some field, value in {
			"host name": run.host,
			"e-mail address": run.email,
			"arguments": concat(" ", run.args),
		}
		field in settings["EXP-009"].fields
		value != ""
	}
	count(named) > 0
	not places.skipped(run.at.path, settings["EXP-009"].skip_paths)
	listed := concat(", ", named)
	detail := $"the record of run {run.id} names: {listed}"
}
