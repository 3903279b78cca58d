package trust_remote_code_test

import future.keywords.not

import data.mlpolicy.training.trust_remote_code.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"ref": {"kind": "model", "name": "acme/m", "uri": "hf://acme/m", "host": "huggingface", "role": "base", "revision_kind": "none", "trust_remote_code": "yes", "at": {"path": "a.py", "line": 1}, "call_at": {"path": "a.py", "line": 2}},
	"call": {"callee": "transformers.AutoModel.from_pretrained", "args": {"trust_remote_code": "True"}, "unresolved": [], "at": {"path": "a.py", "line": 2}},
}

fires := {
	"call beside a reference without it": {"references": [object.union(base.ref, {"trust_remote_code": "no"})], "calls": [base.call]},
	"call at a branch": {"calls": [object.union(base.call, {"args": {"revision": "main"}, "unresolved": ["**"]})]},
	"reference": {"references": [base.ref]},
	"reference and its call": {"references": [base.ref], "calls": [base.call]},
	"name known at run time": {"references": [object.union(base.ref, {"name": "", "uri": "", "host": ""})]},
	"call alone": {"calls": [base.call]},
}

silent := {
	"call that switches it off": {"calls": [object.union(base.call, {"args": {"trust_remote_code": "False"}})]},
	"full commit": {"references": [object.union(base.ref, {"revision_kind": "commit"})]},
	"revision known at run time": {"references": [object.union(base.ref, {"revision_kind": "unresolved"})]},
	"local folder": {"references": [object.union(base.ref, {"host": "local"})]},
	"served": {"references": [object.union(base.ref, {"role": "serve"})]},
	"switched off": {"references": [object.union(base.ref, {"trust_remote_code": "no"})]},
	"test": {"references": [object.union(base.ref, {"call_at": {"path": "tests/a.py"}})]},
	"asked for by a test": {"references": [object.union(base.ref, {"at": {"path": "tests/a.py"}})]},
	"dataset": {"calls": [object.union(base.call, {"callee": "datasets.load_dataset"})]},
	"dataset reference and its call": {"references": [object.union(base.ref, {"kind": "dataset"})], "calls": [base.call]},
	"call with a full commit": {"calls": [object.union(base.call, {"args": {"revision": "0123456789012345678901234567890123456789"}})]},
	"call with a revision known at run time": {"calls": [object.union(base.call, {"unresolved": ["revision"]})]},
	"call in a test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})]},
}

found := {
	"call beside a reference without it": {{"at": {"line": 2, "path": "a.py"}, "certainty": "likely", "detail": "transformers.AutoModel.from_pretrained runs the code of a repository (trust_remote_code) without a full commit", "subject": "a.py"}},
	"call at a branch": {{"at": {"line": 2, "path": "a.py"}, "certainty": "likely", "detail": "transformers.AutoModel.from_pretrained runs the code of a repository (trust_remote_code) without a full commit", "subject": "a.py"}},
	"reference": {{"at": {"line": 2, "path": "a.py"}, "certainty": "certain", "detail": "model acme/m runs code from its repository (trust_remote_code) without a full commit", "subject": "hf://acme/m"}},
	"reference and its call": {{"at": {"line": 2, "path": "a.py"}, "certainty": "certain", "detail": "model acme/m runs code from its repository (trust_remote_code) without a full commit", "subject": "hf://acme/m"}},
	"name known at run time": {{"at": {"line": 2, "path": "a.py"}, "certainty": "likely", "detail": "model named at run time runs code from its repository (trust_remote_code) without a full commit", "subject": "a.py"}},
	"call alone": {{"at": {"line": 2, "path": "a.py"}, "certainty": "likely", "detail": "transformers.AutoModel.from_pretrained runs the code of a repository (trust_remote_code) without a full commit", "subject": "a.py"}},
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
