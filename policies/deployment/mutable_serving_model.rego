# METADATA
# title: Serving model reference mutable
# description: >-
#   A deployment that names a model by a branch, a tag, a plain bucket path or nothing at all
#   serves whatever is there when a pod starts, so two replicas of one deployment can differ.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0010.003
#   - ref: https://atlas.mitre.org/techniques/AML.T0109
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: DEP-002
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads, references]
#   requires: [workloads, references]
#   fix: >-
#     Serve a full commit, an object version or a digest (--revision with 40 hexadecimal digits,
#     oci://...@sha256:...).
#   settings:
#     roles:
#       type: set
#       default: [serving, gateway]
#       doc: roles of workloads that serve
#     schemes:
#       type: set
#       default:
#         - 'hf://'
#         - 's3://'
#         - 'gs://'
#         - 'gcs://'
#         - 'abfs://'
#         - 'abfss://'
#         - 'az://'
#         - 'wasbs://'
#         - 'https://'
#         - 'http://'
#         - 'oci://'
#         - 'mlflow://'
#         - 'models:/'
#         - 'ollama://'
#       doc: schemes under which a model is fetched from elsewhere
#     clients:
#       type: set
#       default:
#         - '(^|\.)(completions|responses|embeddings|messages|images|speech|transcriptions|translations|assistants|models|ChatCompletion|Completion|Embedding)\.[a-z_]+$'
#         - '(^|\.)(Async)?Inference(Client|Api)$'
#         - '(^|\.)Chat[A-Z][A-Za-z]*$'
#         - '(^|\.)(Azure|Async)?(OpenAI|Anthropic|Groq|Mistral|Cohere|Together|VertexAI|Replicate|Bedrock|Ollama|NVIDIA)[A-Za-z]*$'
#         - '(^|\.)HuggingFace(Hub|Endpoint|[A-Za-z]*API)$'
#         - '(^|\.)(invoke_model|converse|converse_stream|init_chat_model|GenerativeModel|languageModel|useChatModel|textEmbeddingModel)$'
#         - '^(litellm\.|dspy\.LM$|ollama\.(chat|generate|embed)|replicate\.run$)'
#         - '(?i)(^|[._-])(llm|vlm|chat|nim)([_-][a-z]+)?[_-]?model([_-]?(name|id))?$'
#         - '^(NEXT_PUBLIC_|VITE_|REACT_APP_)'
#         - '^--served-model-name$'
#         - '(?i)(inference|predict|request|endpoint|api|base)([_-]?[a-z]+)*[_-]?url$'
#       doc: >-
#         regular expressions of what only names a model to a service (callees, keys, flags): which
#         bytes answer is decided where the service is deployed
#     written:
#       type: set
#       default: [yaml, json, toml, ini, env, terraform, j2, tpl]
#       doc: how a reference is found that stands in configuration
#     loads:
#       type: string
#       default: '(?i)(^|[._-])(storage_?uri|model_?(uri|url|id|path|dir|repo(sitory)?|name_?or_?path)|hf_?(hub_?)?model(_?(id|name))?|(torchserve|vllm|tgi|tei|triton|sglang|lmdeploy|llama_?cpp|mlserver)_([a-z]+_)*model(_[a-z]+)*)$'
#       doc: >-
#         keys of configuration by which a server is told what to load; others name to an application the
#         model that it asks a service for
#     plain:
#       type: set
#       default: [model, name, model_name]
#       doc: keys that mean so in the specification of an object and beside a server only
#     jobs:
#       type: set
#       default: [Job, CronJob, JobSet, RayJob, Workflow, CronWorkflow]
#       doc: kinds of workload that run to their end
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|tests?|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0010.003, AML.T0109]
#     nist_ai_rmf: []
#     cwe: [CWE-494]
#     eu_ai_act: []
#     threats: [P.s1, R.s1]
package mlpolicy.deployment.mutable_serving_model

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.refs
import data.mlpolicy.settings

