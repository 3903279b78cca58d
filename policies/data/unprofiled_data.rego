# METADATA
# title: Data file was not looked into
# description: >-
#   A file of which only the name and the digest are known may hold anything. Large files are
#   profiled when it is asked for (--profile-data).
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-028
#   stages: [data]
#   severity: low
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Run the scan with --profile-data, or attest a scan of the same digest.
#   settings:
#       skip_roles:
#         type: set
#         default: [eval]
#         doc: roles of datasets that need no profile
#       skip_paths:
#         type: set
#         default:
#           - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: []
#     eu_ai_act: [Article 10]
#     threats: [D.a2]
package mlpolicy.data.unprofiled_data

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": d.path, "digest": d.sha256, "detail": detail, "at": d.at} if {
	some d in input.datasets
	not places.skipped(d.path, settings["DATA-028"].skip_paths)
	d.profile == "none"
	not d.role in settings["DATA-028"].skip_roles
	detail := d.skipped.profile
}
