package evidence

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// kubernetesKinds are the resources of the Terraform provider for Kubernetes (with and
// without _v1) and the objects they create (hashicorp/kubernetes, "Resources").
var kubernetesKinds = map[string][2]string{
	"deployment": {"apps/v1", "Deployment"}, "stateful_set": {"apps/v1", "StatefulSet"}, "daemonset": {"apps/v1", "DaemonSet"}, "daemon_set": {"apps/v1", "DaemonSet"},
	"job": {"batch/v1", "Job"}, "cron_job": {"batch/v1", "CronJob"}, "pod": {"v1", "Pod"}, "replication_controller": {"v1", "ReplicationController"},
	"service": {"v1", "Service"}, "ingress": {"networking.k8s.io/v1", "Ingress"}, "network_policy": {"networking.k8s.io/v1", "NetworkPolicy"},
	"service_account": {"v1", "ServiceAccount"}, "role": {"rbac.authorization.k8s.io/v1", "Role"}, "cluster_role": {"rbac.authorization.k8s.io/v1", "ClusterRole"},
	"role_binding": {"rbac.authorization.k8s.io/v1", "RoleBinding"}, "cluster_role_binding": {"rbac.authorization.k8s.io/v1", "ClusterRoleBinding"},
}

// kubernetesLists are the blocks that stand for one entry of a list, with its name in
// the API.
var kubernetesLists = map[string]string{
	"container": "containers", "init_container": "initContainers", "volume": "volumes", "volume_mount": "volumeMounts", "env": "env", "env_from": "envFrom",
	"port": "ports", "ports": "ports", "rule": "rules", "path": "paths", "toleration": "tolerations", "image_pull_secrets": "imagePullSecrets", "subject": "subjects",
	"match_expressions": "matchExpressions", "tls": "tls", "ingress": "ingress", "egress": "egress", "from": "from", "to": "to", "host_aliases": "hostAliases",
}

// ownNames are the fields below which keys are names and not spelled in Terraform's way.
var ownNames = map[string]bool{"labels": true, "annotations": true, "match_labels": true, "selector": true, "node_selector": true, "limits": true, "requests": true, "data": true}

// kubernetesObject states what an object of Kubernetes that Terraform creates says, as if
// it were a manifest.
func (c *cloud) kubernetesObject(r resource) {
	file := &sbom.File{Path: r.at.Path}
	switch r.kind {
	case "kubernetes_manifest":
		if root := (kubeTree{c, r.folder, true}).node(c.get(r, "manifest"), "", 0); root != nil {
			collectObject(file, root, c.inv)
		}
		return
	case "kubectl_manifest":
		c.manifestText(file, c.get(r, "yaml_body"))
		return
	case "helm_release":
		c.helmRelease(r)
		return
	}
	name, ok := strings.CutPrefix(r.kind, "kubernetes_")
	kind, known := kubernetesKinds[strings.TrimSuffix(name, "_v1")]
	if !ok || !known {
		return
	}
	root := (kubeTree{c, r.folder, false}).node(r.config, "", 0)
	if root == nil {
		return
	}
	for i, field := range []string{"apiVersion", "kind"} {
		n := &tree.Node{Kind: tree.String, Text: kind[i], Line: r.at.Line, Column: r.at.Column}
		root.Pairs = append(root.Pairs, tree.Pair{Key: field, Line: r.at.Line, Column: r.at.Column, Value: n})
	}
	collectObject(file, root, c.inv)
}

// manifestText reads YAML in a string; its first line is the one after the marker of the
// heredoc.
func (c *cloud) manifestText(file *sbom.File, text value) {
	docs, err := tree.YAML([]byte(text.text))
	if err != nil && !text.known {
		c.inv.Documents = append(c.inv.Documents, sbom.Document{Kind: "template", Path: file.Path})
		return
	}
	if err != nil {
		c.inv.AddProblem(sbom.At{Path: file.Path, Line: text.at.Line, Offset: -1}, sbom.FamilyWorkloads, "malformed", "a manifest in this file is no YAML")
	}
	for _, doc := range docs {
		shift(doc, text.at.Line)
		collectObject(file, doc, c.inv)
	}
}

