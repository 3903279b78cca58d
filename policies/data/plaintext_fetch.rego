# METADATA
# title: Dataset fetched over plaintext or unverified TLS
# description: >-
#   Data fetched over http, or over TLS that nobody verifies, is whatever the network says it is.
#   Loopback, private addresses and names that only a cluster resolves do not count.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0059
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/319.html
#   - ref: https://cwe.mitre.org/data/definitions/295.html
# custom:
#   id: DATA-002
#   stages: [data]
#   severity: high
#   applies_to: [references, calls, cards, stores]
#   requires: [references, calls, cards, stores]
#   fix: Fetch over https with certificate verification on, and compare a SHA-256 digest afterwards.
#   settings:
#     downloads:
#       type: set
#       default:
#         - urllib.request.urlretrieve
#         - urllib.urlretrieve
#         - wget.download
#         - gdown.download
#         - pooch.retrieve
#         - tensorflow.keras.utils.get_file
#         - tf.keras.utils.get_file
#         - keras.utils.get_file
#         - torchvision.datasets.utils.download_url
#         - torchvision.datasets.utils.download_and_extract_archive
#         - torch.hub.download_url_to_file
#         - torch.hub.load_state_dict_from_url
#         - datasets.load_dataset
#         - pandas.read_csv
#         - pandas.read_json
#         - pandas.read_parquet
#         - curl
#         - wget
#       doc: calls that fetch files
#     requests:
#       type: set
#       default:
#         - requests.get
#         - requests.request
#         - requests.Session.get
#         - httpx.get
#         - httpx.stream
#         - urllib.request.urlopen
#         - urllib3.request
#         - aiohttp.ClientSession.get
#       doc: calls that fetch anything; they count for what looks like data
#     data_path:
#       type: string
#       default: '(?i)\.(csv|tsv|jsonl?|parquet|arrow|txt|zip|tar|tgz|gz|bz2|xz|zst|7z|npy|npz|h5|hdf5|pkl|pt|bin|safetensors|tfrecord)(\?|$)'
#       doc: what the end of the URL of data looks like
#     data_function:
#       type: string
#       default: '(?i)(download|dataset|corpus|fetch_data|load_data)'
#       doc: what the name of a function that fetches data looks like
#     contexts:
#       type: set
#       default: [ssl._create_unverified_context]
#       doc: functions whose connections are not verified
#     unverified:
#       type: set
#       default: ['-k', '--insecure', '--no-check-certificate']
#       doc: options of curl and wget that switch verification off
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML02:2023, ML06:2023]
#     owasp_llm: [LLM03:2025, LLM04:2025]
#     atlas: [AML.T0010.002, AML.T0059]
#     nist_ai_rmf: [MAP 4.1, MEASURE 2.7]
#     cwe: [CWE-319, CWE-295]
#     eu_ai_act: [Article 10, Article 15]
#     threats: [D.s1]
package mlpolicy.data.plaintext_fetch

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": found.uri, "detail": found.detail, "at": found.at} if {
	some found in _found
	not places.skipped(found.at.path, settings["DATA-002"].skip_paths)
}

_found contains {"uri": ref.uri, "at": ref.at, "detail": detail} if {
	some ref in input.references
	ref.kind == "dataset"
	hosts.plaintext_remote(ref.uri)
	detail := $"data comes over plain http from {hosts.of(ref.uri)}"
}

_found contains {"uri": url, "at": call.at, "detail": detail} if {
	some call in _fetches
	some url in call.args
	hosts.plaintext_remote(url)
	not places.line(call.at) in _referenced
	detail := $"{call.callee} fetches over plain http from {hosts.of(url)}"
}

_found contains {"uri": call.callee, "at": call.at, "detail": detail} if {
	some call in _fetches
	some name in ["verify", "ssl", "verify_ssl"]
	code.off(call.args[name])
	detail := $"{call.callee} is told not to verify the certificate ({name}={call.args[name]})"
}

_found contains {"uri": call.callee, "at": call.at, "detail": detail} if {
	some call in _fetches
	some option in settings["DATA-002"].unverified
	_passes(call, option)
	detail := $"{call.callee} {option} does not verify the certificate"
}

_found contains {"uri": call.callee, "at": call.at, "detail": detail} if {
	some call in input.calls
	call.callee in settings["DATA-002"].contexts
	detail := $"{call.callee} makes connections that verify no certificate"
}

_found contains {"uri": file.url, "at": file.at, "detail": detail} if {
	some card in input.cards
	some file in card.digests
	hosts.plaintext_remote(file.url)
	detail := $"the card sends readers to plain http at {hosts.of(file.url)}"
}

_found contains {"uri": store.uri, "at": store.at, "detail": detail} if {
	some store in input.stores
	store.kind == "dvc_remote"
	hosts.plaintext_remote(store.uri)
	detail := $"DVC remote {store.name} is read over plain http from {hosts.of(store.uri)}"
}

_referenced contains places.line(at) if {
	some ref in input.references
	ref.kind == "dataset"
	hosts.plaintext_remote(ref.uri)
	some at in [ref.at, ref.call_at]
}

_fetches contains call if {
	some call in input.calls
	call.callee in settings["DATA-002"].downloads
}

_fetches contains call if {
	some call in input.calls
	call.callee in settings["DATA-002"].requests
	some url in call.args
	regex.match(settings["DATA-002"].data_path, url)
}

_fetches contains call if {
	some call in input.calls
	call.callee in settings["DATA-002"].requests
	regex.match(settings["DATA-002"].data_function, call.function)
}

_passes(call, option) if call.args[option]

_passes(call, option) if option in {value | some value in call.args}
