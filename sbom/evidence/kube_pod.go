package evidence

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// pod is a pod spec inside an object, with the labels its pods get.
type pod struct {
	spec   *tree.Node
	labels map[string]string
}

// podsOf finds every pod spec below n: a map that has a list of containers (PodSpec v1
// core), or a single container as Argo and KServe write it.
func podsOf(n *tree.Node, labels map[string]string) []pod {
	if n == nil {
		return nil
	}
	if n.Kind == tree.List {
		var out []pod
		for _, item := range n.Items {
			out = append(out, podsOf(item, labels)...)
		}
		return out
	}
	if n.Kind != tree.Map {
		return nil
	}
	if own := n.Get("metadata", "labels"); own != nil {
		labels = scalarMap(own)
	} else if own := n.Get("labels"); own != nil && own.Kind == tree.Map && n.Has("containers") {
		labels = scalarMap(own)
	}
	if len(containersOf(n)) > 0 {
		return []pod{{n, labels}}
	}
	var out []pod
	for _, p := range n.Pairs {
		if p.Key != "volumes" && p.Key != "metadata" && p.Key != "status" {
			out = append(out, podsOf(p.Value, labels)...)
		}
	}
	return out
}

// containersOf is the containers that a pod spec runs, those that run first included.
func containersOf(spec *tree.Node) []*tree.Node {
	var out []*tree.Node
	for _, key := range []string{"containers", "initContainers", "sidecars", "ephemeralContainers"} {
		for _, c := range items(spec.Get(key)) {
			if c.Has("image") || c.Has("command") || c.Has("args") || c.Has("name") {
				out = append(out, c)
			}
		}
	}
	for _, key := range []string{"container", "script", "model", "trainer"} {
		if c := spec.Get(key); c != nil && c.Kind == tree.Map && (c.Has("image") || c.Has("modelFormat") || c.Has("command") || c.Has("args")) {
			out = append(out, c)
		}
	}
	return out
}

// kubePod adds what a pod spec says to a workload and returns the programs it starts.
func kubePod(path string, w *sbom.Workload, p pod) []*program {
	security := podSecurity(path, p.spec)
	if w.Security.At.Path == "" {
		w.Security = security
	} else {
		w.Security = weakest(w.Security, security)
	}
	var programs []*program
	first := items(p.spec.Get("initContainers"))
	for _, c := range containersOf(p.spec) {
		if found := kubeContainer(path, w, p.spec, c); found != nil && !slices.Contains(first, c) {
			programs = append(programs, found)
		}
	}
	for _, key := range []string{"serviceAccountName", "serviceAccount"} {
		if name := p.spec.Get(key).Str(); name != "" && w.Identity == "" {
			w.Identity = qualified(w.Namespace, name)
		}
	}
	if d := p.spec.Get("activeDeadlineSeconds").Str(); d != "" {
		w.Limits["deadline_seconds"] = d
	}
	if kind := p.spec.Get("runtimeClassName").Str(); kind != "" {
		w.Settings["runtime_class"] = kind
	}
	return programs
}

// kubeContainer adds one container. Its words are in the order in which they run, so
// that positional arguments keep their place.
func kubeContainer(path string, w *sbom.Workload, spec, c *tree.Node) *program {
	run := container{env: kubeEnv(path, c), words: wordsOf(path, c.Get("command"))}
	run.words = append(run.words, wordsOf(path, c.Get("args"))...)
	if source := c.Get("source"); source != nil && source.Kind == tree.String { // Argo script
		run.words = append(run.words, wordsOf(path, source)...)
	}
	if ref := c.Get("image").Str(); ref != "" {
		img := image(ref, c.KeyAt(path, "image"))
		run.images = []sbom.Image{img}
		if !slices.ContainsFunc(w.Images, func(o sbom.Image) bool { return o.Name == img.Name && o.Tag == img.Tag && o.Digest == img.Digest }) {
			w.Images = append(w.Images, img)
		}
	}
	w.Command = append(w.Command, arguments(c.Get("command"))...)
	w.Args = append(w.Args, arguments(c.Get("args"))...)
	w.Env = append(w.Env, run.env...)
	w.Mounts = append(w.Mounts, kubeMounts(path, spec, c)...)
	kubeLimits(w.Limits, c)
	kubePorts(path, w, c)
	return readContainer(w, run)
}

