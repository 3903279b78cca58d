# METADATA
# title: No data validation suite bound to training dataset
# description: >-
#   A pipeline trains on data that nothing has checked, neither columns nor ranges nor volume.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: DATA-018
#   stages: [data]
#   severity: medium
#   applies_to: [pipelines]
#   requires: [pipelines, alerts, calls]
#   fix: >-
#     Add a validation step (Great Expectations, Pandera, TFDV, Soda) before training and let it
#     fail the pipeline.
#   settings:
#     suites:
#       type: set
#       default: [great_expectations, evidently, whylogs]
#       doc: kinds of monitor that validate data
#     words:
#       type: string
#       default: '(?i)great[-_]?expectations|\bgx\b|pandera|deequ|tensorflow_data_validation|\btfdv\b|soda\s+scan|whylogs|evidently|(validate|check|verify)[-_ ]?(data|dataset|schema|inputs?)|(data|dataset|schema)[-_ ]?(validation|quality|checks?|tests?)'
#       doc: what a step that validates data looks like
#     purpose:
#       type: string
#       default: train
#       doc: purpose of a job that trains
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0020]
#     nist_ai_rmf: [MEASURE 2.1, MEASURE 2.3]
#     cwe: []
#     eu_ai_act: [Article 10]
#     threats: [D.a2]
package mlpolicy.data.no_data_validation

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": job.at.path, "detail": detail, "at": job.at} if {
	some job in input.pipelines
	settings["DATA-018"].purpose in job.purposes
	not _validated
	not places.skipped(job.at.path, settings["DATA-018"].skip_paths)
	detail := $"job {job.name} trains and no step before it validates the data"
}

_validated if {
	some alert in input.alerts
	alert.kind in settings["DATA-018"].suites
}

_validated if {
	some job in input.pipelines
	regex.match(settings["DATA-018"].words, job.name)
}

_validated if {
	some job in input.pipelines
	some step in job.steps
	some text in [step.name, step.run, step.uses]
	regex.match(settings["DATA-018"].words, text)
}

_validated if {
	some call in input.calls
	regex.match(settings["DATA-018"].words, call.callee)
}
