# METADATA
# title: Pipe to shell install
# description: >-
#   What is piped from the network into a shell runs before anybody can look at it or compare its
#   digest, and can differ from one download to the next.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: CI-016
#   stages: [pipeline]
#   severity: medium
#   applies_to: [calls, pipelines, files]
#   requires: [calls]
#   fix: >-
#     Download the file, compare its digest, then run it; or install a package with a locked
#     version.
#   settings:
#     callees:
#       type: set
#       default: [pipe to shell]
#       doc: calls that hand a download to a shell
#     trusted_hosts:
#       type: set
#       default: []
#       doc: hosts whose installers are accepted
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001]
#     nist_ai_rmf: []
#     cwe: [CWE-494]
#     eu_ai_act: []
#     threats: [T.s4, SE3]
package mlpolicy.pipeline.pipe_to_shell

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in input.calls
	call.callee in settings["CI-016"].callees
	not _trusted(call)
	not call.checks_hash == "yes"
	not places.skipped(call.at.path, settings["CI-016"].skip_paths)
	detail := $"{call.args.fetch} of {call.args["0"]} is piped into {call.args.shell}"
}

_trusted(call) if hosts.of(call.args["0"]) in settings["CI-016"].trusted_hosts
