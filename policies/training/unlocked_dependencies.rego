# METADATA
# title: Training dependencies not locked
# description: >-
#   An install without a lock resolves to whatever the index has today. Only manifests that name
#   an ML framework are judged, one finding for each; a lock beside the manifest, or above it,
#   makes it quiet.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/1357.html
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: TRAIN-010
#   stages: [training]
#   severity: high
#   applies_to: [packages]
#   requires: [packages]
#   fix: >-
#     Lock the environment with hashes (uv lock, poetry lock, pip-compile --generate-hashes) and
#     install from the lock.
#   settings:
#     require_hashes:
#       type: boolean
#       default: true
#       doc: exact versions without hashes count as unlocked
#     scopes:
#       type: set
#       default: ["", runtime, optional]
#       doc: scopes of packages that training needs
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
#     nist_ai_rmf: [GOVERN 6.1]
#     cwe: [CWE-1357, CWE-829]
#     eu_ai_act: []
#     threats: [T.s4, CT4]
package mlpolicy.training.unlocked_dependencies

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": path, "detail": detail, "at": {"path": path, "line": line}} if {
	some path in _paths
	not _has_lock(path)
	not _compiled(path)
	not places.skipped(path, settings["TRAIN-010"].skip_paths)
	line := min({number | some [where, _, number] in _loose; where == path})
	detail := concat("; ", _told(path))
}

# A version without a hash is another fault than no version.
_told(path) := [told |
	ranged := _named[path] & {name | some name in _ranged[path]}
	some [why, names] in [
		["no exact version and no lock", ranged],
		["an exact version without a hash", _named[path] - ranged],
	]
	count(names) > 0
	list := sort(names)
	shown := concat(", ", array.slice(list, 0, 5))
	told := $"{why} ({count(list)}): {shown}{_rest(list)}"
]

_named[path] contains name if some [path, name, _] in _loose

_ranged[dep.at.path] contains dep.name if {
	some dep in input.packages
	dep.version == ""
}

# _paths are the files that leave a framework loose; the other files are not grouped.
_paths contains path if {
	some [path, name, _] in _loose
	name in _frameworks
}

_rest(names) := ", ..." if count(names) > 5

_rest(names) := "" if count(names) <= 5

_frameworks contains dep.name if {
	some dep in input.packages
	dep.framework
}

_loose contains [dep.at.path, dep.name, dep.at.line] if {
	some dep in input.packages
	dep.option == ""
	dep.source in {"requirements", "pyproject", "conda", "dockerfile"}
	dep.scope in settings["TRAIN-010"].scopes
	dep.name != ""
	not regex.match(`^(git|hg|svn|bzr)\+`, dep.url)
	not _locked_elsewhere(dep)
	_unlocked(dep)
}

_unlocked(dep) if {
	dep.version == ""
	dep.revision == ""
}

_unlocked(dep) if {
	settings["TRAIN-010"].require_hashes
	dep.version != ""
	count(dep.hashes) == 0
}

_locked_elsewhere(dep) if dep.locked_by != ""

_lock_folders contains places.folder(dep.at.path) if {
	some dep in input.packages
	dep.source == "lock"
}

_has_lock(path) if {
	some folder in _lock_folders
	folder in {"", places.folder(path)}
}

_has_lock(path) if {
	some folder in _lock_folders
	startswith(path, $"{folder}/")
}

# What pip-compile made of a requirements.in stands beside it, and is judged in its place.
_compiled(path) if {
	endswith(path, ".in")
	some dep in input.packages
	dep.at.path == $"{trim_suffix(path, ".in")}.txt"
}
