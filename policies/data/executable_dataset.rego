# METADATA
# title: Dataset in executable serialisation
# description: >-
#   A pickle runs code in whatever reads it, and data is read by every job. NumPy files with
#   objects inside are pickles.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.000
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: DATA-013
#   stages: [data]
#   severity: high
#   applies_to: [calls, references, files, weights]
#   requires: [calls, references, files, weights]
#   fix: Store the data as Parquet, JSON Lines, CSV or plain NumPy arrays and load it without pickle.
#   settings:
#     loaders:
#       type: set
#       default:
#         - pandas.read_pickle
#         - pd.read_pickle
#         - pandas.io.pickle.read_pickle
#         - torchdata.datapipes.iter.PickleUnpickler
#       doc: calls that unpickle data
#     extensions:
#       type: set
#       default: [.pkl, .pickle, .joblib]
#       doc: endings of data files that are pickles
#     data_folder:
#       type: string
#       default: '(^|/)(data|datasets?|corpus|corpora)/'
#       doc: what the folders of data look like
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0011.000, AML.T0018.002]
#     nist_ai_rmf: []
#     cwe: [CWE-502]
#     eu_ai_act: []
#     threats: [D.s2, C2]
package mlpolicy.data.executable_dataset

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": found.subject, "detail": found.detail, "at": found.at} if {
	some found in _found
	not places.skipped(found.at.path, settings["DATA-013"].skip_paths)
}

_found contains {"subject": call.at.path, "at": call.at, "detail": detail} if {
	some call in input.calls
	call.callee in settings["DATA-013"].loaders
	not call.checks_hash == "yes"
	not call.reads_own == "yes"
	detail := $"{call.callee} runs what the data file names"
}

_found contains {"subject": call.at.path, "at": call.at, "detail": detail} if {
	some call in input.calls
	call.callee in {"numpy.load", "np.load"}
	code.on(call.args.allow_pickle)
	not call.checks_hash == "yes"
	not call.reads_own == "yes"
	detail := "numpy.load with allow_pickle runs what the data file names"
}

_found contains {"subject": ref.uri, "at": ref.at, "detail": detail} if {
	some ref in input.references
	ref.kind == "dataset"
	some extension in settings["DATA-013"].extensions
	endswith(lower(ref.uri), extension)
	detail := $"dataset {ref.name} is a pickle"
}

_found contains {"subject": file.path, "at": {"path": file.path}, "detail": detail} if {
	some file in input.files
	regex.match(settings["DATA-013"].data_folder, file.path)
	some extension in settings["DATA-013"].extensions
	endswith(lower(file.path), extension)
	detail := "data file is a pickle"
}

_found contains {"subject": array.path, "at": {"path": array.path}, "detail": detail} if {
	some array in input.weights
	array.format in {"npy", "npz", "numpy"}
	array.executable == "yes"
	detail := "NumPy file holds pickled objects"
}
