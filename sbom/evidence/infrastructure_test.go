package evidence

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// infrastructure runs the collectors and linkers of the infrastructure over files.
func infrastructure(t testing.TB, files map[string]string) *sbom.Inventory {
	t.Helper()
	source := fstest.MapFS{}
	for name, content := range files {
		source[name] = &fstest.MapFile{Data: []byte(content)}
	}
	inv, err := sbom.Generate(context.Background(), source, sbom.Options{Collectors: infrastructureCollectors, Linkers: infrastructureLinkers})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// only is the one workload of the files.
func only(t *testing.T, files map[string]string) sbom.Workload {
	t.Helper()
	inv := infrastructure(t, files)
	if len(inv.Workloads) != 1 {
		t.Fatalf("got %d workloads, want 1; problems %v", len(inv.Workloads), inv.Problems)
	}
	return inv.Workloads[0]
}

const vllmDeployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: assistant, namespace: ml, labels: {team: search}}
spec:
  template:
    metadata: {labels: {app: assistant, tier: inference}}
    spec:
      serviceAccountName: assistant
      hostIPC: true
      securityContext: {runAsNonRoot: true}
      volumes:
        - {name: sock, hostPath: {path: /var/run/docker.sock}}
        - {name: models, persistentVolumeClaim: {claimName: models}}
      initContainers:
        - name: chown
          image: busybox:1.36
          securityContext: {runAsUser: 0}
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.9.1
          command: [sh, -c]
          args:
            - |
              # vllm serve acme/commented-out
              vllm serve $(MODEL) --revision 0123456789012345678901234567890123456789 \
                --max-model-len 8192 --trust-remote-code
          env:
            - {name: MODEL, value: acme/assistant}
            - {name: HF_TOKEN, value: ` + "hf_" + `QkVzTwLpXcRbNmJsHgFdYaUeIoPqZxCvBn}
            - {name: KEY, valueFrom: {secretKeyRef: {name: k, key: k}}}
          resources: {limits: {nvidia.com/gpu: 2, memory: 48Gi}}
          volumeMounts:
            - {name: sock, mountPath: /var/run/docker.sock}
            - {name: models, mountPath: /models, readOnly: true}
          ports: [{containerPort: 8000, name: http}]
