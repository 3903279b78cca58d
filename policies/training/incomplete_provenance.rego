# METADATA
# title: Provenance incomplete
# description: >-
#   Provenance that leaves out the base model or the data of the ML-BOM, or that an unknown
#   builder wrote, does not say what the model was made from.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
# custom:
#   id: TRAIN-019
#   stages: [training]
#   severity: high
#   applies_to: [attestations]
#   requires: [attestations, components]
#   reads_raw: true
#   fix: >-
#     Let the trusted builder record every dataset and base model of the ML-BOM in
#     resolvedDependencies.
#   settings:
#     builders:
#       type: set
#       default: []
#       doc: builder ids that are trusted; empty means that the signer's trust decides
#     predicates:
#       type: set
#       default: ["https://slsa.dev/provenance/v1"]
#       doc: predicate types that are judged
#     roles:
#       type: set
#       default: [base, train, calibration, reward]
#       doc: roles of components that must be named
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010]
#     nist_ai_rmf: [MAP 4.1]
#     cwe: []
#     eu_ai_act: [Article 11]
#     threats: [PR3, Q9]
package mlpolicy.training.incomplete_provenance

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": component.name, "detail": detail, "at": component.at} if {
	count(_statements) > 0
	some component in input.components
	component.kind in {"model", "adapter", "dataset"}
	component.role in settings["TRAIN-019"].roles
	not _named(component)
	detail := $"{component.kind} {component.name} is in the ML-BOM and not in the provenance"
}

deny contains {"subject": statement.subject, "detail": detail, "at": statement.at} if {
	count(settings["TRAIN-019"].builders) > 0
	some statement in _statements
	builder := object.get(_body(statement), ["runDetails", "builder", "id"], "nobody")
	not builder in settings["TRAIN-019"].builders
	detail := $"provenance of {statement.subject} was written by {builder}, which is not trusted"
}

_statements contains statement if {
	some statement in input.attestations
	statement.state == "verified"
	statement.predicate_type in settings["TRAIN-019"].predicates
}

_dependencies contains dependency if {
	some statement in _statements
	some dependency in object.get(_body(statement), ["buildDefinition", "resolvedDependencies"], [])
}

_body(statement) := statement.body if is_object(statement.body)

_body(statement) := {} if not is_object(statement.body)

_digests contains digest if {
	some dependency in _dependencies
	is_object(dependency)
	some digest in object.get(dependency, "digest", {})
}

_named(component) if {
	some digest in component.digests
	digest in _digests
}

# A hub repository has no digest of its own: its commit stands for it.
_named(component) if {
	component.version != ""
	component.version in _digests
}
