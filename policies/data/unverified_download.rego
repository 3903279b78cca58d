# METADATA
# title: Downloaded data not verified by digest
# description: >-
#   A file that is fetched and used without comparing its digest is whatever the server, or
#   whoever sits in front of it, sends that day. Fetches whose digest is compared in the same
#   function or script are quiet.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0020
#   - ref: https://genai.owasp.org/llmrisk/llm042025-data-and-model-poisoning/
#   - ref: https://cwe.mitre.org/data/definitions/494.html
#   - ref: https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: DATA-003
#   stages: [data]
#   severity: high
#   applies_to: [calls, cards]
#   requires: [calls, cards]
#   fix: Compare the SHA-256 of the file with the expected one before using it.
#   settings:
#     downloads:
#       type: set
#       default:
#         - urllib.request.urlretrieve
#         - urllib.urlretrieve
#         - wget.download
#         - gdown.download
#         - gdown.cached_download
#         - torch.hub.download_url_to_file
#       doc: calls that fetch a file
#     shell:
#       type: set
#       default: [curl, wget, aria2c]
#       doc: commands that fetch a file
#     readers:
#       type: set
#       default:
#         - pandas.read_csv
#         - pandas.read_json
#         - pandas.read_parquet
#         - polars.read_csv
#         - polars.read_parquet
#         - numpy.loadtxt
#         - numpy.genfromtxt
#       doc: calls that read data from an address
#     data_path:
#       type: string
#       default: '(?i)\.(csv|tsv|jsonl?|parquet|arrow|txt|zip|tar|tgz|gz|bz2|xz|zst|7z|npy|npz|h5|hdf5|pkl|pt|bin|safetensors|tfrecord)(\?.*)?$'
#       doc: what the address of data looks like
#     programs:
#       type: string
#       default: '(?i)[-_./](linux|darwin|macos|osx|windows|win(32|64)|x86[-_]64|amd64|arm64|aarch64|manylinux[^/]*)([-_./]|$)|/archive/(refs/tags/)?v?[0-9]|/libtorch/|/(stable|latest|current|version)[-_.a-z0-9]*\.txt$'
#       doc: what the address of a program looks like, built for a platform, a library, the source of a version or the file that says which is current
#     releases:
#       type: string
#       default: '(^|/)(ops|\.?ci|\.actions|\.github|packaging|releases?|build[-_]tools)/'
#       doc: folders whose scripts fetch what was built, where the address does not say more
#     fixed:
#       type: string
#       default: '/(resolve|raw|blob)/[0-9a-f]{40}/|githubusercontent\.com/[^/]+/[^/]+/[0-9a-f]{40}/|@[0-9a-f]{40}|[?&]versionId='
#       doc: addresses that name fixed content
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023, ML06:2023]
#     owasp_llm: [LLM04:2025]
#     atlas: [AML.T0010.002, AML.T0020]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-494, CWE-345]
#     eu_ai_act: [Article 10, Article 15]
#     threats: [D.s1, D.a3, PR2]
package mlpolicy.data.unverified_download

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": _subject(call), "detail": detail, "at": call.at} if {
	some call in input.calls
	detail := _unverified(call)
	not call.checks_hash == "yes"
	not _fixed(call)
	not _program(call)
	not places.skipped(call.at.path, settings["DATA-003"].skip_paths)
}

deny contains {"subject": card.at.path, "detail": detail, "at": card.at} if {
	some card in input.cards
	card.kind == "dataset"
	files := {file.url | some file in card.digests; regex.match(`^https?://`, file.url)}
	bound := {file.url | some file in card.digests; file.algorithm in {"sha256", "sha384", "sha512"}}
	unbound := files - bound
	count(unbound) > 0
	not places.skipped(card.at.path, settings["DATA-003"].skip_paths)
	detail := $"{count(unbound)} of {count(files)} files that the card sends readers to have no SHA-256"
}

_unverified(call) := $"{call.callee} fetches {_shown(call)} and compares no digest" if {
	call.callee in settings["DATA-003"].downloads
	not code.given(call, "hash_prefix")
	not _third_is_a_digest(call)
}

_unverified(call) := $"{call.callee} fetches {_shown(call)} and compares no digest" if {
	call.callee in settings["DATA-003"].shell
	some url in call.args
	regex.match(`^(https?|ftp)://`, url)
	regex.match(settings["DATA-003"].data_path, url)
}

_unverified(call) := $"{call.callee} reads {_shown(call)} and compares no digest" if {
	call.callee in settings["DATA-003"].readers
	regex.match(`^(https?|ftp)://`, call.args["0"])
	not hosts.local(hosts.of(call.args["0"]))
}

_unverified(call) := $"{call.callee} with known_hash=None takes any file" if {
	call.callee in {"pooch.retrieve", "pooch.core.retrieve"}
	call.args.known_hash == "None"
}

_unverified(call) := $"{call.callee} without file_hash takes any file" if {
	call.callee in {"keras.utils.get_file", "tensorflow.keras.utils.get_file", "tf.keras.utils.get_file"}
	not code.given(call, "file_hash")
	not code.given(call, "md5_hash")
}

_fixed(call) if {
	some url in call.args
	regex.match(settings["DATA-003"].fixed, url)
}

# A program is no data: that it was not verified is another matter.
_program(call) if {
	some url in _urls(call)
	regex.match(settings["DATA-003"].programs, url)
}

_program(call) if {
	count(_urls(call)) == 0
	regex.match(settings["DATA-003"].releases, call.at.path)
}

# torch.hub.download_url_to_file(url, dst, hash_prefix)
_third_is_a_digest(call) if {
	code.last(call.callee) == "download_url_to_file"
	code.given(call, "2")
}

_urls(call) := sort({url | some url in call.args; regex.match(`^[a-z0-9]+://`, url)})

_shown(call) := _urls(call)[0]

_shown(call) := "a file" if count(_urls(call)) == 0

_subject(call) := _urls(call)[0]

_subject(call) := call.at.path if count(_urls(call)) == 0
