package evidence

import (
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const terraformPods = `
variable "image" { default = "vllm/vllm-openai:v0.6.0" }

resource "kubernetes_deployment_v1" "llm" {
  metadata {
    name      = "llm"
    namespace = "models"
    labels    = { app_name = "llm" }
  }
  spec {
    selector { match_labels = { app_name = "llm" } }
    template {
      metadata { labels = { app_name = "llm" } }
      spec {
        service_account_name = kubernetes_service_account.llm.metadata[0].name
        host_network         = true
        container {
          name  = "vllm"
          image = var.image
          args  = ["--model", "acme/assistant", "--trust-remote-code"]
          port { container_port = 8000 }
          env {
            name  = "HF_HOME"
            value = "/cache"
          }
          volume_mount {
            name       = "sock"
            mount_path = "/var/run/docker.sock"
          }
          security_context { privileged = true }
        }
        volume {
          name = "sock"
          host_path { path = "/var/run/docker.sock" }
        }
      }
    }
  }
}

resource "kubernetes_service" "llm" {
  metadata { 
    name      = "llm"
    namespace = "models"
  }
  spec {
    type     = "LoadBalancer"
    selector = { app_name = "llm" }
    port { port = 80 }
  }
}

resource "kubernetes_network_policy" "llm" {
  metadata { 
    name      = "llm"
    namespace = "models"
  }
  spec {
    pod_selector { match_labels = { app_name = "llm" } }
    policy_types = ["Ingress"]
    ingress { 
      from { 
        pod_selector { match_labels = { role = "web" } }
      }
    }
  }
}

resource "kubernetes_manifest" "isvc" {
  manifest = {
    apiVersion = "serving.kserve.io/v1beta1"
    kind       = "InferenceService"
    metadata   = { name = "sklearn" }
    spec       = { predictor = { model = { storageUri = "gs://acme/model" } } }
  }
}

resource "kubectl_manifest" "tgi" {
  yaml_body = <<-EOT
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: tgi}
    spec:
      template:
        spec:
          containers:
            - {name: tgi, image: "ghcr.io/huggingface/text-generation-inference:${var.tag}", args: [--model-id, acme/m]}
  EOT
}

resource "helm_release" "ollama" {
  name  = "ollama-prod"
  chart = "ollama"
  set {
    name  = "service.type"
    value = "LoadBalancer"
  }
}

resource "kubectl_manifest" "template" {
  yaml_body = <<-EOT
    kind: Ingress
    metadata: {${var.meta}: [}
  EOT
}

resource "helm_release" "ingress" {
  chart = "ingress-nginx"
}
`

func TestTerraformKubernetes(t *testing.T) {
	inv := collectFiles(t, map[string]string{"main.tf": terraformPods})
	workloads := map[string]sbom.Workload{}
	for _, w := range inv.Workloads {
		workloads[w.Name] = w
	}
	llm := workloads["llm"]
	if llm.Role != "serving" || llm.Namespace != "models" || llm.Security.Privileged != sbom.Yes || llm.Security.HostNetwork != sbom.Yes || llm.At.Line != 4 {
		t.Errorf("deployment is %+v", llm)
	}
	if len(llm.Images) != 1 || llm.Images[0].Tag != "v0.6.0" || len(llm.Mounts) != 1 || llm.Mounts[0].Source != "/var/run/docker.sock" || llm.Mounts[0].Kind != "host" {
		t.Errorf("images %+v, mounts %+v", llm.Images, llm.Mounts)
	}
	if len(llm.Models) != 1 || llm.Models[0].TrustRemoteCode != sbom.Yes || llm.Models[0].TrustAt.Line != 20 {
		t.Errorf("models are %+v", llm.Models)
	}
	if w := workloads["sklearn"]; w.Role != "serving" || len(w.Models) != 1 || w.Models[0].URI != "gs://acme/model" {
		t.Errorf("manifest is %+v", w)
	}
	if w := workloads["tgi"]; w.Role != "serving" || w.At.Line != 81 {
		t.Errorf("text of a manifest is at line %d with role %q", w.At.Line, w.Role)
	}
	if w := workloads["ollama-prod"]; w.Role != "serving" || w.Platform != "helm" {
		t.Errorf("release is %+v", w)
	}
	if len(inv.Problems) > 0 {
		t.Errorf("problems are %+v", inv.Problems)
	}
	if len(inv.Workloads) != 4 {
		t.Errorf("%d workloads, want 4", len(inv.Workloads))
	}
	if len(inv.NetworkPolicies) != 1 || inv.NetworkPolicies[0].Ingress != sbom.Yes || len(inv.NetworkPolicies[0].Selects) != 1 {
		t.Errorf("network policies are %+v", inv.NetworkPolicies)
	}
	public := map[string]bool{}
	for _, e := range inv.Exposures {
		public[e.Workload] = e.Kind == "loadbalancer" && e.Public == sbom.Yes
	}
	if !public["llm"] || !public["ollama-prod"] {
		t.Errorf("exposures are %+v", inv.Exposures)
	}
}

func TestFirewalls(t *testing.T) {
	for _, c := range []struct {
		name, text, kind string
		ports            []int
	}{
		{"aws block", `resource "aws_security_group" "g" {
  ingress {
    from_port   = 8888
    to_port     = 8889
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}`, "firewall", []int{8888, 8889}},
		{"aws rule with a variable", `variable "cidr" { default = "0.0.0.0/0" }
resource "aws_vpc_security_group_ingress_rule" "g" {
  cidr_ipv4   = var.cidr
  from_port   = 5000
  to_port     = 5000
  ip_protocol = "tcp"
}`, "firewall", []int{5000}},
		{"aws everything", `resource "aws_security_group_rule" "g" {
  type        = "ingress"
  protocol    = "-1"
  from_port   = 0
  to_port     = 0
  cidr_blocks = ["::/0"]
}`, "firewall_range", []int{0, 65535}},
		{"google", `resource "google_compute_firewall" "g" {
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["8265", "30000-32767"]
  }
}`, "firewall_range firewall", []int{30000, 32767, 8265}},
		{"azure", `resource "azurerm_network_security_group" "g" {
  security_rule {
    direction              = "Inbound"
    access                 = "Allow"
    protocol               = "Tcp"
    source_address_prefix  = "*"
    destination_port_range = "8888"
  }
}`, "firewall", []int{8888}},
		{"one network", `resource "aws_security_group" "g" {
  ingress {
    from_port   = 8888
    to_port     = 8888
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}`, "", nil},
		{"outwards", `resource "aws_security_group" "g" {
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}`, "", nil},
		{"datagrams", `resource "google_compute_firewall" "g" {
  source_ranges = ["0.0.0.0/0"]
  allow { protocol = "icmp" }
}`, "", nil},
		{"egress of google", `resource "google_compute_firewall" "g" {
  direction     = "EGRESS"
  source_ranges = ["0.0.0.0/0"]
  allow { protocol = "tcp" }
}`, "", nil},
		{"azure denies", `resource "azurerm_network_security_rule" "g" {
  direction              = "Inbound"
  access                 = "Deny"
  protocol               = "*"
  source_address_prefix  = "Internet"
  destination_port_range = "*"
}`, "", nil},
	} {
		inv := collectFiles(t, map[string]string{"main.tf": c.text})
		kinds, ports := "", []int(nil)
		for _, e := range inv.Exposures {
			if e.Workload != "" || e.Name != "g" || e.Public != sbom.Yes || e.At.Line == 0 {
				t.Errorf("%s: %+v", c.name, e)
			}
			if kinds != "" {
				kinds += " "
			}
			kinds, ports = kinds+e.Kind, append(ports, e.Ports...)
		}
		if kinds != c.kind || len(ports) != len(c.ports) {
			t.Errorf("%s: %s %v, want %s %v", c.name, kinds, ports, c.kind, c.ports)
			continue
		}
		for i := range ports {
			if ports[i] != c.ports[i] {
				t.Errorf("%s: ports %v, want %v", c.name, ports, c.ports)
			}
		}
	}
}
