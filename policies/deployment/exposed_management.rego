# METADATA
# title: Management, debug or internals interface exposed
# description: >-
#   Through a management or debug interface models are loaded, jobs are run and weights are read;
#   through the internals of an answer (logits, hidden states) the model is copied.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0013
#   - ref: https://atlas.mitre.org/techniques/AML.T0063
#   - ref: https://atlas.mitre.org/techniques/AML.T0049
#   - ref: https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/
#   - ref: https://cwe.mitre.org/data/definitions/306.html
#   - ref: https://cwe.mitre.org/data/definitions/489.html
# custom:
#   id: DEP-018
#   stages: [deployment]
#   severity: high
#   applies_to: [workloads, exposures]
#   requires: [workloads, exposures]
#   fix: >-
#     Bind the interface to loopback, select it with a NetworkPolicy or close it in the firewall,
#     and return no internals.
#   settings:
#     interfaces:
#       type: set
#       default: [management, dashboard, debug, admin, grpc-management]
#       doc: names of listeners that manage or debug
#     ports:
#       type: set
#       default: [8265, 8081, 7071, 6060, 10001]
#       doc: ports of such interfaces that may not be opened to the outside
#     served_ports:
#       type: map
#       default:
#         "8265": the Ray dashboard
#         "8888": Jupyter
#         "11434": Ollama
#         "6006": TensorBoard
#         "2746": Argo Workflows
#       doc: ports that no firewall may open to everybody, and what listens there
#     roles:
#       type: set
#       default: [serving, gateway, training]
#       doc: roles of workloads that are judged
#     internals:
#       type: set
#       default:
#         - --return-logits
#         - --return_logits
#         - --enable-return-hidden-states
#         - --max-logprobs=-1
#         - --enable-debug-endpoints
#       doc: arguments that give internals to callers
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: [ML05:2023]
#     owasp_llm: [LLM10:2025]
#     atlas: [AML.T0013, AML.T0063, AML.T0049]
#     nist_ai_rmf: []
#     cwe: [CWE-306, CWE-489]
#     eu_ai_act: []
#     threats: [P.s2]
package mlpolicy.deployment.exposed_management

import future.keywords.not

import data.mlpolicy.lib.hosts
import data.mlpolicy.lib.places
import data.mlpolicy.lib.scope
import data.mlpolicy.settings

deny contains {"subject": workload.name, "detail": detail, "at": listener.at} if {
	some workload in _workloads
	some listener in workload.listens
	listener.name in settings["DEP-018"].interfaces
	hosts.any_address(listener.address)
	listener.auth != "yes"
	not workload.settings.ingress == "restricted"
	not places.skipped(listener.at.path, settings["DEP-018"].skip_paths)
	detail := $"the {listener.name} interface of {workload.name} listens on {listener.address}"
}

deny contains {"subject": workload.name, "detail": detail, "at": way.at, "key": $"port {port}"} if {
	some workload in _workloads
	some way in input.exposures
	way.workload == workload.name
	way.auth != "yes"
	way.public == "yes"
	some port in way.ports
	port in settings["DEP-018"].ports
	not places.skipped(way.at.path, settings["DEP-018"].skip_paths)
	detail := $"{way.kind} {way.name} opens port {port} of {workload.name}"
}

deny contains {"subject": workload.name, "detail": detail, "at": workload.at, "key": argument} if {
	some workload in _workloads
	some argument in array.concat(workload.command, workload.args)
	argument in settings["DEP-018"].internals
	not places.skipped(workload.at.path, settings["DEP-018"].skip_paths)
	detail := $"{workload.name} gives internals to its callers ({argument})"
}

# A firewall does not say who listens; the port does, for programs that nearly always keep theirs.
# A wide range says so only where models run.
deny contains {
	"subject": way.name,
	"detail": detail,
	"at": way.at,
	"key": listed,
	"certainty": "likely",
} if {
	some way in input.exposures
	way.public == "yes"
	opened := {$"{port} ({program})" |
		some port, program in settings["DEP-018"].served_ports
		_opens(way, to_number(port))
	}
	count(opened) > 0
	not places.skipped(way.at.path, settings["DEP-018"].skip_paths)
	listed := concat(", ", opened)
	detail := $"{way.name} lets everybody reach port {listed}"
}

_opens(way, port) if {
	way.kind == "firewall"
	port in way.ports
}

_opens(way, port) if {
	way.kind == "firewall_range"
	scope.models
	port >= way.ports[0]
	port <= way.ports[1]
}

_workloads contains workload if {
	some workload in input.workloads
	workload.role in settings["DEP-018"].roles
}