`

func TestKubernetesDeployment(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"d.yaml": vllmDeployment})
	w := inv.Workloads[0]
	if w.Role != "serving" || w.Platform != "kubernetes" || w.Identity != "ml/assistant" || w.Labels["team"] != "search" {
		t.Errorf("role %s on %s as %s, labels %v", w.Role, w.Platform, w.Identity, w.Labels)
	}
	s := w.Security
	if s.RunAsRoot != sbom.Yes || s.HostIPC != sbom.Yes || s.Privileged != sbom.No || s.PrivilegeEscalates != sbom.Unstated {
		t.Errorf("security %+v: the weakest container is root, privileges are not said", s)
	}
	if line := strings.Split(vllmDeployment, "\n")[s.HostAt.Line-1]; !strings.Contains(line, "hostIPC") {
		t.Errorf("the host's memory is asked for in %q", line)
	}
	want := sbom.WorkloadModel{Name: "acme/assistant", URI: "hf://acme/assistant", Revision: "0123456789012345678901234567890123456789", RevisionKind: sbom.RevisionCommit,
		TrafficPercent: -1, TrustRemoteCode: sbom.Yes, At: sbom.At{Path: "d.yaml", Line: 25},
		TrustAt: sbom.At{Path: "d.yaml", Line: 26, Pointer: "/spec/template/spec/containers/0/args/0"}}
	if len(w.Models) != 1 {
		t.Fatalf("models %+v", w.Models)
	}
	w.Models[0].At.Pointer = ""
	if diff := cmp.Diff(want, w.Models[0]); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	if w.Limits["gpu"] != "2" || w.Limits["memory"] != "48Gi" || w.Limits["max_model_len"] != "8192" {
		t.Errorf("limits %v", w.Limits)
	}
	if m := w.Mounts; len(m) != 2 || m[0].Kind != "host" || m[0].Source != "/var/run/docker.sock" || m[1].Kind != "claim" || m[1].ReadOnly != sbom.Yes {
		t.Errorf("mounts %+v", m)
	}
	if len(w.Listens) != 1 || w.Listens[0].Auth != sbom.No || w.Listens[0].Port != 8000 {
		t.Errorf("listens %+v", w.Listens)
	}
	token, key := w.Env[1], w.Env[2]
	if !token.Secret || token.Value != "" || token.Source != "literal" || key.Source != "secret" || key.Secret {
		t.Errorf("env %+v", w.Env)
	}
	all, err := json.Marshal(inv)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), "QkVzTwLp") {
		t.Error("the value of a secret is in the inventory")
	}
}

// TestRoles: the role is decided by kinds, commands and images; a name decides nothing.
func TestRoles(t *testing.T) {
	t.Parallel()
	deployment := func(name, container string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + "}\nspec:\n  template:\n    spec:\n      containers:\n        - " + container + "\n"
	}
	job := func(container string) string {
		return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec:\n  template:\n    spec:\n      containers:\n        - " + container + "\n"
	}
	tests := []struct{ name, file, content, role string }{
		{"web app", "d.yaml", deployment("llm-model-training-serving", "{name: web, image: nginx:1.27, ports: [{containerPort: 80}]}"), "other"},
		{"client of a model", "d.yaml", deployment("a", "{name: a, image: acme/app:1, env: [{name: MODEL_NAME, value: gpt-4o}, {name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: k, key: k}}}]}"), "other"},
		{"image", "d.yaml", deployment("a", "{name: a, image: ghcr.io/huggingface/text-generation-inference:3, args: [--model-id, acme/m]}"), "serving"},
		{"image with another command", "d.yaml", deployment("a", "{name: a, image: pytorch/torchserve:1, command: [torch-model-archiver, --force]}"), "other"},
		{"weights and an accelerator", "d.yaml", deployment("a", "{name: a, image: acme/server:1, env: [{name: MODEL_PATH, value: /models/m}], resources: {limits: {nvidia.com/gpu: 1}}}"), "serving"},
		{"script that serves", "d.yaml", deployment("a", "{name: a, image: acme/x:1, command: [accelerate, launch, tfs/inference_api.py, --pretrained_model_name_or_path, acme/m]}"), "serving"},
		{"script that asks a server", "d.yaml", deployment("a", "{name: a, image: acme/x:1, command: [python, my_model_server.py.txt, inference.py]}"), "other"},
		{"training script", "j.yaml", job("{name: a, image: acme/x:1, command: [python, -u, src/train_sft.py]}"), "training"},
		{"constraint is no training", "j.yaml", job("{name: a, image: acme/x:1, command: [python, constraints.py]}"), "other"},
		{"torchrun that infers", "j.yaml", job("{name: a, image: acme/x:1, command: [torchrun, generate.py]}"), "other"},
		{"job in a serving image", "j.yaml", job("{name: a, image: 'ollama/ollama:1', command: [ollama, pull, 'qwen:0.5b']}"), "other"},
		{"tracker", "d.yaml", deployment("a", "{name: a, image: 'acme/py:1', command: [mlflow, server, --host, 0.0.0.0]}"), "tracker"},
		{"gateway", "d.yaml", deployment("a", "{name: a, image: 'ghcr.io/berriai/litellm:main'}"), "gateway"},
		{"runtime", "r.yaml", "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nmetadata: {name: r}\nspec:\n  containers:\n    - {name: k, image: 'kserve/sklearnserver:v1'}\n", "template"},
		{"notebook of kubeflow", "n.yaml", "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: n}\nspec: {template: {spec: {containers: [{name: n, image: 'acme/nb:1'}]}}}\n", "notebook"},
		{"notebook of somebody else", "n.yaml", "apiVersion: acme.example/v1\nkind: Notebook\nmetadata: {name: n}\nspec: {template: {spec: {containers: [{name: n, image: 'acme/nb:1'}]}}}\n", "other"},
		{"argo workflow", "w.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: hello-}\nspec:\n  templates:\n    - name: a\n      container: {image: 'docker/whalesay:1', command: [cowsay]}\n", "other"},
		{"image file", "Dockerfile", "FROM vllm/vllm-openai:v0.9.1\nUSER root\n", "template"},
		{"compose web app", "compose.yaml", "services:\n  web: {image: 'postgres:16', environment: {POSTGRES_PASSWORD: postgres}}\n", "other"},
		{"sky service", "sky.yaml", "resources: {accelerators: A100}\nservice: {readiness_probe: /health}\nrun: |\n  vllm serve acme/m\n", "serving"},
		{"sky task", "sky.yaml", "num_nodes: 2\nrun: |\n  accelerate launch train.py\n", "training"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := only(t, map[string]string{test.file: test.content}).Role; got != test.role {
				t.Errorf("role %s, want %s", got, test.role)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	isvc := only(t, map[string]string{"i.yaml": `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: m}
