package mutable_serving_model_test

import future.keywords.not

import data.mlpolicy.deployment.mutable_serving_model.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"model": {"uri": "hf://acme/m", "revision": "", "revision_kind": "none", "digest": "", "at": {"path": "a.yaml", "line": 9}},
	"ref": {"role": "serve", "state": "resolved", "uri": "hf://acme/m", "revision": "main", "revision_kind": "branch", "how": "call", "loader": "vllm.LLM", "confidence": "high", "at": {"path": "serve.py", "line": 9}, "call_at": {"path": "serve.py", "line": 9}},
}

fires := {
	"server beside a job": {"references": [object.union(base.ref, {"how": "yaml", "loader": "MODEL_ID"})], "workloads": [{"name": "load", "role": "other", "kind": "Job", "at": {"path": "serve.py"}}, {"name": "api", "role": "serving", "kind": "Deployment", "at": {"path": "serve.py"}}]},
	"command of a workload": {"references": [object.union(base.ref, {"how": "yaml", "loader": "--model"})], "workloads": [{"name": "api", "role": "other", "kind": "Graph", "at": {"path": "serve.py"}}]},
	"run of a tracker": {"references": [object.union(base.ref, {"uri": "mlflow://runs:/7/m", "revision_kind": ""})]},
	"host that begins like the loopback": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "s3://localhost-models/m", "revision_kind": ""})]}]},
	"address of a model": {"references": [object.union(base.ref, {"how": "yaml", "loader": "model_url"})]},
	"bucket that ends in a number": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "s3://acme/m/3", "revision_kind": ""})]}]},
	"no revision": {"workloads": [{"name": "api", "role": "serving", "models": [base.model]}]},
	"bucket": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "s3://acme/m/", "revision_kind": ""})]}]},
	"code": {"references": [base.ref]},
	"code and workload": {"references": [object.union(base.ref, {"at": {"path": "a.yaml"}})], "workloads": [{"name": "api", "role": "serving", "models": [base.model]}]},
	"alias": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "models:/m@prod"})]}]},
	"key of a manifest": {"references": [object.union(base.ref, {"how": "yaml", "loader": "model", "at": {"path": "a.yaml", "pointer": "/spec/model"}})]},
	"key beside a server": {"references": [object.union(base.ref, {"how": "yaml", "loader": "model_name", "at": {"path": "a.yaml"}})], "workloads": [{"name": "api", "role": "serving", "kind": "Deployment", "at": {"path": "a.yaml"}}]},
	"variable of a server": {"references": [object.union(base.ref, {"how": "env", "loader": "TORCHSERVE_MODEL_NAME"})]},
	"training elsewhere": {"references": [base.ref], "workloads": [{"name": "job", "role": "training", "kind": "Job", "at": {"path": "job.yaml"}}]},
	"script that loads": {"references": [object.union(base.ref, {"how": "shell", "loader": "vllm serve"})]},
}