// shift moves a document that stands inside another file to its lines there.
func shift(n *tree.Node, lines int) {
	if n == nil {
		return
	}
	n.Line, n.Pointer = n.Line+lines, ""
	for i := range n.Pairs {
		n.Pairs[i].Line += lines
		shift(n.Pairs[i].Value, lines)
	}
	for _, item := range n.Items {
		shift(item, lines)
	}
}

// kubeTree writes a value as a node of a manifest. An expression becomes a text that no
// name has, so that two objects with the same expression still belong together.
type kubeTree struct {
	cloud  *cloud
	folder string
	raw    bool // keys are those of the API already
}

func (k kubeTree) node(v value, parent string, depth int) *tree.Node {
	v = k.cloud.resolve(k.folder, v)
	n := &tree.Node{Line: v.at.Line, Column: v.at.Column}
	switch {
	case !v.given() || depth > maxValueDepth:
		return nil
	case len(v.fields) > 0:
		n.Kind = tree.Map
		for _, key := range sortedKeys(v.fields) {
			k.field(n, key, v.fields[key], parent, depth)
		}
	case len(v.list) > 0:
		n.Kind = tree.List
		for _, item := range v.list {
			if e := k.node(item, parent, depth+1); e != nil {
				n.Items = append(n.Items, e)
			}
		}
	case v.known && v.text == "" && v.fields != nil:
		n.Kind = tree.Map
	case v.known && (v.text == "true" || v.text == "false"):
		n.Kind, n.Text = tree.Bool, v.text
	case v.known || v.text != "":
		n.Kind, n.Text = tree.String, v.text
	default:
		n.Kind, n.Text = tree.String, "${"+strings.Join(v.refs, ",")+"}"
	}
	return n
}

// field adds one key. A block is a list of one even where the API has one object.
func (k kubeTree) field(n *tree.Node, key string, v value, parent string, depth int) {
	at, name := v.at, key
	blocks := len(v.list) > 0 && v.list[0].fields != nil
	switch {
	case k.raw || ownNames[parent]:
	case blocks && kubernetesLists[key] != "" && !(key == "port" && parent == "service"):
		name = kubernetesLists[key]
	default:
		name = camel(key)
		if blocks {
			v = v.list[0]
		}
	}
	if child := k.node(v, key, depth+1); child != nil {
		n.Pairs = append(n.Pairs, tree.Pair{Key: name, Line: at.Line, Column: at.Column, Value: child})
	}
}

// camel writes service_account_name as serviceAccountName.
func camel(name string) string {
	parts := strings.Split(name, "_")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}

func sortedKeys(m map[string]value) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// helmRelease states the workload of a chart whose name is that of a model program. What
// else the chart creates only its templates say, so that nothing is claimed about it but
// what the release sets by the names that charts agree on (helm create).
func (c *cloud) helmRelease(r resource) {
	chart := c.get(r, "chart").text
	p := programOf("", []sbom.Image{{Name: strings.ToLower(chart)}})
	if p == nil {
		return
	}
	w := sbom.Workload{
		Name: r.name, Namespace: c.get(r, "namespace").text, Platform: "helm", Kind: r.kind, Labels: map[string]string{}, Limits: map[string]string{},
		Settings: map[string]string{"program": p.name, "chart": chart, "chart_version": c.get(r, "version").text}, At: r.at,
		Security: sbom.Security{Privileged: sbom.Unresolved, RunAsRoot: sbom.Unresolved, PrivilegeEscalates: sbom.Unresolved, HostNetwork: sbom.Unresolved,
			HostPID: sbom.Unresolved, HostIPC: sbom.Unresolved, ReadOnlyRoot: sbom.Unresolved, At: r.at},
	}
	if name := c.get(r, "name").text; name != "" {
		w.Name = name
	}
	decideRole(&w, "", []*program{p})
	c.inv.Workloads = append(c.inv.Workloads, w)
	for _, set := range r.config.get("set").each() {
		if c.resolve(r.folder, set.get("name")).text == "service.type" && c.resolve(r.folder, set.get("value")).text == "LoadBalancer" {
			c.inv.Exposures = append(c.inv.Exposures, sbom.Exposure{Workload: w.Name, Name: w.Name, Kind: "loadbalancer", Public: sbom.Yes, Auth: sbom.Unresolved, TLS: sbom.Unresolved, At: set.at})
		}
	}
}
