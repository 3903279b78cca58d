# METADATA
# title: Tracking server image unpinned or vulnerable
# description: >-
#   The tracking server holds every artifact and is often reachable by everybody; its image should
#   be the one that was checked, without known holes. Vulnerabilities come from --vulns.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/1395.html
# custom:
#   id: EXP-013
#   stages: [experiment]
#   severity: medium
#   applies_to: [workloads]
#   requires: [workloads, vulnerabilities]
#   fix: Write the image as name@sha256:... and move to a version without known vulnerabilities.
#   settings:
#     roles:
#       type: set
#       default: [tracker]
#       doc: roles of workloads that are judged
#     packages:
#       type: set
#       default: [mlflow, mlflow-skinny, wandb, aim, clearml, tensorboard]
#       doc: packages that are tracking servers
#     severities:
#       type: set
#       default: [critical, high]
#       doc: severities of advisories that count
#     states:
#       type: set
#       default: [affected, under_investigation, ""]
#       doc: states of advisories that count
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001]
#     nist_ai_rmf: []
#     cwe: [CWE-1395]
#     eu_ai_act: []
#     threats: [E.s1]
package mlpolicy.experiment.tracking_server_image

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": subject, "detail": detail, "at": image.at} if {
	some workload in _trackers
	some image in workload.images
	image.name != ""
	image.digest == ""
	not hosts.templated(image.name)
	subject := concat(":", [part | some part in [image.name, image.tag]; part != ""])
	detail := $"tracking server {workload.name} runs {subject} without a digest"
}

deny contains {"subject": found.package, "detail": detail, "at": workload.at, "key": found.id} if {
	some workload in _trackers
	some found in input.vulnerabilities
	found.package in settings["EXP-013"].packages
	found.severity in settings["EXP-013"].severities
	found.state in settings["EXP-013"].states
	some image in workload.images
	contains(lower(image.name), found.package)
	where := $"{found.package} {found.version}"
	detail := $"tracking server {workload.name} has {found.id} ({found.severity}) in {where}"
}

_trackers contains workload if {
	some workload in input.workloads
	workload.role in settings["EXP-013"].roles
	not places.skipped(workload.at.path, settings["EXP-013"].skip_paths)
}
