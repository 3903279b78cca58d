# METADATA
# title: Downstream of a revoked component
# description: >-
#   What was made from a poisoned dataset or a backdoored base model is poisoned too, however many
#   steps later. Every digest of the chain is compared with the revocations.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: X-002
#   stages: [registry, deployment]
#   severity: critical
#   applies_to: [provenance, weights, files, components]
#   requires: [provenance, weights, files, components]
#   fix: Roll back to the last version that was not made from it, and retrain.
#   maps:
#     owasp_ml: [ML10:2023, ML07:2023]
#     owasp_llm: [LLM03:2025, LLM04:2025]
#     atlas: [AML.T0020, AML.T0018]
#     nist_ai_rmf: [MANAGE 2.3, MANAGE 3.2]
#     cwe: []
#     eu_ai_act: [Article 15]
#     threats: [PR1, Q0]
package mlpolicy.chain.revoked_ancestor

import future.keywords.not

deny contains {"subject": path.digest, "detail": detail, "at": {"path": ""}, "key": path.digest} if {
	some path in input.provenance.revoked
	steps := count(path.path) - 1
	detail := $"made from {path.digest}, {max({steps, 0})} steps away, which is revoked: {path.reason}"
}

deny contains {"subject": name, "detail": detail, "at": at, "key": entry.digest, "digest": entry.digest} if {
	some entry in input.config.revoked
	some [name, at] in _holds[entry.digest]
	detail := $"{name} is revoked: {entry.reason}"
}

# Digest → names and places of what has it in this source.
_holds[$"sha256:{file.sha256}"] contains [file.path, {"path": file.path}] if some file in input.weights

_holds[$"sha256:{file.sha256}"] contains [file.path, {"path": file.path}] if some file in input.files

_holds[$"{algorithm}:{digest}"] contains [component.name, component.at] if {
	some component in input.components
	some algorithm, digest in component.digests
}

_holds[$"git:{component.version}"] contains [component.name, component.at] if {
	some component in input.components
	component.version != ""
}