spec:
  predictor:
    canaryTrafficPercent: 20
    serviceAccountName: sa
    model:
      modelFormat: {name: huggingface}
      storageUri: hf://acme/m:0123456789012345678901234567890123456789
`})
	m := isvc.Models[0]
	if isvc.Platform != "kserve" || isvc.Role != "serving" || m.URI != "hf://acme/m" || m.RevisionKind != sbom.RevisionCommit || m.TrafficPercent != 20 || isvc.Identity != "sa" {
		t.Errorf("InferenceService: %+v", isvc)
	}
	if isvc.Security.RunAsRoot != sbom.Unresolved {
		t.Errorf("the runtime decides about root, got %s", isvc.Security.RunAsRoot)
	}
	ray := only(t, map[string]string{"r.yaml": `apiVersion: ray.io/v1
kind: RayService
metadata: {name: r}
spec:
  serveConfigV2: |
    applications:
      - name: llm
        runtime_env:
          env_vars:
            MODEL_ID: acme/m
  rayClusterConfig:
    headGroupSpec:
      rayStartParams: {dashboard-host: 0.0.0.0}
      template: {spec: {containers: [{name: h, image: 'rayproject/ray:2.44'}]}}
`})
	if ray.Models[0].URI != "hf://acme/m" || ray.Models[0].At.Line != 10 {
		t.Errorf("RayService models: %+v", ray.Models)
	}
	if !slices.ContainsFunc(ray.Listens, func(l sbom.Listener) bool { return l.Name == "dashboard" && l.Address == "0.0.0.0" && l.Port == 8265 }) {
		t.Errorf("RayService listens: %+v", ray.Listens)
	}
	kubeai := only(t, map[string]string{"k.yaml": "apiVersion: kubeai.org/v1\nkind: Model\nmetadata: {name: k}\nspec:\n  url: ollama://qwen2:0.5b\n  args: [--max-model-len=2048]\n"})
	if kubeai.Models[0].URI != "ollama://qwen2:0.5b" || kubeai.Models[0].RevisionKind != sbom.RevisionTag || kubeai.Limits["max_model_len"] != "2048" {
		t.Errorf("kubeai: %+v", kubeai)
	}
	torch := only(t, map[string]string{"p.yaml": "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nmetadata: {name: p, labels: {kueue.x-k8s.io/queue-name: q}}\nspec:\n  runPolicy: {activeDeadlineSeconds: 60}\n  pytorchReplicaSpecs: {Worker: {template: {spec: {containers: [{name: p, image: 'acme/t:1'}]}}}}\n"})
	if torch.Platform != "kubeflow" || torch.Role != "training" || torch.Limits["deadline_seconds"] != "60" || torch.Limits["quota"] != "q" {
		t.Errorf("PyTorchJob: %+v", torch)
	}
}

func TestTemplatesAndSchemasRunNothing(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{
		"charts/templates/d.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  {{- if .Values.x }}\n  replicas: {{ .Values.n }}\n  {{- end }}\n",
		"crd.yaml":                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {versions: [{schema: {openAPIV3Schema: {properties: {containers: {}}}}}]}\n",
		"kustomization.yaml":      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [d.yaml]\n",
	})
	if len(inv.Workloads) != 0 || len(inv.Problems) != 0 {
		t.Errorf("workloads %+v, problems %+v", inv.Workloads, inv.Problems)
	}
	if len(inv.Documents) != 1 || inv.Documents[0].Kind != "template" {
		t.Errorf("documents %+v, want the template", inv.Documents)
	}
	broken := infrastructure(t, map[string]string{"d.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec: [\n"})
	if len(broken.Problems) == 0 {
		t.Error("broken YAML is no problem")
	}
}

const servicePort = `---
apiVersion: v1
kind: Service
metadata: {name: assistant, namespace: ml}
spec: {type: LoadBalancer, selector: {app: assistant}, ports: [{port: 80}]}
`

func TestNetwork(t *testing.T) {
	t.Parallel()
	policy := func(namespace, selector, types string) string {
		return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: " + namespace + "}\nspec: {podSelector: " + selector + ", " + types + "}\n"
	}
	both := "policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]"
	tests := []struct {
		name, policy    string
		selects         bool
		ingress, egress sbom.Tri
	}{
		{"labels", policy("ml", "{matchLabels: {app: assistant}}", both), true, sbom.Yes, sbom.Yes},
		{"everything", policy("ml", "{}", both), true, sbom.Yes, sbom.Yes},
		{"another label", policy("ml", "{matchLabels: {app: web}}", both), false, sbom.Yes, sbom.Yes},
		{"another namespace", policy("web", "{}", both), false, sbom.Yes, sbom.Yes},
		{"expression", policy("ml", "{matchExpressions: [{key: tier, operator: In, values: [inference]}, {key: canary, operator: DoesNotExist}]}", both), true, sbom.Yes, sbom.Yes},
		{"expression that excludes", policy("ml", "{matchExpressions: [{key: tier, operator: NotIn, values: [inference]}]}", both), false, sbom.Yes, sbom.Yes},
		{"no types", policy("ml", "{}", "ingress: []"), true, sbom.Yes, sbom.No},
		{"anywhere", policy("ml", "{}", "policyTypes: [Egress, Ingress], egress: [{}]"), true, sbom.Yes, sbom.No},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := infrastructure(t, map[string]string{"d.yaml": vllmDeployment + test.policy}).NetworkPolicies[0]
			if slices.Contains(p.Selects, "assistant") != test.selects || p.Ingress != test.ingress || p.Egress != test.egress {
				t.Errorf("selects %v, ingress %s, egress %s", p.Selects, p.Ingress, p.Egress)
			}
		})
	}
}

func TestExposures(t *testing.T) {
	t.Parallel()
	ingress := func(annotations, spec string) string {
		return strings.Replace(servicePort, "type: LoadBalancer, ", "", 1) + "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: ml, annotations: {" + annotations + "}}\nspec:\n  rules:\n    - host: " + spec + "\n      http: {paths: [{path: /, backend: {service: {name: assistant}}}]}\n"
	}
	tests := []struct {
		name, content     string
		public, auth, tls sbom.Tri
	}{
		{"load balancer", servicePort, sbom.Yes, sbom.No, sbom.No},
		{"internal load balancer", strings.Replace(servicePort, "namespace: ml}", "namespace: ml, annotations: {networking.gke.io/load-balancer-type: Internal}}", 1), sbom.No, sbom.No, sbom.No},
		{"limited to addresses", strings.Replace(servicePort, "ports:", "loadBalancerSourceRanges: [10.0.0.0/8], ports:", 1), sbom.No, sbom.No, sbom.No},
		{"ingress", ingress("a: b", "assistant.acme.example"), sbom.Yes, sbom.No, sbom.No},
		{"ingress with a login", ingress("nginx.ingress.kubernetes.io/auth-url: 'https://login.acme.example'", "assistant.acme.example"), sbom.Yes, sbom.Yes, sbom.No},
		{"ingress with a certificate", ingress("cert-manager.io/cluster-issuer: x", "assistant.acme.example"), sbom.Yes, sbom.No, sbom.Yes},
		{"ingress of a private zone", ingress("a: b", "assistant.acme.internal"), sbom.No, sbom.No, sbom.No},
		{"ingress from a template", ingress("a: b", "'${HOST}'"), sbom.Unresolved, sbom.No, sbom.No},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inv := infrastructure(t, map[string]string{"d.yaml": vllmDeployment + test.content})
			if len(inv.Exposures) != 1 {
				t.Fatalf("exposures %+v", inv.Exposures)
			}
			e := inv.Exposures[0]
			if e.Workload != "assistant" || e.Public != test.public || e.Auth != test.auth || e.TLS != test.tls {
				t.Errorf("%s: public %s, auth %s, tls %s", e.Workload, e.Public, e.Auth, e.TLS)
			}
		})
	}
}

func TestServiceAccounts(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"d.yaml": vllmDeployment, "rbac.yaml": `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: ml}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: ml}
roleRef: {kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: assistant}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: c}
roleRef: {kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: assistant, namespace: ml}]
`})
	if len(inv.Identities) != 1 {
		t.Fatalf("identities %+v", inv.Identities)
	}
	id := inv.Identities[0]
	if id.ID != "ml/assistant" || len(id.UsedBy) != 1 || id.UsedBy[0].Role != "serving" || len(id.Grants) != 2 {
		t.Fatalf("identity %+v", id)
	}
	if !slices.Equal(id.Grants[0].Resources, []string{"secrets"}) || id.Grants[1].Actions[0] != "cluster-admin" {
		t.Errorf("grants %+v", id.Grants)
	}
}

func TestDeterministic(t *testing.T) {
	t.Parallel()
	files := map[string]string{"d.yaml": vllmDeployment + servicePort, "main.tf": cloudTerraform, "stack.yaml": cloudStack, "compose.yaml": composeFile, "nginx.conf": nginxFile}
	var first []byte
	for range 5 {
		b, err := json.Marshal(infrastructure(t, files))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
		} else if string(b) != string(first) {
			t.Fatal("the inventory differs between two runs")
		}
	}
}
