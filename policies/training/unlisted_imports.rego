# METADATA
# title: Weights name code that no profile allows
# description: >-
#   A pickle calls what it names inside the process that loads it. Names that data needs are
#   allowed by profile; any other is somebody's code. Names that are known to be dangerous are
#   TRAIN-006.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
#   - ref: https://cwe.mitre.org/data/definitions/506.html
# custom:
#   id: TRAIN-025
#   stages: [training, registry]
#   severity: high
#   applies_to: [weights]
#   requires: [weights]
#   fix: >-
#     Convert the weights to safetensors and remove the pickle file, or list the names under
#     allowed_imports.
#   settings:
#     profiles:
#       type: set
#       default: [weights-only, sklearn, frameworks, objects]
#       doc: "lists of names that are allowed (weights-only, sklearn, frameworks, objects)"
#     allowed_imports:
#       type: set
#       default: []
#       doc: further names a pickle may resolve
#   maps:
#     owasp_ml: [ML06:2023, ML10:2023]
#     owasp_llm: [LLM03:2025, LLM04:2025]
#     atlas: [AML.T0018.002]
#     nist_ai_rmf: [MEASURE 2.7]
#     cwe: [CWE-502, CWE-506]
#     eu_ai_act: []
#     threats: [C2, C1, Q2]
package mlpolicy.training.unlisted_imports

import future.keywords.not

import data.mlpolicy.lib.pickle
import data.mlpolicy.settings

deny contains {"subject": file.path, "detail": detail, "at": at} if {
	some file in input.weights
	unlisted := {found |
		some found in file.imports
		count(pickle.dangers(found)) == 0
		not pickle.allowed(found, settings["TRAIN-025"].profiles, settings["TRAIN-025"].allowed_imports)
	}
	names := sort({found.qualified | some found in unlisted})
	shown := concat(", ", array.slice(names, 0, 5))
	detail := $"{count(names)} names are on no list: {shown}{_rest(names)}"
	at := {"path": file.path, "offset": min({found.offset | some found in unlisted})}
}

_rest(names) := ", ..." if count(names) > 5

_rest(names) := "" if count(names) <= 5
