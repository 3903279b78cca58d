package evidence

import (
	"maps"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const kustomizeBase = `apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  template:
    metadata: {labels: {app: llm}}
    spec:
      containers:
        - name: server
          image: vllm/vllm-openai:v0.9
          args: [--model, /models/m]
          resources: {limits: {memory: 8Gi}}
`

// kustomized is a base with an overlay.
func kustomized(overlay string, more map[string]string) map[string]string {
	files := map[string]string{
		"base/kustomization.yaml": "resources: [llm.yaml]\n",
		"base/llm.yaml":           kustomizeBase,
		"prod/kustomization.yaml": "resources: [../base]\n" + overlay,
	}
	maps.Copy(files, more)
	return files
}

// patchesOf is the workloads that are patches.
func patchesOf(inv *sbom.Inventory) []sbom.Workload {
	var out []sbom.Workload
	for _, w := range inv.Workloads {
		if w.Platform == patched {
			out = append(out, w)
		}
	}
	return out
}

const hostPatch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n        - {name: server, args: [--trust-remote-code], securityContext: {privileged: true}}\n"

func TestKustomizePatches(t *testing.T) {
	t.Parallel()
	indented := "    " + strings.ReplaceAll(strings.TrimSpace(hostPatch), "\n", "\n    ") + "\n"
	operation := "- op: add\n  path: /spec/template/spec/hostNetwork\n  value: true\n- op: add\n  path: /spec/template/spec/containers/0/securityContext\n  value: {privileged: true}\n"
	for _, c := range []struct {
		name, overlay string
		more          map[string]string
		path          string
		line          int
	}{
		{"file", "patches: [{path: host.yaml}]\n", map[string]string{"prod/host.yaml": hostPatch}, "prod/host.yaml", 7},
		{"file in the older list", "patchesStrategicMerge: [host.yaml]\n", map[string]string{"prod/host.yaml": hostPatch}, "prod/host.yaml", 7},
		{"file with a target", "patches: [{path: host.yaml, target: {kind: Deployment, name: l.*}}]\n", map[string]string{"prod/host.yaml": strings.Replace(hostPatch, "name: llm", "name: any", 1)}, "prod/host.yaml", 7},
		{"inline", "patches:\n- patch: |-\n" + indented, nil, "prod/kustomization.yaml", 10},
		{"operations inline", "patches:\n- target: {kind: Deployment}\n  patch: |-\n    " + strings.ReplaceAll(strings.TrimSpace(operation), "\n", "\n    ") + "\n", nil, "prod/kustomization.yaml", 7},
		{"operations in a file", "patchesJson6902: [{path: ops.yaml, target: {kind: Deployment, name: llm}}]\n", map[string]string{"prod/ops.yaml": operation}, "prod/ops.yaml", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := infrastructure(t, kustomized(c.overlay, c.more))
			got := patchesOf(inv)
			if len(got) != 1 || len(inv.Workloads) != 2 {
				t.Fatalf("workloads are %+v", inv.Workloads)
			}
			w := got[0]
			if w.Role != "serving" || w.Name != "llm" || w.Security.Privileged != sbom.Yes || w.Security.HostNetwork != sbom.Yes || w.Limits["memory"] != "8Gi" {
				t.Errorf("patch is %+v", w)
			}
			if at := w.Security.HostAt; at.Path != c.path || at.Line != c.line {
				t.Errorf("place is %s:%d, want %s:%d", at.Path, at.Line, c.path, c.line)
			}
			if strings.Contains(c.name, "operations") != (len(w.Args) == 0) {
				t.Errorf("arguments are %v", w.Args)
			}
		})
	}
}

// TestKustomizeIsNoPatch: what no kustomization names as a patch of something stays what it is.
func TestKustomizeIsNoPatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		files map[string]string
	}{
		{"no kustomization", map[string]string{"llm.yaml": kustomizeBase, "host.yaml": hostPatch}},
		{"resource", kustomized("", map[string]string{"prod/host.yaml": hostPatch})},
		{"operations for nothing", kustomized("patches:\n- target: {kind: StatefulSet}\n  patch: |-\n    - op: add\n      path: /spec/x\n      value: 1\n", nil)},
		{"expression that is none", kustomized("patches:\n- target: {kind: Job, name: '['}\n  patch: |-\n    - op: add\n      path: /spec/x\n      value: 1\n", nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := patchesOf(infrastructure(t, c.files)); len(got) != 0 {
				t.Errorf("patches are %+v", got)
			}
		})
	}
	inv := infrastructure(t, kustomized("patches: [{path: other.yaml}]\n", map[string]string{"prod/other.yaml": strings.Replace(hostPatch, "name: llm", "name: web", 1)}))
	if got := patchesOf(inv); len(got) != 1 || got[0].Name != "web" || got[0].Role == "serving" {
		t.Errorf("a patch of what is not here is %+v", got)
	}
}

// TestKustomizeSettlesTheBase: what every overlay hardens or pins is so, and what one of
// them leaves is not.
func TestKustomizeSettlesTheBase(t *testing.T) {
	t.Parallel()
	harden := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec: {template: {spec: {securityContext: {runAsNonRoot: true}, containers: [{name: server, securityContext: {allowPrivilegeEscalation: false}}]}}}\n"
	overlay := "patches: [{path: h.yaml}]\nimages: [{name: vllm/vllm-openai, digest: 'sha256:aa'}]\n"
	tagged := "images: [{name: vllm/vllm-openai, newTag: latest}]\n"
	for _, c := range []struct {
		name, second string
		root         sbom.Tri
		digest, tag  string
	}{
		{"one overlay", "", sbom.No, "sha256:aa", "v0.9"},
		{"both overlays", overlay, sbom.No, "sha256:aa", "v0.9"},
		{"one of two", "namespace: dev\n", sbom.Unstated, "", "v0.9"},
		{"another tag", tagged, sbom.Unstated, "", "latest"},
	} {
		t.Run(c.name, func(t *testing.T) {
			more := map[string]string{"prod/h.yaml": harden}
			if c.second != "" {
				more["dev/kustomization.yaml"] = "bases: [../base]\n" + c.second
				more["dev/h.yaml"] = harden
			}
			inv := infrastructure(t, kustomized(overlay, more))
			for _, w := range inv.Workloads {
				if w.Platform == patched {
					continue
				}
				if w.At.Path == "base/llm.yaml" && (w.Security.RunAsRoot != c.root || w.Security.PrivilegeEscalates != c.root || w.Images[0].Digest != c.digest || w.Images[0].Tag != c.tag) {
					t.Errorf("security %+v, image %+v", w.Security, w.Images)
				}
			}
		})
	}
}

func TestKustomizeSecrets(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"kustomization.yaml": "secretGenerator:\n- name: db\n  literals:\n  - DB_PASSWORD=" + generated + "\n  - DB_USER=app\n  - API_KEY=$(KEY)\n"})
	if len(inv.Secrets) != 1 || inv.Secrets[0].At.Line != 4 {
		t.Errorf("secrets are %+v", inv.Secrets)
	}
	if broken := infrastructure(t, map[string]string{"kustomization.yaml": "resources: [\n"}); len(broken.Problems) == 0 {
		t.Error("a kustomization that cannot be read is no problem")
	}
	if round := infrastructure(t, map[string]string{"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\npatches: [{path: x.yaml}]\n"}); len(round.Workloads) != 0 {
		t.Error("two kustomizations that are made of each other run nothing")
	}
}
