package evidence

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const composeFile = `services:
  mlflow:
    image: ghcr.io/mlflow/mlflow:${TAG:-v2.21.0}
    command: mlflow server --host 0.0.0.0 --app-name basic-auth
    ports: ["127.0.0.1:5000:5000"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro", "data:/data"]
    environment:
      - POSTGRES_PASSWORD=changeme123
      - MINIO_ROOT_PASSWORD=minioadmin1
      - SYSTEM_PROMPT=${PROMPT:-be kind}
      - LATER=${LATER}
    user: "1000"
  llm:
    image: ollama/ollama:0.9.0
    privileged: true
    network_mode: host
    ports: ["11434:11434"]
`

func TestCompose(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"compose.yaml": composeFile})
	if len(inv.Workloads) != 2 || len(inv.Exposures) != 1 || inv.Exposures[0].Workload != "llm" {
		t.Fatalf("%d workloads, exposures %+v: a port of loopback is no way in", len(inv.Workloads), inv.Exposures)
	}
	m, llm := inv.Workloads[0], inv.Workloads[1]
	if m.Images[0].Tag != "v2.21.0" || m.Listens[0].Auth != sbom.Yes || m.Listens[0].Address != "0.0.0.0" || m.Security.RunAsRoot != sbom.No {
		t.Errorf("mlflow %+v", m)
	}
	if m.Mounts[0].Kind != "host" || m.Mounts[0].ReadOnly != sbom.Yes || m.Mounts[1].Kind != "claim" {
		t.Errorf("mounts %+v", m.Mounts)
	}
	for _, v := range m.Env {
		if v.Secret {
			t.Errorf("%s is what documentation prints, not a secret", v.Name)
		}
	}
	if m.Env[2].Value != "be kind" || m.Env[2].Source != "literal" || m.Env[3].Source != "unresolved" {
		t.Errorf("env %+v", m.Env)
	}
	if line := strings.Split(composeFile, "\n")[llm.Security.HostAt.Line-1]; !strings.Contains(line, "network_mode") || m.Security.HostAt.Line != 0 {
		t.Errorf("the host's network is asked for in %q", line)
	}
	if llm.Security.Privileged != sbom.Yes || llm.Security.HostNetwork != sbom.Yes || llm.Role != "serving" {
		t.Errorf("llm %+v", llm)
	}
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	w := only(t, map[string]string{"train/Dockerfile": "ARG BASE=pytorch/pytorch:2.7.0\nFROM python:3.12 AS build\nRUN <<EOF\nUSER root\nEOF\nFROM ${BASE}\nENV A=1 \\\n    B=2\nUSER 1000\nENTRYPOINT [\"python\", \"train.py\"]\nCMD [\"--lr\", \"1\"]\n"})
	if w.Name != "train" || w.Role != "training" || w.Images[0].Name != "pytorch/pytorch" || w.Images[0].Tag != "2.7.0" || w.Security.RunAsRoot != sbom.No || w.Security.At.Line != 9 || len(w.Env) != 2 {
		t.Errorf("workload %+v", w)
	}
	root := only(t, map[string]string{"Dockerfile": "FROM a@sha256:" + strings.Repeat("a", 64) + "\nUSER 0:0\n"})
	if root.Security.RunAsRoot != sbom.Yes || !strings.HasPrefix(root.Images[0].Digest, "sha256:") {
		t.Errorf("workload %+v", root)
	}
}

const aiRoute = `apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  parentRefs: [{name: gw}]
  rules: [{backendRefs: [{name: b}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec: {listeners: [{protocol: HTTP, port: 80}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: s}
spec: {targetRefs: [{kind: Gateway, name: gw}], jwt: {providers: []}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: l}
spec:
  targetRefs: [{kind: Gateway, name: gw}]
  rateLimit: {global: {rules: [{clientSelectors: [{headers: [{name: HEADER, type: Distinct}]}], limit: {requests: 10, unit: Hour}, cost: {response: {from: Metadata}}}]}}
`

func TestAIGateway(t *testing.T) {
	t.Parallel()
	for header, key := range map[string]string{"x-user-id": "identity", "x-session": "header"} {
		inv := infrastructure(t, map[string]string{"r.yaml": strings.ReplaceAll(aiRoute, "HEADER", header)})
		r := inv.Routes[0]
		if r.LLM != sbom.Yes || r.Auth != sbom.Yes || r.TLS != sbom.No || len(r.Limits) != 1 || r.Limits[0].Kind != "tokens" || r.Limits[0].Key != key {
			t.Errorf("%s: route %+v", header, r)
		}
	}
	other := infrastructure(t, map[string]string{"r.yaml": strings.ReplaceAll(aiRoute, "Gateway, name: gw", "Gateway, name: web")})
	if r := other.Routes[0]; len(r.Limits) != 0 || r.Auth == sbom.Yes {
		t.Errorf("what is bound to another gateway counts: %+v", r)
	}
}

