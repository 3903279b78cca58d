# METADATA
# title: ML framework with known vulnerability
# description: >-
#   ML frameworks parse files from strangers; a known hole in one is a way in. Advisories come
#   from --vulns (OSV, grype) with VEX states; one that a VEX statement calls not affected or
#   fixed does not count.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/1395.html
# custom:
#   id: TRAIN-012
#   stages: [training]
#   severity: high
#   applies_to: [packages]
#   requires: [packages, vulnerabilities]
#   fix: >-
#     Move to a version in which the advisory is fixed, or record a VEX statement that says why it
#     does not apply.
#   settings:
#     severities:
#       type: set
#       default: [critical, high]
#       doc: severities of advisories that count
#     states:
#       type: set
#       default: [affected, under_investigation, ""]
#       doc: states of advisories that count
#     all_packages:
#       type: boolean
#       default: false
#       doc: packages that are no ML framework count too
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001]
#     nist_ai_rmf: []
#     cwe: [CWE-1395]
#     eu_ai_act: []
#     threats: [T.s4, DF4]
package mlpolicy.training.vulnerable_framework

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": found.package, "detail": detail, "at": at, "key": found.id} if {
	some found in input.vulnerabilities
	found.severity in settings["TRAIN-012"].severities
	found.state in settings["TRAIN-012"].states
	places := [dep.at |
		some dep in _judged
		dep.name in {found.package, _normal(found.package)}
		_same(dep, found)
	]
	at := min(places)
	detail := $"{found.package} {found.version} has {found.id} ({found.severity}){_fixed(found)}"
}

# The packages that advisories name, as the index writes them (PEP 503).
_judged contains dep if {
	some dep in input.packages
	dep.name in _named
	_counts(dep)
}

_named contains name if {
	some found in input.vulnerabilities
	some name in [found.package, _normal(found.package)]
}

_counts(dep) if dep.framework

_counts(dep) if {
	settings["TRAIN-012"].all_packages
	dep.option == ""
}

_normal(name) := regex.replace(lower(name), `[-_.]+`, "-")

_same(dep, found) if dep.version == found.version

_same(_, found) if found.version == ""

_same(dep, _) if dep.version == ""

_fixed(found) := $", fixed in {listed}" if {
	count(found.fixed) > 0
	listed := concat(", ", found.fixed)
}

_fixed(found) := "" if count(found.fixed) == 0
