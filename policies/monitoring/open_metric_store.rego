# METADATA
# title: Metric write path open
# description: >-
#   Whoever can write metrics can keep a dashboard green while a model fails, or flood the people
#   who watch it. A push gateway has no authentication of its own.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm092025-misinformation/
#   - ref: https://cwe.mitre.org/data/definitions/306.html
# custom:
#   id: MON-009
#   stages: [monitoring]
#   severity: high
#   applies_to: [workloads, stores, identities]
#   requires: [workloads, exposures, network_policies, stores, identities]
#   fix: >-
#     Put authentication or a NetworkPolicy in front of what accepts metrics, and let models write
#     through a collector only.
#   settings:
#     images:
#       type: string
#       default: '(?i)(^|/)(pushgateway|prom-aggregation-gateway|graphite-statsd|graphite|statsd-exporter|influxdb|victoria-metrics|mimir)$'
#       doc: images of software that accepts metrics
#     receivers:
#       type: string
#       default: '^--(web\.enable-remote-write-receiver|enable-feature=.*remote-write-receiver|web\.enable-otlp-receiver)'
#       doc: arguments that make Prometheus accept metrics
#     writes:
#       type: string
#       default: '(?i)^(aps:(\*|RemoteWrite)|cloudwatch:\*|monitoring\.admin|roles/monitoring\.admin|timestream:\*)$'
#       doc: actions that write the whole metric store
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that must not write it
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML09:2023]
#     owasp_llm: [LLM09:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: []
#     cwe: [CWE-306]
#     eu_ai_act: []
#     threats: [M.s3, M.a1]
package mlpolicy.monitoring.open_metric_store

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": workload.at} if {
	some workload in input.workloads
	what := _accepts(workload)
	how := _open(workload)
	not places.skipped(workload.at.path, settings["MON-009"].skip_paths)
	detail := $"{workload.name} accepts metrics ({what}) {how}"
}

deny contains {"subject": store.name, "detail": detail, "at": store.at} if {
	some store in input.stores
	store.kind == "metrics"
	store.auth == "no"
	not places.skipped(store.at.path, settings["MON-009"].skip_paths)
	detail := $"metric store {store.name} takes what anybody writes"
}

deny contains {"subject": identity.id, "detail": detail, "at": grant.at} if {
	some identity in input.identities
	some usage in identity.used_by
	usage.role in settings["MON-009"].roles
	some grant in identity.grants
	grant.effect != "deny"
	some action in grant.actions
	regex.match(settings["MON-009"].writes, action)
	detail := $"{usage.workload} serves a model and may write the metric store ({action})"
}

_accepts(workload) := image.name if {
	some image in workload.images
	regex.match(settings["MON-009"].images, image.name)
}

_accepts(workload) := arg if {
	not _pushes(workload)
	some arg in workload.args
	regex.match(settings["MON-009"].receivers, arg)
}

_pushes(workload) if {
	some image in workload.images
	regex.match(settings["MON-009"].images, image.name)
}

_open(workload) := $"and is reached through {exposure.kind} {exposure.name} without authentication" if {
	some exposure in input.exposures
	exposure.workload == workload.name
	not exposure.auth == "yes"
}

_open(workload) := "and no NetworkPolicy says who may reach it" if {
	workload.platform == "kubernetes"
	not _exposed(workload)
	not _walled(workload)
}

_exposed(workload) if {
	some exposure in input.exposures
	exposure.workload == workload.name
	not exposure.auth == "yes"
}

_walled(workload) if {
	some policy in input.network_policies
	policy.ingress == "yes"
	workload.name in policy.selects
}
