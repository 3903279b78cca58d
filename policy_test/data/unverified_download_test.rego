package unverified_download_test

import future.keywords.not

import data.mlpolicy.data.unverified_download.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"get": {"callee": "urllib.request.urlretrieve", "args": {"0": "https://acme.org/a.zip"}, "unresolved": [], "checks_hash": "no", "at": {"path": "a.py", "line": 3}},
	"file": {"url": "https://acme.org/a.csv", "path": "a.csv", "algorithm": ""},
	"card": {"kind": "dataset", "at": {"path": "croissant.json", "line": 1}},
}

fires := {
	"download": {"calls": [base.get]},
	"download of something": {"calls": [{"callee": "gdown.download", "args": {}, "unresolved": ["0"], "checks_hash": "no", "at": {"path": "a.py"}}]},
	"shell": {"calls": [object.union(base.get, {"callee": "curl"})]},
	"table": {"calls": [object.union(base.get, {"callee": "pandas.read_csv", "args": {"0": "https://acme.org/a.csv"}})]},
	"third argument of another call": {"calls": [object.union(base.get, {"unresolved": ["2"]})]},
	"data in a release script": {"calls": [object.union(base.get, {"at": {"path": "ops/a.py", "line": 3}})]},
	"pooch": {"calls": [object.union(base.get, {"callee": "pooch.retrieve", "args": {"known_hash": "None"}})]},
	"keras": {"calls": [object.union(base.get, {"callee": "keras.utils.get_file"})]},
	"card": {"cards": [object.union(base.card, {"digests": [base.file]})]},
}

silent := {
	"download with a digest": {"calls": [object.union(base.get, {"callee": "torch.hub.download_url_to_file", "args": {"hash_prefix": "aa"}})]},
	"digest as third argument": {"calls": [object.union(base.get, {"callee": "torch.hub.download_url_to_file", "unresolved": ["2"]})]},
	"program": {"calls": [object.union(base.get, {"callee": "curl", "args": {"0": "https://acme.org/tool-1.2-linux-x86_64.zip"}})]},
	"source of a version": {"calls": [object.union(base.get, {"callee": "curl", "args": {"0": "https://github.com/acme/tool/archive/refs/tags/v1.2.tar.gz"}})]},
	"which version is current": {"calls": [object.union(base.get, {"callee": "curl", "args": {"0": "https://acme.org/release/stable.txt"}})]},
	"library": {"calls": [object.union(base.get, {"callee": "wget", "args": {"0": "https://download.pytorch.org/libtorch/cu121/libtorch-shared-with-deps.zip"}})]},
	"release script": {"calls": [{"callee": "gdown.download", "args": {}, "unresolved": ["0"], "checks_hash": "no", "at": {"path": "ops/script/a.py"}}]},
	"shell without an address": {"calls": [object.union(base.get, {"callee": "curl", "args": {"0": "a.zip"}})]},
	"another call": {"calls": [object.union(base.get, {"callee": "acme.get", "args": {"known_hash": "None"}})]},
	"keras with md5": {"calls": [object.union(base.get, {"callee": "keras.utils.get_file", "args": {"md5_hash": "aa"}})]},
	"card of a test": {"cards": [object.union(base.card, {"digests": [base.file], "at": {"path": "tests/croissant.json"}})]},
	"digest compared": {"calls": [object.union(base.get, {"checks_hash": "yes"})]},
	"fixed content": {"calls": [object.union(base.get, {"args": {"0": "https://huggingface.co/a/b/resolve/0123456789012345678901234567890123456789/a.zip"}})]},
	"file of a commit": {"calls": [object.union(base.get, {"callee": "curl", "args": {"0": "https://raw.githubusercontent.com/acme/repo/0123456789012345678901234567890123456789/a.json"}})]},
	"page": {"calls": [object.union(base.get, {"callee": "curl", "args": {"0": "https://acme.org/health"}})]},
	"file here": {"calls": [object.union(base.get, {"callee": "pandas.read_csv", "args": {"0": "data/a.csv"}})]},
	"table of this machine": {"calls": [object.union(base.get, {"callee": "pandas.read_csv", "args": {"0": "http://localhost/a.csv"}})]},
	"pooch with a digest": {"calls": [object.union(base.get, {"callee": "pooch.retrieve", "args": {"known_hash": "sha256:aa"}})]},
	"keras with a digest": {"calls": [object.union(base.get, {"callee": "keras.utils.get_file", "args": {"file_hash": "aa"}})]},
	"card with digests": {"cards": [object.union(base.card, {"digests": [object.union(base.file, {"algorithm": "sha256"})]})]},
	"model card": {"cards": [object.union(base.card, {"kind": "model", "digests": [base.file]})]},
	"test": {"calls": [object.union(base.get, {"at": {"path": "tests/a.py"}})]},
}

found := {
	"third argument of another call": {{"at": {"line": 3, "path": "a.py"}, "detail": "urllib.request.urlretrieve fetches https://acme.org/a.zip and compares no digest", "subject": "https://acme.org/a.zip"}},
	"data in a release script": {{"at": {"line": 3, "path": "ops/a.py"}, "detail": "urllib.request.urlretrieve fetches https://acme.org/a.zip and compares no digest", "subject": "https://acme.org/a.zip"}},
	"card": {{"at": {"line": 1, "path": "croissant.json"}, "detail": "1 of 1 files that the card sends readers to have no SHA-256", "subject": "croissant.json"}},
	"download": {{"at": {"line": 3, "path": "a.py"}, "detail": "urllib.request.urlretrieve fetches https://acme.org/a.zip and compares no digest", "subject": "https://acme.org/a.zip"}},
	"download of something": {{"at": {"path": "a.py"}, "detail": "gdown.download fetches a file and compares no digest", "subject": "a.py"}},
	"shell": {{"at": {"line": 3, "path": "a.py"}, "detail": "curl fetches https://acme.org/a.zip and compares no digest", "subject": "https://acme.org/a.zip"}},
	"table": {{"at": {"line": 3, "path": "a.py"}, "detail": "pandas.read_csv reads https://acme.org/a.csv and compares no digest", "subject": "https://acme.org/a.csv"}},
	"pooch": {{"at": {"line": 3, "path": "a.py"}, "detail": "pooch.retrieve with known_hash=None takes any file", "subject": "https://acme.org/a.zip"}},
	"keras": {{"at": {"line": 3, "path": "a.py"}, "detail": "keras.utils.get_file without file_hash takes any file", "subject": "https://acme.org/a.zip"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
