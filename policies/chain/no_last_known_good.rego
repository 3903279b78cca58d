# METADATA
# title: No last-known-good point
# description: >-
#   When something in the chain is revoked, the way back is to retrain from data and a base that
#   are not. Without one such point the only way is to start over.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: X-006
#   stages: [registry, deployment]
#   severity: high
#   applies_to: [provenance]
#   requires: [provenance]
#   fix: >-
#     Keep attested snapshots of the data and of the base model from before each change, and record
#     them in the lineage.
#   settings:
#     stages:
#       type: set
#       default: [data, training]
#       doc: stages whose outputs one can retrain from
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0018]
#     nist_ai_rmf: [MANAGE 2.3, MANAGE 2.4]
#     cwe: []
#     eu_ai_act: []
#     threats: [PR4, CT6]
package mlpolicy.chain.no_last_known_good

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": input.subject.name, "detail": detail, "at": {"path": ""}} if {
	input.config.mode == "gate"
	count(input.provenance.edges) > 0
	count(_good) == 0
	detail := _why
}

# What one could retrain from: outputs and inputs of the early stages that no revoked
# digest is behind, and for which somebody speaks.
_good contains digest if {
	some edge in input.provenance.edges
	edge.stage in settings["X-006"].stages
	edge.attested_by != ""
	some digest in [edge.from, edge.to]
	not digest in _tainted
	not digest in _unproved
}

_tainted contains digest if {
	some revoked in input.provenance.revoked
	some digest in revoked.path
}

_tainted contains revoked.digest if some revoked in input.provenance.revoked

_unproved contains gap.digest if some gap in input.provenance.gaps

_why := "everything that it could be retrained from is revoked or unproved" if count(_early) > 0

_why := "the chain has no snapshot of the data or the base model to retrain from" if count(_early) == 0

_early contains edge if {
	some edge in input.provenance.edges
	edge.stage in settings["X-006"].stages
}
