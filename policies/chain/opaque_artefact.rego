# METADATA
# title: Opaque large artefact outside integrity scheme
# description: >-
#   Weights without a strong digest are outside every check that follows, since signatures,
#   approvals and revocations are about digests. DVC records md5, which does not count.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/354.html
# custom:
#   id: X-011
#   stages: [registry]
#   severity: medium
#   applies_to: [weights, components, files]
#   requires: [weights, components, files]
#   fix: >-
#     Store the file where its SHA-256 is known (Git LFS, a registry with digests), or let mlpolicy
#     read its bytes.
#   settings:
#     strong:
#       type: set
#       default: [sha256, sha384, sha512, sha-256, sha-512, blake3]
#       doc: digests that count
#     kinds:
#       type: set
#       default: [model, adapter]
#       doc: kinds of component that need a digest
#     files:
#       type: set
#       default: [weights, checkpoint]
#       doc: kinds of file that need a digest
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: [CWE-354]
#     eu_ai_act: []
#     threats: [CT2, DF1, SE2]
package mlpolicy.chain.opaque_artefact

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": file.path, "detail": detail, "at": {"path": file.path}} if {
	some file in input.weights
	file.format != "index"
	not regex.match(`^[0-9a-f]{64}$`, file.sha256)
	detail := $"{file.format} file has no SHA-256 in the ML-BOM"
}

deny contains {"subject": file.path, "detail": detail, "at": {"path": file.path}} if {
	some file in input.files
	file.storage == "dvc"
	file.kind in settings["X-011"].files
	file.sha256 == ""
	detail := $"{file.kind} file is kept by DVC, under its md5 only"
}

deny contains {"subject": model.name, "detail": detail, "at": model.at} if {
	some model in input.components
	model.kind in settings["X-011"].kinds
	count(model.digests) > 0
	algorithms := {lower(algorithm) | some algorithm, _ in model.digests}
	count(algorithms & _strong) == 0
	listed := concat(", ", algorithms)
	detail := $"{model.kind} {model.name} is known by {listed} only"
}

_strong := {algorithm | some algorithm in settings["X-011"].strong}
