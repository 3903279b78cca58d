package plaintext_fetch_test

import future.keywords.not

import data.mlpolicy.data.plaintext_fetch.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"call": {"callee": "curl", "args": {"0": "https://data.acme.org/a.jsonl"}, "unresolved": [], "function": "", "at": {"path": "a.sh", "line": 2}},
	"get": {"callee": "requests.get", "args": {"0": "https://acme.org/x"}, "unresolved": [], "function": "main", "at": {"path": "a.py", "line": 2}},
	"ref": {"kind": "dataset", "uri": "http://data.acme.org/a.csv", "at": {"path": "a.py", "line": 2}, "call_at": {"path": "a.py", "line": 2}},
}

fires := {
	"model and a fetch at one place": {"references": [object.union(base.ref, {"kind": "model"})], "calls": [object.union(base.call, {"args": {"0": "http://data.acme.org/a.csv"}, "at": {"path": "a.py"}})]},
	"reference over https beside a fetch": {"references": [object.union(base.ref, {"uri": "https://data.acme.org/a.csv"})], "calls": [object.union(base.call, {"args": {"0": "http://data.acme.org/a.csv"}, "at": {"path": "a.py"}})]},
	"reference": {"references": [base.ref]},
	"reference and its call": {"references": [base.ref], "calls": [object.union(base.call, {"args": {"0": "http://data.acme.org/a.csv"}, "at": {"path": "a.py"}})]},
	"download": {"calls": [object.union(base.call, {"args": {"0": "http://data.acme.org/a.jsonl"}})]},
	"download without verification": {"calls": [object.union(base.call, {"args": {"-k": "True"}})]},
	"option as an argument": {"calls": [object.union(base.call, {"args": {"1": "--insecure"}})]},
	"request for a data file": {"calls": [object.union(base.get, {"args": {"0": "http://acme.org/x.csv"}})]},
	"request without verification in a download": {"calls": [object.union(base.get, {"args": {"verify": "False"}, "function": "download_corpus"})]},
	"no verification in the process": {"calls": [object.union(base.get, {"callee": "ssl._create_unverified_context", "args": {}})]},
	"card": {"cards": [{"kind": "dataset", "digests": [{"url": "http://data.acme.org/a.csv", "at": {"path": "croissant.json"}}]}]},
	"dvc remote": {"stores": [{"kind": "dvc_remote", "name": "s", "uri": "http://dvc.acme.org/", "at": {"path": ".dvc/config"}}]},
}

silent := {
	"verified request": {"calls": [object.union(base.get, {"args": {"verify": "True", "stream": "False"}, "function": "download_corpus"})]},
	"card over https": {"cards": [{"kind": "dataset", "digests": [{"url": "https://data.acme.org/a.csv", "at": {"path": "croissant.json"}}]}]},
	"another store": {"stores": [{"kind": "tracker", "name": "s", "uri": "http://dvc.acme.org/", "at": {"path": "a"}}]},
	"dvc remote over https": {"stores": [{"kind": "dvc_remote", "name": "s", "uri": "https://dvc.acme.org/", "at": {"path": ".dvc/config"}}]},
	"another call that names a file": {"calls": [object.union(base.get, {"callee": "print", "args": {"0": "http://acme.org/x.csv"}})]},
	"another call in a download": {"calls": [object.union(base.get, {"callee": "print", "args": {"verify": "False"}, "function": "download"})]},
	"https reference": {"references": [object.union(base.ref, {"uri": "https://data.acme.org/a.csv"})]},
	"model reference": {"references": [object.union(base.ref, {"kind": "model"})]},
	"loopback": {"references": [object.union(base.ref, {"uri": "http://localhost:8000/a.csv"})]},
	"private address": {"references": [object.union(base.ref, {"uri": "http://10.1.2.3/a.csv"})]},
	"link local": {"references": [object.union(base.ref, {"uri": "http://[fe80::1]/a.csv"})]},
	"cluster name": {"references": [object.union(base.ref, {"uri": "http://minio.data.svc:9000/a.csv"})]},
	"templated": {"references": [object.union(base.ref, {"uri": "http://${HOST}/a.csv"})]},
	"test": {"references": [object.union(base.ref, {"at": {"path": "tests/a.py"}})]},
	"verified download": {"calls": [base.call]},
	"request for a page": {"calls": [object.union(base.get, {"args": {"0": "http://acme.org/status"}})]},
	"request without verification elsewhere": {"calls": [object.union(base.get, {"args": {"verify": "False"}, "function": "ping"})]},
}

found := {
	"model and a fetch at one place": {{"at": {"line": 2, "path": "a.py"}, "detail": "curl fetches over plain http from data.acme.org", "subject": "http://data.acme.org/a.csv"}},
	"reference over https beside a fetch": {{"at": {"line": 2, "path": "a.py"}, "detail": "curl fetches over plain http from data.acme.org", "subject": "http://data.acme.org/a.csv"}},
	"reference": {{"at": {"line": 2, "path": "a.py"}, "detail": "data comes over plain http from data.acme.org", "subject": "http://data.acme.org/a.csv"}},
	"reference and its call": {{"at": {"line": 2, "path": "a.py"}, "detail": "data comes over plain http from data.acme.org", "subject": "http://data.acme.org/a.csv"}},
	"download": {{"at": {"line": 2, "path": "a.sh"}, "detail": "curl fetches over plain http from data.acme.org", "subject": "http://data.acme.org/a.jsonl"}},
	"download without verification": {{"at": {"line": 2, "path": "a.sh"}, "detail": "curl -k does not verify the certificate", "subject": "curl"}},
	"option as an argument": {{"at": {"line": 2, "path": "a.sh"}, "detail": "curl --insecure does not verify the certificate", "subject": "curl"}},
	"request for a data file": {{"at": {"line": 2, "path": "a.py"}, "detail": "requests.get fetches over plain http from acme.org", "subject": "http://acme.org/x.csv"}},
	"request without verification in a download": {{"at": {"line": 2, "path": "a.py"}, "detail": "requests.get is told not to verify the certificate (verify=False)", "subject": "requests.get"}},
	"no verification in the process": {{"at": {"line": 2, "path": "a.py"}, "detail": "ssl._create_unverified_context makes connections that verify no certificate", "subject": "ssl._create_unverified_context"}},
	"card": {{"at": {"path": "croissant.json"}, "detail": "the card sends readers to plain http at data.acme.org", "subject": "http://data.acme.org/a.csv"}},
	"dvc remote": {{"at": {"path": ".dvc/config"}, "detail": "DVC remote s is read over plain http from dvc.acme.org", "subject": "http://dvc.acme.org/"}},
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