silent := {
	"plain key of code beside a server": {"references": [object.union(base.ref, {"how": "dict", "loader": "model"})], "workloads": [{"name": "api", "role": "serving", "kind": "Model", "at": {"path": "serve.py"}}]},
	"default of somebody": {"references": [object.union(base.ref, {"how": "default", "loader": "llm_name"})]},
	"model of an application": {"references": [object.union(base.ref, {"how": "yaml", "loader": "SUMMARY_LLM"})]},
	"plain key of somebody": {"references": [object.union(base.ref, {"how": "j2", "loader": "model_name", "at": {"pointer": "/late_chunking/model_name"}})]},
	"another key of an object": {"references": [object.union(base.ref, {"how": "yaml", "loader": "asrModel", "at": {"pointer": "/spec/asrModel"}})]},
	"digest in the address": {"references": [object.union(base.ref, {"uri": "https://models.example/d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03/tiny.pt"})]},
	"file of tests": {"references": [object.union(base.ref, {"at": {"path": "backend/test.py"}})]},
	"benchmark": {"references": [object.union(base.ref, {"how": "yaml", "loader": "MODEL_ID"})], "workloads": [{"name": "bench", "role": "other", "kind": "Job", "at": {"path": "serve.py"}}]},
	"command of a task": {"references": [object.union(base.ref, {"how": "yaml", "loader": "--model_checkpoint"})]},
	"folder of the machine": {"references": [object.union(base.ref, {"uri": "mlflow://./outputs/mlflow-model"})]},
	"folder above": {"references": [object.union(base.ref, {"uri": "mlflow://../m"})]},
	"folder from the root": {"references": [object.union(base.ref, {"uri": "mlflow:///mnt/m"})]},
	"here": {"references": [object.union(base.ref, {"uri": "mlflow://."})]},
	"home": {"references": [object.union(base.ref, {"uri": "mlflow://~/m"})]},
	"store on the loopback": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "s3://localhost:4572/bucket"})]}]},
	"address of the loopback": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "http://127.0.0.1/m.gguf"})]}]},
	"loopback of IPv6": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "http://[::1]:80/m.gguf"})]}]},
	"path of a request": {"references": [object.union(base.ref, {"how": "default", "loader": "inference_model_url"})]},
	"request to a service": {"references": [object.union(base.ref, {"loader": "client.chat.completions.create"})]},
	"client of a service": {"references": [object.union(base.ref, {"loader": "langchain_openai.ChatOpenAI"})]},
	"name of the model that is asked": {"references": [object.union(base.ref, {"how": "yaml", "loader": "LLM_MODEL"})]},
	"body of a request": {"references": [object.union(base.ref, {"how": "shell", "loader": "model"})]},
	"body of a request in code": {"references": [object.union(base.ref, {"how": "dict", "loader": "model"})]},
	"job": {"references": [object.union(base.ref, {"how": "yaml", "loader": "MODEL_ID"})], "workloads": [{"name": "job", "role": "training", "kind": "TFJob", "at": {"path": "serve.py"}}]},
	"runtime of jobs": {"references": [object.union(base.ref, {"how": "yaml", "loader": "MODEL_ID"})], "workloads": [{"name": "tune", "role": "other", "kind": "ClusterTrainingRuntime", "at": {"path": "serve.py"}}]},
	"known at run time": {"references": [object.union(base.ref, {"state": "unresolved"})]},
	"folder in code": {"references": [object.union(base.ref, {"uri": "/models/m"})]},
	"call of a workload": {"references": [object.union(base.ref, {"at": {"line": 2}})], "workloads": [{"name": "job", "role": "training", "models": [object.union(base.model, {"at": {"path": "serve.py"}})]}]},
	"commit known at run time": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"revision_kind": "unresolved"})]}]},
	"digest in the name": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "oci://acme/m@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})]}]},
	"generation": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "gs://acme/m#1700000000000000"})]}]},
	"full commit": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"revision_kind": "commit"})]}]},
	"digest": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"digest": "sha256:aa"})]}]},
	"object version": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "s3://acme/m.tar.gz?versionId=3", "revision_kind": ""})]}]},
	"registry version": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "models:/m/3"})]}]},
	"folder": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"uri": "/models/m"})]}]},
	"training": {"workloads": [{"name": "job", "role": "training", "models": [base.model]}]},
	"test": {"workloads": [{"name": "api", "role": "serving", "models": [object.union(base.model, {"at": {"path": "tests/a.yaml"}})]}]},
	"card": {"references": [object.union(base.ref, {"how": "card"})]},
	"guess": {"references": [object.union(base.ref, {"confidence": "low"})]},
	"base": {"references": [object.union(base.ref, {"role": "base"})]},
}

found := {
	"server beside a job": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"command of a workload": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"run of a tracker": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves mlflow://runs:/7/m without a revision", "subject": "mlflow://runs:/7/m"}},
	"host that begins like the loopback": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves s3://localhost-models/m without a revision", "subject": "s3://localhost-models/m"}},
	"address of a model": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"bucket that ends in a number": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves s3://acme/m/3 without a revision", "subject": "s3://acme/m/3"}},
	"no revision": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves hf://acme/m without a revision", "subject": "hf://acme/m"}},
	"bucket": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves s3://acme/m/ without a revision", "subject": "s3://acme/m/"}},
	"code": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"code and workload": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves hf://acme/m without a revision", "subject": "hf://acme/m"}},
	"key beside a server": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "a.yaml serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"variable of a server": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"key of a manifest": {{"at": {"line": 9, "path": "a.yaml", "pointer": "/spec/model"}, "detail": "a.yaml serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"training elsewhere": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"script that loads": {{"at": {"line": 9, "path": "serve.py"}, "detail": "serve.py serves hf://acme/m at branch \"main\", which moves", "subject": "hf://acme/m"}},
	"alias": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api serves models:/m@prod without a revision", "subject": "models:/m@prod"}},
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
