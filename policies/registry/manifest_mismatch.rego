# METADATA
# title: Package manifest differs from content
# description: >-
#   A package manifest promises other bytes than the folder holds, so what is pushed is not what
#   was packed.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.004
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/354.html
# custom:
#   id: REG-020
#   stages: [registry]
#   severity: high
#   applies_to: [registry]
#   requires: [registry, files, weights]
#   fix: Pack the model again, so that the manifest carries the digests of the files.
#   settings:
#     algorithms:
#       type: set
#       default: [sha256]
#       doc: digest functions of a manifest that are compared
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.004]
#     nist_ai_rmf: []
#     cwe: [CWE-354]
#     eu_ai_act: []
#     threats: [R.s1, R.a1]
package mlpolicy.registry.manifest_mismatch

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": listed.path, "detail": detail, "at": listed.at} if {
	some entry in input.registry
	some listed in entry.files
	listed.algorithm in settings["REG-020"].algorithms
	some digest in _digests[listed.path]
	digest != lower(listed.value)
	not places.skipped(listed.at.path, settings["REG-020"].skip_paths)
	detail := $"{entry.kind} promises {listed.value} for {listed.path}, which is {digest}"
}

_digests[file.path] contains file.sha256 if {
	some file in input.files
	file.sha256 != ""
}

_digests[file.path] contains file.sha256 if {
	some file in input.weights
	file.sha256 != ""
}
