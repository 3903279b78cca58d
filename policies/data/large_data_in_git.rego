# METADATA
# title: Large data committed instead of pointer
# description: >-
#   Data that lives in git history cannot be replaced, expired or deleted, and nobody reads its
#   diff. A pointer (Git LFS, DVC) carries a digest that can be reviewed. Only files that are
#   known to be git blobs count.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0035
#   - ref: https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/
# custom:
#   id: DATA-019
#   stages: [data]
#   severity: medium
#   applies_to: [files]
#   requires: [files]
#   fix: Track the file with Git LFS or DVC and commit the pointer.
#   settings:
#     max_bytes:
#       type: number
#       default: 10485760
#       doc: largest file of data that git may hold
#     kinds:
#       type: set
#       default: [dataset, weights, checkpoint, archive]
#       doc: kinds of file that count as data
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM02:2025]
#     atlas: [AML.T0035]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: []
#     eu_ai_act: []
#     threats: [D.a1]
package mlpolicy.data.large_data_in_git

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": file.path, "detail": detail, "at": {"path": file.path}} if {
	some file in input.files
	file.storage == "git"
	file.kind in settings["DATA-019"].kinds
	file.size_bytes > settings["DATA-019"].max_bytes
	megabytes := round(file.size_bytes / 1048576)
	detail := $"{megabytes} MiB of {file.kind} are committed to git itself"
}