// arguments is the strings of a command or args list without secrets, each at most
// maxArgBytes long.
func arguments(n *tree.Node) []string {
	list := n.Strings()
	for i, text := range list {
		text = redactText(text, "")
		if i > 0 && isFlag(list[i-1]) && isSecret(strings.TrimLeft(list[i-1], "-"), text) {
			text = literal
		}
		list[i] = text[:min(len(text), maxArgBytes)]
	}
	return list
}

// podSecurity is the weakest security context of the containers of a pod, each merged
// with that of the pod (SecurityContext and PodSecurityContext v1 core).
func podSecurity(path string, spec *tree.Node) sbom.Security {
	podContext := spec.Get("securityContext")
	out := sbom.Security{}
	for i, c := range containersOf(spec) {
		s := containerSecurity(path, podContext, c)
		if i == 0 {
			out = s
		} else {
			out = weakest(out, s)
		}
	}
	out.HostNetwork, out.HostPID, out.HostIPC = stated(spec.Get("hostNetwork")), stated(spec.Get("hostPID")), stated(spec.Get("hostIPC"))
	if out.At.Line == 0 {
		out.At = spec.At(path)
	}
	for _, key := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if stated(spec.Get(key)) == sbom.Yes {
			out.HostAt = spec.KeyAt(path, key)
			break
		}
	}
	return out
}

// stated is a boolean whose absence means no by the API's own default.
func stated(n *tree.Node) sbom.Tri {
	if n == nil {
		return sbom.No
	}
	return n.Tri()
}

func containerSecurity(path string, podContext, container *tree.Node) sbom.Security {
	own := container.Get("securityContext")
	get := func(key string) *tree.Node {
		if n := own.Get(key); n != nil {
			return n
		}
		return podContext.Get(key)
	}
	s := sbom.Security{
		Privileged: stated(own.Get("privileged")), PrivilegeEscalates: own.Get("allowPrivilegeEscalation").Tri(),
		ReadOnlyRoot: own.Get("readOnlyRootFilesystem").Tri(), RunAsRoot: runAsRoot(get("runAsUser"), get("runAsNonRoot")),
		Capabilities: own.Get("capabilities", "add").Strings(), At: container.At(path),
	}
	if own != nil {
		s.At = container.KeyAt(path, "securityContext")
	}
	return s
}

func runAsRoot(user, nonRoot *tree.Node) sbom.Tri {
	switch {
	case user != nil && user.Kind == tree.Number && user.Int(-1) == 0:
		return sbom.Yes
	case nonRoot.Tri() == sbom.Yes, user != nil && user.Int(-1) > 0:
		return sbom.No
	case user != nil && user.Str() != "" || nonRoot.Tri() == sbom.Unresolved:
		return sbom.Unresolved
	}
	return sbom.Unstated
}

// weakest joins two security contexts: what one allows, both allow.
func weakest(a, b sbom.Security) sbom.Security {
	out := sbom.Security{
		Privileged: worse(a.Privileged, b.Privileged), RunAsRoot: worse(a.RunAsRoot, b.RunAsRoot),
		PrivilegeEscalates: worse(a.PrivilegeEscalates, b.PrivilegeEscalates), HostNetwork: worse(a.HostNetwork, b.HostNetwork),
		HostPID: worse(a.HostPID, b.HostPID), HostIPC: worse(a.HostIPC, b.HostIPC),
		ReadOnlyRoot: a.ReadOnlyRoot, Capabilities: unique(append(slices.Clone(a.Capabilities), b.Capabilities...)), At: a.At, HostAt: a.HostAt,
	}
	if out.HostAt.Path == "" {
		out.HostAt = b.HostAt
	}
	if severity(b.ReadOnlyRoot) != 0 { // here "no" is the weak value
		out.ReadOnlyRoot = b.ReadOnlyRoot
	}
	if severity(out.Privileged) > severity(a.Privileged) || severity(out.RunAsRoot) > severity(a.RunAsRoot) {
		out.At = b.At
	}
	return out
}

