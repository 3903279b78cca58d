# METADATA
# title: Baseline not bound to a verified model and dataset
# description: >-
#   A monitor finds a drift from its baseline. When nobody can tell from which bytes, or from which
#   model, the baseline was made, a poisoned one makes a poisoned model look normal.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0031
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
# custom:
#   id: MON-004
#   stages: [monitoring]
#   severity: high
#   applies_to: [alerts, documents]
#   requires: [alerts, files, datasets, registry, documents]
#   fix: >-
#     Keep the baseline where its digest is known (DVC, Git LFS, a versioned address), and write
#     down the model version it was made with.
#   reads_raw: true
#   settings:
#     approved:
#       type: set
#       default: [production, champion, approved]
#       doc: stages and aliases of an approved version, in lower case
#     fixed:
#       type: string
#       default: '(?i)versionid=|@sha256:|#(sha256|md5):|[?&@/][0-9a-f]{40}([/?&]|$)|@v?[0-9]+(\.[0-9]+)*$'
#       doc: what an address that names fixed bytes looks like
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML08:2023, ML10:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0031]
#     nist_ai_rmf: [MEASURE 2.4, MEASURE 2.13]
#     cwe: []
#     eu_ai_act: []
#     threats: [PR1, M.a4, Q0]
package mlpolicy.monitoring.unbound_baseline

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": alert.reference, "detail": detail, "at": alert.at} if {
	some alert in input.alerts
	contains(alert.reference, "://")
	not regex.match(settings["MON-004"].fixed, alert.reference)
	not places.skipped(alert.at.path, settings["MON-004"].skip_paths)
	detail := $"{alert.name} compares with {alert.reference}, which can be replaced (no version or digest)"
}

deny contains {"subject": alert.reference, "detail": detail, "at": alert.at} if {
	some alert in input.alerts
	alert.reference != ""
	not contains(alert.reference, "://")
	not _digested(alert.reference)
	not places.skipped(alert.at.path, settings["MON-004"].skip_paths)
	detail := $"{alert.name} compares with {alert.reference}, whose digest is nowhere in the source"
}

deny contains {"subject": document.path, "detail": detail, "at": {"path": document.path}} if {
	some document in input.documents
	document.kind == "baseline"
	detail := _wrong(document.content)
	not places.skipped(document.path, settings["MON-004"].skip_paths)
}

# Paths are given from the folder of the monitor, or from the root.
_digested(path) if {
	some known in _known
	_same(known, trim_prefix(path, "./"))
}

_known := ({file.path | some file in input.files; file.sha256 != ""} | {file.path |
	some file in input.files
	file.storage in {"dvc", "lfs"}
}) | {dataset.path | some dataset in input.datasets}

_same(known, path) if known == path

_same(known, path) if endswith(known, $"/{trim_left(path, "./")}")

_wrong(baseline) := "the baseline does not say which model it was made with" if {
	baseline.model_version == ""
	baseline.model_digest == ""
}

_wrong(baseline) := detail if {
	baseline.model_version != ""
	approved := {entry.version |
		some entry in input.registry
		entry.name == baseline.model
		_approved(entry)
	}
	count(approved) > 0
	not baseline.model_version in approved
	listed := concat(", ", approved)
	detail := $"the baseline is of version {baseline.model_version} of {baseline.model}, approved is {listed}"
}

_approved(entry) if lower(entry.stage) in settings["MON-004"].approved

_approved(entry) if {
	some alias in entry.aliases
	lower(alias) in settings["MON-004"].approved
}