const nginxFile = `limit_req_zone $binary_remote_addr zone=perip:10m rate=1r/s;
limit_req_zone $jwt_claim_sub zone=peruser:10m rate=1r/s;
server {
  listen 443 ssl;
  location /v1/chat/completions {
    auth_request /auth;
    limit_req zone=peruser burst=5;
    proxy_pass http://vllm:8000;
  }
  location /api/generate { limit_req zone=perip; proxy_pass http://ollama:11434; }
  # location /old { proxy_pass http://gone; }
  location / { proxy_pass http://web:3000; }
}
`

func TestNginx(t *testing.T) {
	t.Parallel()
	routes := infrastructure(t, map[string]string{"nginx.conf": nginxFile}).Routes
	if len(routes) != 3 {
		t.Fatalf("routes %+v", routes)
	}
	chat, generate, web := routes[0], routes[1], routes[2]
	if chat.LLM != sbom.Yes || chat.Auth != sbom.Yes || chat.TLS != sbom.Yes || chat.Limits[0].Key != "identity" || chat.At.Line != 8 {
		t.Errorf("chat %+v", chat)
	}
	if generate.Auth != sbom.No || generate.Limits[0].Key != "ip" || web.LLM != sbom.Unstated || len(web.Limits) != 0 {
		t.Errorf("generate %+v, web %+v", generate, web)
	}
}

func TestKong(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{"kong.yml": `_format_version: "3.0"
plugins: [{name: key-auth}]
services:
  - name: llm
    url: http://vllm:8000
    plugins: [{name: ai-prompt-guard}, {name: rate-limiting, config: {limit_by: ip, fault_tolerant: true}}]
    routes: [{name: chat, protocols: [https], plugins: [{name: ai-proxy}]}, {name: raw}]
`})
	chat, raw := inv.Routes[0], inv.Routes[1]
	if chat.LLM != sbom.Yes || chat.Auth != sbom.Yes || chat.TLS != sbom.Yes || chat.Limits[0].Key != "ip" || chat.Limits[0].FailOpen != sbom.Yes || !slices.Equal(chat.Guards, []string{"ai-prompt-guard"}) {
		t.Errorf("chat %+v", chat)
	}
	if raw.TLS != sbom.No || len(inv.Guards) != 2 || inv.Guards[0].Kind != "pattern" {
		t.Errorf("raw %+v, guards %+v", raw, inv.Guards)
	}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{
		"bot/config.yml": "rails:\n  input:\n    flows: [self check input, my own check]\n  output:\n    flows: [mask sensitive data on output]\n",
		"armor.yaml":     "apiVersion: networking.gke.io/v1\nkind: GCPTrafficExtension\nmetadata: {name: a}\nspec:\n  targetRefs: [{name: gw}]\n  extensionChains: [{extensions: [{metadata: {model_armor_settings: '[{\"user_prompt_template_id\": \"t\"}]'}}]}]\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{kind: InferencePool, name: p}]}]}\n",
		"proxy.yaml":     "model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, rpm: 5}\ngeneral_settings: {store_prompts_in_spend_logs: true, master_key: os.environ/KEY}\n",
	})
	kinds := map[string]string{}
	for _, g := range inv.Guards {
		kinds[g.Name] = g.Side + " " + g.Kind
	}
	want := map[string]string{"self check input": "input semantic", "my own check": "input unresolved", "mask sensitive data on output": "output pattern", "model-armor": "input semantic"}
	for name, kind := range want {
		if kinds[name] != kind {
			t.Errorf("guard %s is %q, want %q", name, kinds[name], kind)
		}
	}
	i := slices.IndexFunc(inv.Workloads, func(w sbom.Workload) bool { return w.Platform == "litellm" })
	if i < 0 || inv.Workloads[i].Settings["store_prompts"] != "on" {
		t.Errorf("workloads %+v", inv.Workloads)
	}
}

