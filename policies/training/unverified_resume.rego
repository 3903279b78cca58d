# METADATA
# title: Checkpoint resume without digest check
# description: >-
#   A checkpoint that training continues from is an input like any other, and a pickle more often
#   than not. One that comes from a hub, a bucket or a share without a digest can have been
#   replaced. Paths on the machine itself count only when local is switched on.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.000
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/345.html
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: TRAIN-009
#   stages: [training]
#   severity: critical
#   applies_to: [references, calls]
#   requires: [references, calls]
#   fix: >-
#     Pin the checkpoint to a full commit or an object version, and compare its SHA-256 before
#     resuming.
#   settings:
#     local:
#       type: boolean
#       default: false
#       doc: paths on the machine itself count
#     fixed:
#       type: string
#       default: '[?&#](versionId|generation)=|@sha256:[0-9a-f]{64}|/artifacts/.*:v[0-9]+$'
#       doc: addresses that name fixed content
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0018.000]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-345, CWE-494]
#     eu_ai_act: [Article 15]
#     threats: [T.s3, T.a3]
package mlpolicy.training.unverified_resume

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {
	"subject": refs.subject(ref),
	"detail": detail,
	"at": ref.at,
	"certainty": certainty,
} if {
	some ref in input.references
	ref.role == "resume"
	ref.state == "resolved"
	not ref.revision_kind in {"commit", "unresolved"}
	not ref.confidence == "low"
	_counts(ref)
	not regex.match(settings["TRAIN-009"].fixed, ref.uri)
	not places.line(ref.call_at) in _checked
	not places.skipped(ref.at.path, settings["TRAIN-009"].skip_paths)
	certainty := _certainty(ref)
	detail := $"training resumes from {ref.name} and nothing checks what is there"
}

# What a setting calls org/name may be a folder of the run, runs/checkpoint.
_certainty(ref) := "likely" if _may_be_a_folder(ref)

_certainty(ref) := "certain" if not _may_be_a_folder(ref)

_may_be_a_folder(ref) if {
	ref.host in refs.hubs
	ref.confidence != "high"
	not contains(ref.name, "://")
}

_counts(ref) if not ref.host in {"local", ""}

_counts(ref) if {
	settings["TRAIN-009"].local
	ref.host == "local"
}

_checked contains places.line(call.at) if {
	some call in input.calls
	call.checks_hash == "yes"
}