deny contains {"subject": served.uri, "detail": detail, "at": served.at} if {
	some served in _served
	not _fixed(served)
	not places.skipped(served.at.path, settings["DEP-002"].skip_paths)
	wants := _wants(served)
	detail := $"{served.by} serves {served.uri} {wants}"
}

_served contains served if {
	some workload in input.workloads
	workload.role in settings["DEP-002"].roles
	some model in workload.models
	model.digest == ""
	_fetched(model.uri)
	served := {
		"by": workload.name, "uri": model.uri, "at": model.at,
		"revision": model.revision, "kind": model.revision_kind,
	}
}

_served contains served if {
	some ref in input.references
	ref.role == "serve"
	ref.state == "resolved"
	not ref.how == "card"
	not ref.confidence == "low"
	not _asked(ref)
	not ref.at.path in _training
	not ref.at.path in _batch
	not _task(ref)
	_fetched(ref.uri)
	not places.line(ref.at) in _declared
	not places.line(ref.call_at) in _declared
	served := {
		"by": ref.at.path, "uri": ref.uri, "at": ref.at,
		"revision": ref.revision, "kind": ref.revision_kind,
	}
}

_declared contains places.line(model.at) if {
	some workload in input.workloads
	some model in workload.models
}

# A client asks a service for a model by its name, and has no revision to ask for.
_asked(ref) if {
	some client in settings["DEP-002"].clients
	regex.match(client, ref.loader)
}

# What is found by a key alone, and no call or flag that loads: in code a key called model is one
# of the body of a request, in configuration one of an application.
_asked(ref) if {
	regex.match(`^\w+$`, ref.loader)
	not _server_key(ref)
}

_server_key(ref) if regex.match(settings["DEP-002"].loads, ref.loader)

_server_key(ref) if {
	ref.loader in settings["DEP-002"].plain
	startswith(ref.at.pointer, "/spec/")
}

_server_key(ref) if {
	ref.loader in settings["DEP-002"].plain
	ref.how in settings["DEP-002"].written
	ref.at.path in _servers
}

# Manifests of training jobs name what they start from and where they write.
_training contains workload.at.path if {
	some workload in input.workloads
	workload.role == "training"
}

_training contains workload.at.path if {
	some workload in input.workloads
	contains(workload.kind, "Train")
}

# What runs to its end serves nobody, unless a server stands in the same file.
_batch contains workload.at.path if {
	some workload in input.workloads
	workload.kind in settings["DEP-002"].jobs
	not workload.at.path in _servers
}

_servers contains workload.at.path if {
	some workload in input.workloads
	workload.role in settings["DEP-002"].roles
}

# A command in a document of which no workload is made is that of a task.
_task(ref) if {
	ref.how == "yaml"
	startswith(ref.loader, "-")
	not ref.at.path in _manifests
}

_manifests contains workload.at.path if some workload in input.workloads

_fetched(uri) if {
	some scheme in settings["DEP-002"].schemes
	startswith(uri, scheme)
	not _here(uri)
}

# A folder of the machine and a store on its loopback hold what the machine itself put there.
_here(uri) if regex.match(`^[a-z0-9]+://(\.{0,2}/|\.$|~|(localhost|127\.[0-9.]+|\[::1\])([:/]|$))`, uri)

_fixed(served) if served.kind in {"commit", "unresolved"}

_fixed(served) if regex.match(`@sha256:[0-9a-f]{64}|[?&](versionId|generation|snapshot)=.|#[0-9]{10,}$|/[0-9a-f]{64}(/|$)`, served.uri)

_fixed(served) if {
	startswith(served.uri, "models:/")
	regex.match(`/[0-9]+$`, served.uri)
}

_wants(served) := refs.wants(served.revision, served.kind) if served.kind in refs.moving

_wants(served) := "without a revision" if not served.kind in refs.moving
