# METADATA
# title: Crawl or URL list without content hash
# description: >-
#   A list of addresses names pages that can be replaced after the list was checked (split-view
#   poisoning). Only a digest beside each address ties the list to content.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: DATA-014
#   stages: [data]
#   severity: high
#   applies_to: [datasets]
#   requires: [datasets]
#   fix: Add a column with the SHA-256 of the content and drop what does not match when fetching.
#   settings:
#     media:
#       type: string
#       default: '(?i)^(image|img|audio|video|media|file|download|page|source_file)_?(url|uri|link|src)s?$'
#       doc: names of columns whose content is fetched
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0010.002, AML.T0020]
#     nist_ai_rmf: []
#     cwe: [CWE-494]
#     eu_ai_act: [Article 10]
#     threats: [D.s1]
package mlpolicy.data.unhashed_url_list

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": table.path, "detail": detail, "at": table.at} if {
	some table in input.datasets
	columns := _fetched(table)
	count(columns) > 0
	hashes := {column.name | some column in table.columns; column.type == "hash"}
	count(hashes) == 0
	not places.skipped(table.path, settings["DATA-014"].skip_paths)
	listed := concat(", ", columns)
	detail := $"{table.rows} addresses ({listed}) and no digest of what they lead to"
}

_fetched(table) := {column.name |
	some column in table.columns
	column.type == "url"
	_content(table, column)
}

_content(table, _) if table.shape == "urls"

_content(_, column) if regex.match(settings["DATA-014"].media, column.name)
