# METADATA
# title: VCS or extra-index dependency
# description: >-
#   A branch of a repository, a second index that may serve the same names, and an index whose
#   certificate nobody checks each let somebody else decide what is installed.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.001
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.001
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/427.html
#   - ref: https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: TRAIN-011
#   stages: [training]
#   severity: high
#   applies_to: [packages]
#   requires: [packages]
#   fix: >-
#     Pin git+ requirements to a full commit, use one index (--index-url, or one index per package),
#     drop --trusted-host.
#   settings:
#     indexes:
#       type: set
#       default: []
#       doc: prefixes of additional indexes that may be used
#     options:
#       type: set
#       default: [--trusted-host]
#       doc: options that may not be used
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.001, AML.T0011.001]
#     nist_ai_rmf: []
#     cwe: [CWE-427, CWE-829]
#     eu_ai_act: []
#     threats: [T.s4]
package mlpolicy.training.unsafe_package_source

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": _what(dep), "detail": detail, "at": dep.at} if {
	some dep in input.packages
	dep.url != ""
	dep.option in {"", "--editable"}
	regex.match(`^(git|hg|svn|bzr)\+`, dep.url)
	not regex.match(`^[0-9a-f]{40}([0-9a-f]{24})?$`, dep.revision)
	not dep.scope == "dev"
	not places.skipped(dep.at.path, settings["TRAIN-011"].skip_paths)
	detail := $"{_from(dep)} {_at(dep)}"
}

deny contains {"subject": dep.url, "detail": detail, "at": dep.at} if {
	some dep in input.packages
	dep.option == "--extra-index-url"
	not _known_index(dep.url)
	not places.skipped(dep.at.path, settings["TRAIN-011"].skip_paths)
	detail := $"packages come from {dep.url} or the first index, whichever has the higher version"
}

deny contains {"subject": dep.option, "detail": detail, "at": dep.at} if {
	some dep in input.packages
	dep.option in settings["TRAIN-011"].options
	not places.skipped(dep.at.path, settings["TRAIN-011"].skip_paths)
	detail := $"{dep.option} {dep.url} installs without checking who serves the packages"
}

_what(dep) := dep.name if dep.name != ""

_what(dep) := dep.url if dep.name == ""

_from(dep) := $"{dep.name} is installed from {dep.url}" if dep.name != ""

_from(dep) := $"{dep.url} is installed" if dep.name == ""

_known_index(url) if {
	some prefix in settings["TRAIN-011"].indexes
	startswith(url, prefix)
}

_at(dep) := "without a commit" if dep.revision == ""

_at(dep) := $"at {dep.revision}, which is not a full commit" if dep.revision != ""
