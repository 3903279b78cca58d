# METADATA
# title: Gate is a placeholder or non-blocking
# description: >-
#   A gate that only prints, or whose failure is ignored, is worse than none: it is counted as one.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0042
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: DEP-023
#   stages: [deployment]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines]
#   fix: Let the step run the real check and let its failure stop the job.
#   settings:
#     gate_names:
#       type: string
#       default: '(?i)(\bgate\b|quality[ _-]?gate|policy[ _-]?check|verify[ _-]?(the[ _-]?)?(model|signature|provenance|digest)|(model|llm)[ _-]?(validation|evaluation|quality|safety|security|scan)|(validate|evaluate|scan)[ _-]?(the[ _-]?)?model|bias[ _-]?(check|test)|safety[ _-]?(check|test|eval)|red[ _-]?team)'
#       doc: what the name of a step that decides about a model looks like
#     ignored:
#       type: string
#       default: '\|\|\s*(true|:|exit\s+0|echo\b)|;\s*(true|exit\s+0)\s*$|\bset\s+\+e\b'
#       doc: what a command whose failure is ignored looks like
#     always:
#       type: string
#       default: 'always\(\)|!\s*cancelled\(\)'
#       doc: conditions under which a step runs whatever happened before
#     prints:
#       type: string
#       default: '^\s*(echo|printf|:|true|#|exit\s+0|sleep|print)(\s|$)|^\s*$'
#       doc: what a line that decides nothing looks like
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0042]
#     nist_ai_rmf: [MEASURE 2.13]
#     cwe: []
#     eu_ai_act: []
#     threats: [P.s3]
package mlpolicy.deployment.placeholder_gate

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": job.name, "detail": detail, "at": step.at, "key": reason} if {
	some job in input.pipelines
	some step in job.steps
	_gate(step)
	some reason in _reasons(job, step)
	not places.skipped(step.at.path, settings["DEP-023"].skip_paths)
	title := _title(step)
	detail := $"gate \"{title}\" of job {job.name} {reason}"
}

_title(step) := step.name if step.name != ""

_title(step) := concat("", [step.uses, split(step.run, "\n")[0]]) if step.name == ""

_gate(step) if "gate" in step.purposes

_gate(step) if regex.match(settings["DEP-023"].gate_names, step.name)

_reasons(job, step) := ({"does not stop the job when it fails" |
	step.continue_on_error == "yes"
} | {"ignores the failure of its command" |
	regex.match(settings["DEP-023"].ignored, step.run)
}) | ({"only prints" |
	step.run != ""
	every line in split(step.run, "\n") {
		regex.match(settings["DEP-023"].prints, line)
	}
} | {"is passed by a deployment that always runs" |
	some other in job.steps
	"deploy" in other.purposes
	regex.match(settings["DEP-023"].always, other.condition)
})
