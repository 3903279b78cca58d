# METADATA
# title: CI loads pickle artefact while holding secrets
# description: >-
#   A script that unpickles runs whatever the file names. In a job that holds secrets or can get
#   cloud tokens, the file gets those.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: CI-007
#   stages: [pipeline]
#   severity: high
#   applies_to: [pipelines]
#   requires: [pipelines, calls, packages]
#   fix: >-
#     Load the artefact in a job without secrets and with contents read only, or convert it to
#     safetensors.
#   settings:
#     inline:
#       type: string
#       default: '\b(joblib|pickle|dill|cloudpickle)\.load\(|torch\.load\((?:[^)\n]*weights_only\s*=\s*False|[^)\n]*\)\s*(?:["\x27;]|$))'
#       doc: what a shell line that unpickles looks like
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018.002]
#     nist_ai_rmf: []
#     cwe: [CWE-502]
#     eu_ai_act: []
#     threats: [Q2, C2, K2]
package mlpolicy.pipeline.pickle_with_secrets

import future.keywords.not

import data.mlpolicy.settings
import data.mlpolicy.training.pickle_load
import data.mlpolicy.training.unsafe_torch_load

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	held := _holds(job)
	some step in job.steps
	some script in step.scripts
	loads := {finding.at.line |
		some finding in _unpickling
		_same(finding.at.path, script)
	}
	count(loads) > 0
	detail := $"job {job.name} holds {held} and runs {script}, which unpickles (line {min(loads)})"
}

deny contains {"subject": job.at.path, "detail": detail, "at": step.at} if {
	some job in input.pipelines
	held := _holds(job)
	some step in job.steps
	regex.match(settings["CI-007"].inline, step.run)
	detail := $"job {job.name} holds {held} and unpickles in a script of its own"
}

# What the controls over code found; their settings are used here too.
_unpickling contains finding if some finding in unsafe_torch_load.deny

_unpickling contains finding if some finding in pickle_load.deny

_holds(job) := $"secrets ({listed})" if {
	count(job.secrets) > 0
	listed := concat(", ", job.secrets)
}

_holds(job) := "a token for the cloud (id-token write)" if {
	count(job.secrets) == 0
	job.permissions["id-token"] == "write"
}

_same(path, script) if path == script

_same(path, script) if endswith(path, $"/{script}")
