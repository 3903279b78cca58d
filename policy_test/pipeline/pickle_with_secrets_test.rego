package pickle_with_secrets_test

import future.keywords.not

import data.mlpolicy.pipeline.pickle_with_secrets.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"job": {"name": "eval", "secrets": ["HF_TOKEN"], "permissions": {}, "at": {"path": "ci.yml", "line": 4}},
	"step": {"run": "", "scripts": ["eval/run.py"], "at": {"path": "ci.yml", "line": 9}},
	"call": {"callee": "joblib.load", "args": {"0": "m.joblib"}, "unresolved": [], "checks_hash": "unstated", "at": {"path": "eval/run.py", "line": 3}},
}

fires := {
	"joblib": {"pipelines": [object.union(base.job, {"steps": [base.step]})], "calls": [base.call]},
	"torch": {"pipelines": [object.union(base.job, {"steps": [base.step]})], "calls": [object.union(base.call, {"callee": "torch.load", "args": {"weights_only": "False"}})]},
	"script below a folder": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"scripts": ["run.py"]})]})], "calls": [base.call]},
	"cloud token": {"pipelines": [object.union(base.job, {"secrets": [], "permissions": {"id-token": "write"}, "steps": [base.step]})], "calls": [base.call]},
	"secrets and cloud token": {"pipelines": [object.union(base.job, {"permissions": {"id-token": "write"}, "steps": [base.step]})], "calls": [base.call]},
	"inline": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"scripts": [], "run": "python -c 'import pickle; pickle.load(open(\"m.pkl\", \"rb\"))'"})]})], "calls": []},
}

silent := {
	"no secrets": {"pipelines": [object.union(base.job, {"secrets": [], "permissions": {"id-token": "none"}, "steps": [base.step]})], "calls": [base.call]},
	"nothing inline without secrets": {"pipelines": [object.union(base.job, {"secrets": [], "steps": [object.union(base.step, {"scripts": [], "run": "python -c 'pickle.load(f)'"})]})], "calls": []},
	"another script": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"scripts": ["train.py"]})]})], "calls": [base.call]},
	"name that ends alike": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"scripts": ["un.py"]})]})], "calls": [base.call]},
	"safe load": {"pipelines": [object.union(base.job, {"steps": [base.step]})], "calls": [object.union(base.call, {"callee": "torch.load", "args": {"weights_only": "True"}})]},
}

found := {
	"joblib": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job eval holds secrets (HF_TOKEN) and runs eval/run.py, which unpickles (line 3)", "subject": "ci.yml"}},
	"torch": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job eval holds secrets (HF_TOKEN) and runs eval/run.py, which unpickles (line 3)", "subject": "ci.yml"}},
	"script below a folder": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job eval holds secrets (HF_TOKEN) and runs run.py, which unpickles (line 3)", "subject": "ci.yml"}},
	"cloud token": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job eval holds a token for the cloud (id-token write) and runs eval/run.py, which unpickles (line 3)", "subject": "ci.yml"}},
	"secrets and cloud token": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job eval holds secrets (HF_TOKEN) and runs eval/run.py, which unpickles (line 3)", "subject": "ci.yml"}},
	"inline": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job eval holds secrets (HF_TOKEN) and unpickles in a script of its own", "subject": "ci.yml"}},
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
