package evidence

import (
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const armTemplate = `{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": {"access": {"type": "string", "defaultValue": "Disabled"}},
  "resources": [
    {
      "type": "Microsoft.MachineLearningServices/workspaces",
      "name": "[concat(parameters('prefix'), '-ws')]",
      "tags": {"owner": "ml"},
      "properties": {"publicNetworkAccess": "[parameters('access')]", "encryption": {"status": "Enabled"}},
      "resources": [
        {"type": "computes", "name": "gpu", "properties": {"computeType": "AmlCompute", "properties": {"subnet": {"id": "x"}, "scaleSettings": {"maxNodeCount": 4}}}},
        {"type": "onlineEndpoints", "name": "chat", "properties": {"authMode": "Key"}}
      ]
    },
    {"type": "Microsoft.Storage/storageAccounts", "name": "mldata", "properties": {"allowBlobPublicAccess": false}},
    {"type": "Microsoft.Storage/storageAccounts/blobServices/containers", "name": "train-data", "properties": {"publicAccess": "Blob"}},
    {"type": "Microsoft.Network/networkSecurityGroups", "name": "lab", "properties": {"securityRules": [
      {"name": "jupyter", "properties": {"direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "*", "destinationPortRange": "8888"}}]}},
    {"type": "Microsoft.Resources/deployments", "properties": {"template": {"resources": [
      {"type": "Microsoft.CognitiveServices/accounts", "name": "openai", "kind": "OpenAI", "properties": {"publicNetworkAccess": "Enabled"}}]}}},
    {"type": "Microsoft.Insights/components", "name": "other"}
  ]
}`

func TestAzureTemplate(t *testing.T) {
	inv := collectFiles(t, map[string]string{"azuredeploy.json": armTemplate})
	got := map[string]string{}
	for _, w := range inv.Workloads {
		got[w.Kind] = strings.Join([]string{w.Role, w.Settings["public"], w.Settings["vpc"], w.Settings["kms_key"], w.Limits["quota"], w.Labels["owner"]}, " ")
		if w.At.Line == 0 || w.At.Path != "azuredeploy.json" {
			t.Errorf("%s is at %+v", w.Kind, w.At)
		}
	}
	for kind, want := range map[string]string{
		"azurerm_machine_learning_workspace":       "notebook no no yes  ml",
		"azurerm_machine_learning_compute_cluster": "training  yes  4 ",
		"azureml_online_endpoint":                  "serving unstated    ",
		"azurerm_cognitive_account":                "serving yes no no  ",
	} {
		if got[kind] != want {
			t.Errorf("%s: %q, want %q", kind, got[kind], want)
		}
	}
	public := map[string]sbom.Tri{}
	for _, s := range inv.Stores {
		public[s.Name] = s.Public
	}
	if public["mldata"] != sbom.No || public["train-data"] != sbom.Yes {
		t.Errorf("stores are %+v", public)
	}
	ways := map[string]sbom.Exposure{}
	for _, e := range inv.Exposures {
		ways[e.Name] = e
	}
	if e := ways["chat"]; e.Public != sbom.Yes || e.Auth != sbom.Yes {
		t.Errorf("endpoint is %+v", e)
	}
	if e := ways["lab"]; e.Kind != "firewall" || len(e.Ports) != 1 || e.Ports[0] != 8888 {
		t.Errorf("firewall is %+v", e)
	}
}

func TestBicepIsNoSilentPass(t *testing.T) {
	const known = "param a string\nresource ws 'Microsoft.MachineLearningServices/workspaces@2024-04-01' = {\n  name: a\n}\n"
	inv := collectFiles(t, map[string]string{"main.bicep": known, "site.bicep": "resource plan 'Microsoft.Web/serverfarms@2022-03-01' = {}\n"})
	families := map[sbom.Family]bool{}
	for _, p := range inv.Problems {
		if p.Path != "main.bicep" || p.Line != 2 {
			t.Errorf("problem %+v", p)
		}
		families[p.Family] = true
	}
	if len(families) != len(cloudFamilies) {
		t.Errorf("problems of %v, want all of %v", families, cloudFamilies)
	}
}
