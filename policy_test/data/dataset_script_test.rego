package dataset_script_test

import future.keywords.not

import data.mlpolicy.data.dataset_script.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"ref": {"kind": "dataset", "name": "acme/d", "uri": "hf://datasets/acme/d", "host": "huggingface", "trust_remote_code": "yes", "at": {"path": "a.py", "line": 1}, "call_at": {"path": "a.py", "line": 2}},
	"call": {"callee": "datasets.load_dataset", "args": {"trust_remote_code": "True"}, "unresolved": [], "at": {"path": "a.py", "line": 2}},
}

fires := {
	"reference": {"references": [base.ref]},
	"reference and its call": {"references": [base.ref], "calls": [base.call]},
	"call": {"calls": [base.call]},
	"named at run time": {"references": [object.union(base.ref, {"name": "", "uri": ""})]},
}

silent := {
	"script of the source": {"references": [object.union(base.ref, {"host": "local"})], "calls": [base.call]},
	"switched off": {"references": [object.union(base.ref, {"trust_remote_code": "no"})]},
	"model": {"references": [object.union(base.ref, {"kind": "model"})]},
	"call without the switch": {"calls": [object.union(base.call, {"args": {"trust_remote_code": "False"}})]},
	"other call": {"calls": [object.union(base.call, {"callee": "transformers.AutoModel.from_pretrained"})]},
	"test": {"references": [object.union(base.ref, {"call_at": {"path": "tests/a.py"}})]},
	"asked for by a test": {"references": [object.union(base.ref, {"at": {"path": "tests/a.py"}})]},
	"call in a test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})]},
}

found := {
	"named at run time": {{"at": {"line": 2, "path": "a.py"}, "certainty": "likely", "detail": "loading dataset named at run time runs the code in its repository (trust_remote_code)", "subject": "a.py"}},
	"call": {{"at": {"line": 2, "path": "a.py"}, "certainty": "likely", "detail": "datasets.load_dataset runs the code that comes with the dataset (trust_remote_code)", "subject": "a.py"}},
	"reference": {{"at": {"line": 2, "path": "a.py"}, "certainty": "certain", "detail": "loading dataset acme/d runs the code in its repository (trust_remote_code)", "subject": "hf://datasets/acme/d"}},
	"reference and its call": {{"at": {"line": 2, "path": "a.py"}, "certainty": "certain", "detail": "loading dataset acme/d runs the code in its repository (trust_remote_code)", "subject": "hf://datasets/acme/d"}},
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
