# METADATA
# title: Host runtime socket or hostPath mounted
# description: >-
#   Whoever talks to the container runtime of the node is root on the node; a mount of / or of its
#   system folders is the same with one step more. It is the worst of the findings about a pod.
# related_resources:
#   - ref: https://atlas.mitre.org/techniques/AML.T0105
#   - ref: https://genai.owasp.org/llmrisk/llm062025-excessive-agency/
#   - ref: https://cwe.mitre.org/data/definitions/250.html
#   - ref: https://cwe.mitre.org/data/definitions/668.html
# custom:
#   id: DEP-007
#   stages: [deployment]
#   severity: critical
#   applies_to: [workloads]
#   requires: [workloads]
#   fix: Remove the mount; give the workload a claim, a config map or an API instead.
#   settings:
#     sockets:
#       type: string
#       default: '(^|/)(docker|containerd|crio|podman|cri-dockerd|frakti)\.sock$'
#       doc: what the socket of a container runtime looks like
#     folders:
#       type: set
#       default:
#         - /
#         - /var/run
#         - /run
#         - /proc
#         - /sys
#         - /dev
#         - /etc
#         - /root
#         - /boot
#         - /var
#         - /var/lib
#         - /var/lib/kubelet
#         - /var/lib/docker
#         - /var/lib/containerd
#         - /run/containerd
#         - /var/run/docker
#         - /home
#       doc: folders of the host that may not be mounted
#     roles:
#       type: set
#       default:
#         - serving
#         - gateway
#         - template
#         - training
#         - notebook
#         - tracker
#         - registry
#         - feature_store
#         - pipeline
#       doc: roles of workloads that may not mount those folders
#     socket_exempt:
#       type: set
#       default: [monitoring]
#       doc: roles of workloads that may mount the socket
#     skip_paths:
#       type: set
#       default:
#         - '(^|/)((unit|integration|functional|e2e|regression|smoke|acceptance)[-_])?(tests?|testing|testdata|fixtures|docs?)/|(^|/)__(tests?|snapshots|fixtures|mocks)__/'
#         - '(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$'
#       doc: regular expressions of paths that hold tests or documentation
#   maps:
#     owasp_ml: []
#     owasp_llm: [LLM06:2025]
#     atlas: [AML.T0105]
#     nist_ai_rmf: []
#     cwe: [CWE-250, CWE-668]
#     eu_ai_act: []
#     threats: [Q10, K8]
package mlpolicy.deployment.runtime_socket

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.lib.scope
import data.mlpolicy.settings

deny contains {
	"subject": workload.name,
	"detail": detail,
	"at": mount.at,
	"key": mount.source,
	"certainty": scope.certainty,
} if {
	some workload in input.workloads
	not workload.role in settings["DEP-007"].socket_exempt
	some mount in workload.mounts
	_host(mount)
	regex.match(settings["DEP-007"].sockets, mount.source)
	not places.skipped(mount.at.path, settings["DEP-007"].skip_paths)
	detail := $"{workload.name} mounts the container runtime socket {mount.source}"
}

deny contains {"subject": workload.name, "detail": detail, "at": mount.at, "key": mount.source} if {
	some workload in input.workloads
	workload.role in settings["DEP-007"].roles
	some mount in workload.mounts
	_host(mount)
	_folder(mount.source) in settings["DEP-007"].folders
	not places.skipped(mount.at.path, settings["DEP-007"].skip_paths)
	detail := $"{workload.name} mounts {mount.source} of the host"
}

_host(mount) if mount.kind == "host"

_folder(path) := trim_suffix(path, "/") if trim_suffix(path, "/") != ""

_folder(path) := "/" if path == "/"