func TestServerConfigurations(t *testing.T) {
	t.Parallel()
	inv := infrastructure(t, map[string]string{
		"config.properties": "management_address=http://0.0.0.0:8081\nload_models=all\n# model_store=/x\n",
		"m/config.pbtxt":    "name: \"resnet\"\nbackend: \"onnxruntime\"\ninput [ { name: \"x\" } ]\n",
		"other.properties":  "spring.datasource.url=x\n",
		"values.yaml":       "image: {repository: vllm/vllm-openai, tag: v1}\nweb: {image: 'nginx:1'}\n",
		".env.example":      "SYSTEM_PROMPT=x\n",
		".env":              "export SYSTEM_PROMPT=\"be kind\"\n# TOKEN=x\nDB=1\n",
		"pipeline.yaml":     "pipelineInfo: {name: p}\ndeploymentSpec: {executors: {a: {container: {image: 'acme/t:1', command: [python, train.py]}}}}\n",
	})
	got := map[string]sbom.Workload{}
	for _, w := range inv.Workloads {
		got[w.Platform] = w
	}
	if len(inv.Workloads) != 5 {
		t.Fatalf("workloads %+v", inv.Workloads)
	}
	if w := got["torchserve"]; w.Settings["load_models"] != "all" || len(w.Listens) != 1 || w.Listens[0].Name != "management" || w.Listens[0].At.Line != 1 || w.Settings["model_store"] != "" {
		t.Errorf("torchserve %+v", w)
	}
	if w := got["triton"]; w.Name != "resnet" || w.Settings["backend"] != "onnxruntime" {
		t.Errorf("triton %+v", w)
	}
	if w := got["helm"]; w.Role != "template" || len(w.Images) != 1 || w.Images[0].Tag != "v1" {
		t.Errorf("helm %+v", w)
	}
	if w := got["environment"]; len(w.Env) != 2 || w.Env[0].Value != "be kind" || w.Env[0].At.Line != 1 {
		t.Errorf("environment %+v", w)
	}
	if w := got["kfp"]; w.Role != "pipeline" || w.Images[0].Tag != "1" {
		t.Errorf("kfp %+v", w)
	}
}

func TestSecretShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		secret      bool
	}{
		{"DB_PASSWORD", "rT7kq2" + "Vx9pLm", true},
		{"HF_TOKEN", "hf_" + "QkVzTwLpXcRbNmJsHgFdYaUeIoPqZxCvBn", true},
		{"POSTGRES_PASSWORD", "postgres", false},
		{"PASSWORD", "changeme123!", false},
		{"MASTER_KEY", "sk-1234", false},
		{"API_KEY", "your-api-key-12", false},
		{"TOKEN", "${TOKEN}", false},
		{"SECRET_NAME", "prod7-db-credentials", false},
		{"TOKEN_FILE", "/run/secrets/t0k3n", false},
		{"AWS_SECRET_ACCESS_KEY", "minioadmin1", false},
		{"IMAGE", "rT7kq2" + "Vx9pLm", false},
	}
	for _, test := range tests {
		if got := isSecret(test.name, test.value); got != test.secret {
			t.Errorf("isSecret(%s, %s) = %t", test.name, test.value, got)
		}
	}
}

func TestMinersAreFacts(t *testing.T) {
	t.Parallel()
	w := only(t, map[string]string{"j.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: a, image: 'acme/x:1', args: ['-o', 'stratum+tcp://pool.acme.example:3333']}]}}}\n"})
	if w.Settings["miner"] != "stratum+tcp://" {
		t.Errorf("settings %v", w.Settings)
	}
}

// FuzzInfrastructure gives the same bytes to every reader under a name of its format.
func FuzzInfrastructure(f *testing.F) {
	for _, seed := range []string{vllmDeployment, servicePort, aiRoute, composeFile, nginxFile, cloudTerraform, cloudStack, pyTrain,
		"ARG A=b\nFROM $A\nENV x\nCMD [\"a\"\n", "management_address=http://[::1\n", "run: |\n a\nresources: {}\n", "a {{{ b; } proxy_pass ${x"} {
		f.Add([]byte(seed))
	}
	names := []string{"compose.yaml", "values.yaml", "Dockerfile", "main.tf", "nginx.conf", "config.properties", "config.pbtxt", ".env", "t.py", "stack.json"}
	f.Fuzz(func(t *testing.T, data []byte) {
		files := map[string]string{}
		for _, name := range names {
			files[name] = string(data)
		}
		for _, p := range infrastructure(t, files).Problems {
			if p.Code == "internal" {
				t.Fatal(p.Reason)
			}
		}
	})
}
