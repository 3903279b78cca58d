# METADATA
# title: Self-approval
# description: >-
#   Four eyes means two people. An approval by the one who ran or signed the training is none.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0012
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/284.html
# custom:
#   id: REG-006
#   stages: [registry]
#   severity: high
#   applies_to: [registry]
#   requires: [registry, runs, attestations]
#   fix: >-
#     Let somebody else than the author approve the version.
#   maps:
#     owasp_ml: [ML10:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0012]
#     nist_ai_rmf: [GOVERN 2.1]
#     cwe: [CWE-284]
#     eu_ai_act: []
#     threats: [AC2, R.s2]
package mlpolicy.registry.self_approval

import future.keywords.not

import data.mlpolicy.lib.evidence

deny contains {"subject": subject, "detail": detail, "at": entry.at} if {
	some entry in input.registry
	subject := $"{entry.name} {entry.version}"
	some approval in entry.approvals
	approval.by != ""
	some author, role in _authors(entry)
	lower(approval.by) == author
	detail := $"approved by {approval.by}, who is {role}"
}

_authors(entry) := object.union(_run(entry), _trainer(entry))

_run(entry) := {person: "the owner of its run" |
	some run in input.runs
	run.id == entry.run
	some name in [run.email, run.entity]
	name != ""
	person := lower(name)
}

_trainer(entry) := {person: "the signer of its training" |
	some s in evidence.verified
	s.stage == "training"
	some digest in s.digests
	digest in {entry.digest, trim_prefix(entry.digest, "sha256:")}
	person := lower(s.identity)
}
