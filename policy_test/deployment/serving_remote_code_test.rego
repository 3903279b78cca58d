package serving_remote_code_test

import future.keywords.not

import data.mlpolicy.deployment.serving_remote_code.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"workload": {"name": "api", "role": "serving", "models": [], "command": [], "args": [], "env": [], "at": {"path": "a.yaml", "line": 4}},
	"ref": {"name": "acme/m", "uri": "hf://acme/m", "host": "huggingface", "role": "serve", "trust_remote_code": "yes", "at": {"path": "serve.py", "line": 2}, "call_at": {"path": "serve.py", "line": 2}},
}

fires := {
	"reference beside a training job": {"workloads": [object.union(base.workload, {"role": "training", "at": {"path": "serve.py"}})], "references": [base.ref]},
	"model": {"workloads": [object.union(base.workload, {"models": [{"uri": "hf://acme/m", "trust_remote_code": "yes"}]})]},
	"flag of a model": {"workloads": [object.union(base.workload, {"args": ["--trust-remote-code"], "models": [{"uri": "/m", "trust_remote_code": "yes", "trust_at": {"path": "a.yaml", "line": 9}}, {"uri": "/n", "trust_remote_code": "no", "trust_at": {"path": "a.yaml", "line": 2}}]})]},
	"model without a place": {"workloads": [object.union(base.workload, {"models": [{"uri": "/m", "trust_remote_code": "yes", "trust_at": {"path": ""}}]})]},
	"flag": {"workloads": [object.union(base.workload, {"args": ["--model", "m", "--trust-remote-code"]})]},
	"flag with a value": {"workloads": [object.union(base.workload, {"args": ["--trust-remote-code=true"]})]},
	"shell": {"workloads": [object.union(base.workload, {"command": ["vllm serve m --trust-remote-code"]})]},
	"variable": {"workloads": [object.union(base.workload, {"env": [{"name": "HF_TRUST_REMOTE_CODE", "value": "1", "at": {"path": "a.yaml", "line": 7}}, {"name": "DEBUG", "value": "1", "at": {"path": "a.yaml", "line": 1}}, {"name": "TRUST_REMOTE_CODE", "value": "0", "at": {"path": "a.yaml", "line": 2}}]})]},
	"code": {"references": [base.ref]},
	"workload and its reference": {"workloads": [object.union(base.workload, {"args": ["--trust-remote-code"]})], "references": [object.union(base.ref, {"at": {"path": "a.yaml"}})]},
}

silent := {
	"code without it": {"references": [object.union(base.ref, {"trust_remote_code": "no"})]},
	"model without it": {"workloads": [object.union(base.workload, {"models": [{"uri": "hf://acme/m", "trust_remote_code": "no"}]})]},
	"another variable": {"workloads": [object.union(base.workload, {"env": [{"name": "DEBUG", "value": "1"}]})]},
	"shell without it": {"workloads": [object.union(base.workload, {"command": ["vllm serve m"]})]},
	"another word": {"workloads": [object.union(base.workload, {"args": ["yes"]})]},
	"no flag": {"workloads": [base.workload]},
	"flag switched off": {"workloads": [object.union(base.workload, {"args": ["--trust-remote-code=false"]})]},
	"variable switched off": {"workloads": [object.union(base.workload, {"env": [{"name": "HF_TRUST_REMOTE_CODE", "value": "0"}]})]},
	"training": {"workloads": [object.union(base.workload, {"role": "training", "args": ["--trust-remote-code"]})]},
	"test": {"workloads": [object.union(base.workload, {"args": ["--trust-remote-code"], "at": {"path": "tests/a.yaml"}})]},
	"local folder": {"references": [object.union(base.ref, {"host": "local"})]},
	"base model": {"references": [object.union(base.ref, {"role": "base"})]},
	"code in a test": {"references": [object.union(base.ref, {"call_at": {"path": "tests/a.py"}})]},
}

found := {
	"reference beside a training job": {{"at": {"line": 2, "path": "serve.py"}, "detail": "serving acme/m runs the code of its repository (trust_remote_code)", "subject": "hf://acme/m"}},
	"model": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "api runs the code of its model repository (hf://acme/m)", "subject": "api"}},
	"flag": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "api runs the code of its model repository (--trust-remote-code)", "subject": "api"}},
	"flag with a value": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "api runs the code of its model repository (--trust-remote-code)", "subject": "api"}},
	"shell": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "api runs the code of its model repository (--trust-remote-code)", "subject": "api"}},
	"flag of a model": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api runs the code of its model repository (--trust-remote-code, /m)", "subject": "api"}},
	"model without a place": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "api runs the code of its model repository (/m)", "subject": "api"}},
	"variable": {{"at": {"line": 7, "path": "a.yaml"}, "detail": "api runs the code of its model repository (HF_TRUST_REMOTE_CODE)", "subject": "api"}},
	"code": {{"at": {"line": 2, "path": "serve.py"}, "detail": "serving acme/m runs the code of its repository (trust_remote_code)", "subject": "hf://acme/m"}},
	"workload and its reference": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "api runs the code of its model repository (--trust-remote-code)", "subject": "api"}},
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
