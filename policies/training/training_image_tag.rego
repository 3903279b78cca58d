# METADATA
# title: Training image not by digest
# description: >-
#   A tag of a training image can be moved between two runs of the same recipe; the digest cannot.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.004
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: TRAIN-013
#   stages: [training]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Write the image as name@sha256:... and let a bot move it.
#   settings:
#     roles:
#       type: set
#       default: [training, pipeline]
#       doc: roles of workloads whose images are judged
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
#     cwe: [CWE-829]
#     eu_ai_act: []
#     threats: [T.s4]
package mlpolicy.training.training_image_tag

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": subject, "detail": detail, "at": image.at} if {
	some workload in input.workloads
	workload.role in settings["TRAIN-013"].roles
	some image in workload.images
	image.name != ""
	image.digest == ""
	not hosts.templated(image.name)
	not places.skipped(image.at.path, settings["TRAIN-013"].skip_paths)
	subject := concat(":", [part | some part in [image.name, image.tag]; part != ""])
	detail := $"{workload.name} runs {subject} without a digest"
}
