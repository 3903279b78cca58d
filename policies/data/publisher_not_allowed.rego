# METADATA
# title: Dataset publisher not on allow-list
# description: >-
#   Datasets come from publishers that somebody vouches for. An empty list means that no list is
#   configured, so that nothing is judged.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0019
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: DATA-012
#   stages: [data]
#   severity: high
#   applies_to: [components]
#   requires: [components]
#   fix: Use a dataset of an allowed publisher, or add the publisher to the settings of DATA-012.
#   settings:
#     publishers:
#       type: set
#       default: []
#       doc: namespaces on a hub whose datasets may be used; empty means any
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.002, AML.T0019]
#     nist_ai_rmf: [GOVERN 6.1]
#     cwe: [CWE-829]
#     eu_ai_act: [Article 10]
#     threats: [D.s2, DF4, AC1]
package mlpolicy.data.publisher_not_allowed

import future.keywords.not

import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": dataset.name, "detail": detail, "at": dataset.at} if {
	count(settings["DATA-012"].publishers) > 0
	allowed := {lower(publisher) | some publisher in settings["DATA-012"].publishers}
	some dataset in input.components
	dataset.kind == "dataset"
	dataset.host in refs.hubs
	not lower(dataset.namespace) in allowed
	detail := $"dataset {dataset.name} is published by {_publisher(dataset)}, which is not on the list"
}

_publisher(dataset) := dataset.namespace if dataset.namespace != ""

_publisher(dataset) := "nobody named" if dataset.namespace == ""
