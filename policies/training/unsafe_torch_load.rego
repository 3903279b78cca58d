# METADATA
# title: torch.load without weights_only=True
# description: >-
#   torch.load without weights_only=True unpickles, which runs what the file names. From torch 2.6
#   on leaving it out is safe, so an absent argument counts when the manifests of the nearest folder
#   above the file let in nothing newer, and is only likely when they let in both, or say nothing.
#   A file that the same function wrote is its own.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0018.002
#   - ref: https://atlas.mitre.org/techniques/AML.T0011.000
#   - ref: https://genai.owasp.org/llmrisk/llm032025-supply-chain/
#   - ref: https://cwe.mitre.org/data/definitions/502.html
#   - ref: https://pytorch.org/docs/stable/generated/torch.load.html
# custom:
#   id: TRAIN-003
#   stages: [training]
#   severity: critical
#   applies_to: [calls]
#   requires: [calls, packages]
#   fix: Pass weights_only=True, or load safetensors.
#   settings:
#     callees:
#       type: set
#       default: [torch.load, torch.serialization.load]
#       doc: calls that read a torch file
#     allowing:
#       type: set
#       default: [torch.serialization.safe_globals, torch.serialization.add_safe_globals]
#       doc: calls that list the classes a file may name
#     packages:
#       type: set
#       default: [torch, pytorch]
#       doc: packages that a manifest lists torch as
#     safe_since:
#       type: string
#       default: "2.6"
#       doc: first torch whose default is weights_only=True
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance|auto)[-_]?)?(tests?|testing|test[-_]?data|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML06:2023]
#     owasp_llm: [LLM03:2025]
#     atlas: [AML.T0018.002, AML.T0011.000]
#     nist_ai_rmf: []
#     cwe: [CWE-502]
#     eu_ai_act: []
#     threats: [C2, Q2, K2]
package mlpolicy.training.unsafe_torch_load

import future.keywords.not

import data.mlpolicy.lib.code
import data.mlpolicy.lib.places
import data.mlpolicy.lib.versions
import data.mlpolicy.settings

deny contains {"subject": call.at.path, "detail": detail, "at": call.at} if {
	some call in _loads
	code.off(call.args.weights_only)
	detail := $"{call.callee} with weights_only={call.args.weights_only} runs what the file names"
}

deny contains {
	"subject": call.at.path,
	"detail": detail,
	"at": call.at,
	"certainty": certainty,
} if {
	some call in _loads
	not code.given(call, "weights_only")
	readers := _readers(call.at.path)
	not _names_classes(call.at.path, readers)
	why := min(_reasons(readers))
	certainty := _certainty(call.at.path, readers)
	detail := $"{call.callee} without weights_only unpickles: {why}"
}

_loads contains call if {
	some call in input.calls
	call.callee in settings["TRAIN-003"].callees
	not call.reads_own == "yes"
	not places.skipped(call.at.path, settings["TRAIN-003"].skip_paths)
}

_torch contains dep if {
	some dep in input.packages
	dep.name in settings["TRAIN-003"].packages
}

# The folders above a file with a manifest that lists torch.
_above(path) := {folder |
	some dep in _torch
	folder := places.folder(dep.at.path)
	places.within(path, folder)
}

# _readers is the torch that runs a file: what the nearest of these folders says. An exact
# version beats a range.
_readers(path) := _pinned({dep |
	some dep in _torch
	folder := places.folder(dep.at.path)
	folder in _above(path)
	count(folder) == max({count(other) | some other in _above(path)})
}) if count(_above(path)) > 0

# With no manifest above the file, those of the rest of the source speak for it as long as
# they agree that torch is new; a folder of old examples says nothing about its neighbours.
_readers(path) := _agreed if count(_above(path)) == 0

_agreed := {dep | some dep in _everywhere; not _doubted}

_everywhere := _pinned({dep | some dep in _torch; _asked(dep) != ""})

_doubted if {
	some dep in _everywhere
	not _surely_new(dep)
}

_surely_new(dep) if {
	_new(dep)
	not _old(dep)
}

# Who lists the classes that a file may name (torch 2.5 and later) relies on the default of
# 2.6; without a manifest that says otherwise that is what reads it.
_names_classes(path, deps) if {
	path in _allowing
	not _surely_old(path, deps)
}

_allowing contains call.at.path if {
	some call in input.calls
	call.callee in settings["TRAIN-003"].allowing
}

_pinned(deps) := exact if {
	exact := {dep | some dep in deps; dep.version != ""}
	count(exact) > 0
}

_pinned(deps) := deps if count({dep | some dep in deps; dep.version != ""}) == 0

_reasons(deps) := {"no manifest says which torch reads it"} if count(deps) == 0

_reasons(deps) := {reason | some dep in deps; reason := _reason(dep)} if count(deps) > 0

_reason(dep) := $"torch {_asked(dep)} is older than {settings["TRAIN-003"].safe_since}" if _old(dep)

_reason(dep) := $"torch {dep.constraint} may be older than {settings["TRAIN-003"].safe_since}" if {
	dep.constraint != ""
	not _old(dep)
	not _new(dep)
}

_reason(dep) := $"{dep.at.path} takes any torch" if {
	dep.version == ""
	dep.constraint == ""
}

_asked(dep) := dep.version if dep.version != ""

_asked(dep) := dep.constraint if dep.version == ""

_old(dep) if versions.less(dep.version, settings["TRAIN-003"].safe_since)

_old(dep) if {
	dep.version == ""
	versions.below(dep.constraint, settings["TRAIN-003"].safe_since)
}

# An exact version that is not old, or cannot be read, says no more.
_new(dep) if dep.version != ""

_new(dep) if versions.at_least(versions.floor_of(dep.constraint), settings["TRAIN-003"].safe_since)

_certainty(path, deps) := "certain" if _surely_old(path, deps)

_certainty(path, deps) := "likely" if not _surely_old(path, deps)

_surely_old(path, deps) if {
	count(_above(path)) > 0
	every dep in deps {
		_old(dep)
	}
}
