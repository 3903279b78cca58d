# METADATA
# title: Data holds instructions to a model
# description: >-
#   Text that tells a model to ignore its instructions, or that holds the marks by which chat
#   templates part the speakers, takes effect when the data is trained on, retrieved or judged by
#   a model.
# related_resources:
#   - ref: https://genai.owasp.org/llmrisk/llm01-prompt-injection/
#   - ref: https://atlas.mitre.org/techniques/AML.T0051.001
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-024
#   stages: [data]
#   severity: high
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Remove the rows, or mark the set as an attack set and keep it out of training.
#   settings:
#       max_count:
#         type: number
#         default: 0
#         doc: how many a file may hold
#       skip_names:
#         type: set
#         default: ['(?i)(jailbreak|injection|attack|redteam|red_team|adversarial|safety)']
#         doc: regular expressions of paths of sets that hold attacks on purpose
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM01:2025, LLM04:2025]
#     atlas: [AML.T0051.001, AML.T0020]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-1427]
#     eu_ai_act: [Article 15]
#     threats: [D.s4, P.a4]
package mlpolicy.data.embedded_injection

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.rows
import data.mlpolicy.settings

deny contains {
	"subject": d.path,
	"digest": d.sha256,
	"detail": detail,
	"at": rows.first(d, {"injection"}),
} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-024"].skip_paths)
	d.injections > settings["DATA-024"].max_count
	not places.skipped(d.path, settings["DATA-024"].skip_names)
	detail := $"{d.injections} instructions to a model"
}