func worse(a, b sbom.Tri) sbom.Tri {
	if severity(b) > severity(a) {
		return b
	}
	return a
}

func severity(t sbom.Tri) int {
	switch t {
	case sbom.Yes:
		return 3
	case sbom.Unresolved:
		return 1
	case sbom.Unstated:
		return 2
	}
	return 0
}

// kubeMounts reads the volumes that a container mounts.
func kubeMounts(path string, spec, container *tree.Node) []sbom.Mount {
	var out []sbom.Mount
	for _, m := range items(container.Get("volumeMounts")) {
		mount := sbom.Mount{Target: m.Get("mountPath").Str(), ReadOnly: m.Get("readOnly").Tri(), Kind: "other", At: m.At(path)}
		for _, v := range items(spec.Get("volumes")) {
			if v.Get("name").Str() == m.Get("name").Str() {
				volume(path, v, &mount)
			}
		}
		out = append(out, mount)
	}
	return out
}

// volume states what stands behind a volume (Volume v1 core).
func volume(path string, v *tree.Node, m *sbom.Mount) {
	switch {
	case v.Has("hostPath"):
		m.Kind, m.Source, m.At = "host", v.Get("hostPath", "path").Str(), v.Get("hostPath").At(path)
	case v.Has("persistentVolumeClaim"):
		m.Kind, m.Source = "claim", v.Get("persistentVolumeClaim", "claimName").Str()
		if v.Get("persistentVolumeClaim", "readOnly").Tri() == sbom.Yes {
			m.ReadOnly = sbom.Yes
		}
	case v.Has("configMap"):
		m.Kind, m.Source = "config", v.Get("configMap", "name").Str()
	case v.Has("secret"):
		m.Kind, m.Source = "secret", v.Get("secret", "secretName").Str()
	case v.Has("emptyDir"):
		m.Kind = "empty"
	case v.Has("csi"):
		m.Kind, m.Source = "bucket", v.Get("csi", "driver").Str()
	case v.Has("nfs"):
		m.Source = v.Get("nfs", "server").Str() + ":" + v.Get("nfs", "path").Str()
	}
}

// kubeLimits reads resources.limits; a GPU is any extended resource of that name, and
// a request of one is its limit (Kubernetes, "Schedule GPUs").
func kubeLimits(limits map[string]string, container *tree.Node) {
	for _, key := range []string{"requests", "limits"} {
		for _, p := range pairs(container.Get("resources", key)) {
			switch {
			case gpuResource(p.Key):
				limits["gpu"] = p.Value.Str()
			case key == "limits" && (p.Key == "cpu" || p.Key == "memory"):
				limits[p.Key] = p.Value.Str()
			}
		}
	}
}

func gpuResource(name string) bool {
	return strings.HasSuffix(name, "/gpu") || strings.Contains(name, "nvidia.com/") || strings.HasSuffix(name, "/tpu") ||
		strings.HasPrefix(name, "gpu.intel.com/") || name == "aws.amazon.com/neuron" || name == "habana.ai/gaudi" || strings.HasPrefix(name, "huawei.com/Ascend")
}

// kubePorts states the ports a container declares; by themselves they say nothing about
// address or login, which commands add.
func kubePorts(path string, w *sbom.Workload, container *tree.Node) {
	for _, p := range items(container.Get("ports")) {
		port, err := strconv.Atoi(p.Get("containerPort").Str())
		if err != nil {
			continue
		}
		w.Listens = append(w.Listens, sbom.Listener{Port: port, Name: p.Get("name").Str(), Auth: sbom.Unstated, TLS: sbom.Unstated, At: p.At(path)})
	}
}
