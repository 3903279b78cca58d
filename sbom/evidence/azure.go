package evidence

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// azureTemplate reads templates of the Azure Resource Manager in JSON (template schema
// 2019-04-01). Like CloudFormation they are translated into Terraform's words.
var azureTemplate = sbom.Collector{
	Name:     "evidence/azure-template",
	Families: append([]sbom.Family{sbom.FamilyDocuments}, cloudFamilies...),
	Match: func(f *sbom.File) bool {
		return f.Ext() == ".json" && f.Size <= maxManifestBytes && bytes.Contains(f.Head, []byte("deploymentTemplate.json"))
	},
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		docs := tree.Of(f)
		for _, family := range cloudFamilies {
			docs.Problem(f, family, out)
		}
		if root := docs.Root(); root != nil {
			document(f, "azure-template", root, out)
			a := armReader{file: f, out: out}
			a.variables(root)
			a.resources(root.Get("resources"), "", 0)
		}
		return nil
	},
}

// bicep does not read Bicep and says so: a file that declares one of the resources below
// is a Problem, so that nothing that rests on it passes. Compiled, it is read.
var bicep = sbom.Collector{
	Name:     "evidence/bicep",
	Families: cloudFamilies,
	Match:    func(f *sbom.File) bool { return f.Ext() == ".bicep" },
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(content), "\n") {
			m := bicepResource.FindStringSubmatch(line)
			if m == nil || azureKinds[strings.ToLower(m[1])] == "" {
				continue
			}
			for _, family := range cloudFamilies {
				out.AddProblem(sbom.At{Path: f.Path, Line: i + 1, Offset: -1}, family, "unsupported", "Bicep is not read; compile it to JSON beside it (az bicep build)")
			}
			return nil
		}
		return nil
	},
}

// bicepResource is the declaration of a resource (Bicep file structure, "Resources").
var bicepResource = regexp.MustCompile(`^\s*resource\s+\w+\s+'([^'@]+)@`)

// azureKinds translates resource types, lower case, into those of the Terraform provider
// that say the same.
var azureKinds = map[string]string{
	"microsoft.machinelearningservices/workspaces":                             "azurerm_machine_learning_workspace",
	"microsoft.machinelearningservices/workspaces/onlineendpoints":             "azureml_online_endpoint",
	"microsoft.machinelearningservices/workspaces/onlineendpoints/deployments": "azureml_online_deployment",
	"microsoft.cognitiveservices/accounts":                                     "azurerm_cognitive_account",
	"microsoft.storage/storageaccounts":                                        "azurerm_storage_account",
	"microsoft.storage/storageaccounts/blobservices/containers":                "azurerm_storage_container",
	"microsoft.containerregistry/registries":                                   "azurerm_container_registry",
	"microsoft.app/containerapps":                                              "azurerm_container_app",
	"microsoft.web/sites":                                                      "azurerm_linux_web_app",
	"microsoft.network/networksecuritygroups":                                  "azurerm_network_security_group",
	"microsoft.network/networksecuritygroups/securityrules":                    "azurerm_network_security_rule",
}

// azureResource is a resource of a template or of Bicep in Terraform's words, and whether
// it is of a kind that is read.
func azureResource(folder, kind, name string, body value, at sbom.At) (resource, bool) {
	properties := body.get("properties")
	r := resource{folder: folder, mode: "resource", name: name, at: at}
	kind = strings.ToLower(kind)
	r.kind = azureKinds[kind]
	if kind == "microsoft.machinelearningservices/workspaces/computes" {
		r.kind = map[string]string{"amlcompute": "azurerm_machine_learning_compute_cluster", "computeinstance": "azurerm_machine_learning_compute_instance"}[strings.ToLower(properties.get("computeType").text)]
		properties = merged(properties, properties.get("properties"))
	}
	if r.kind == "" {
		return r, false
	}
	config := map[string]value{}
	for _, key := range sortedKeys(properties.fields) {
		config[snake(key)] = terraformSpelling(properties.fields[key])
	}
	for _, key := range []string{"tags", "kind", "identity"} {
		if v, ok := body.fields[key]; ok {
			config[key] = v
		}
	}
	if v, ok := body.fields["name"]; ok && v.known {
		config["name"] = v
	}
	rename(config, r.kind)
	r.config = value{known: true, fields: config, at: at}
	return r, true
}

// rename gives properties the names that the Terraform provider has for them.
func rename(config map[string]value, kind string) {
	if v, ok := config["public_network_access"]; ok {
		config["public_network_access_enabled"] = v
	}
	switch kind {
	case "azurerm_cognitive_account":
		config["customer_managed_key"] = config["encryption"]
	case "azurerm_machine_learning_compute_cluster", "azurerm_machine_learning_compute_instance":
		config["subnet_resource_id"] = config["subnet"]
	case "azurerm_storage_container":
		v := config["public_access"]
		if v.text == "None" {
			v.text = "private"
		}
		config["container_access_type"] = v
	case "azurerm_container_app":
		config["template"] = value{known: true, fields: map[string]value{"container": config["template"].get("containers")}}
	case "azurerm_linux_web_app":
		config["app_settings"] = config["site_config"].get("app_settings")
	case "azurerm_network_security_group":
		var rules []value
		for _, rule := range config["security_rules"].each() {
			if p := rule.get("properties"); p.fields != nil {
				p.at = rule.at
				rules = append(rules, p)
			}
		}
		config["security_rule"] = value{known: true, list: rules}
	}
}

// merged adds the fields of b to those of a.
func merged(a, b value) value {
	out := value{known: true, fields: map[string]value{}, at: a.at}
	for _, v := range []value{a, b} {
		for key, field := range v.fields {
			out.fields[key] = field
		}
	}
	return out
}

// terraformSpelling spells the keys of a value as Terraform does.
func terraformSpelling(v value) value {
	if v.fields != nil {
		fields := make(map[string]value, len(v.fields))
		for key, field := range v.fields {
			fields[snake(key)] = terraformSpelling(field)
		}
		v.fields = fields
	}
	if v.list != nil {
		list := make([]value, len(v.list))
		for i, item := range v.list {
			list[i] = terraformSpelling(item)
		}
		v.list = list
	}
	return v
}

// armReader reads the resources of one template, nested deployments included.
type armReader struct {
	file *sbom.File
	out  *sbom.Inventory
}

// maxTemplateDepth bounds resources inside resources; deployments nest two or three deep.
const maxTemplateDepth = 8

func (a armReader) variables(root *tree.Node) {
	for _, p := range pairs(root.Get("parameters")) {
		if d := p.Value.Get("defaultValue"); d != nil {
			a.keep("variable", "var", "parameters."+p.Key, armValue(a.file.Path, d, 0), d.At(a.file.Path))
		}
	}
	for _, p := range pairs(root.Get("variables")) {
		a.keep("local", "local", "variables."+p.Key, armValue(a.file.Path, p.Value, 0), p.Value.At(a.file.Path))
	}
}

func (a armReader) keep(mode, kind, name string, config value, at sbom.At) {
	a.out.Keep(scratchCloud, resource{folder: a.file.Path, mode: mode, kind: kind, name: name, config: config, at: at})
}

// resources reads a list, or the map of languageVersion 2.0. The type of a child is
// written below that of its parent, or in full.
func (a armReader) resources(n *tree.Node, parent string, depth int) {
	if depth > maxTemplateDepth {
		return
	}
	list := items(n)
	for _, p := range pairs(n) {
		list = append(list, p.Value)
	}
	for _, item := range list {
		kind := item.Get("type").Str()
		if parent != "" && !strings.HasPrefix(strings.ToLower(kind), "microsoft.") {
			kind = parent + "/" + kind
		}
		at := item.KeyAt(a.file.Path, "type")
		if r, ok := azureResource(a.file.Path, kind, nameOfExpression(item.Get("name").Str()), armValue(a.file.Path, item, 0), at); ok {
			a.out.Keep(scratchCloud, r)
		}
		a.resources(item.Get("resources"), kind, depth+1)
		a.resources(item.Get("properties", "template", "resources"), "", depth+1)
	}
}

// nameOfExpression makes a name of "[concat(parameters('prefix'), '-ws')]".
func nameOfExpression(text string) string {
	return strings.NewReplacer("[", "", "]", "", "'", "").Replace(text)
}

// armValue reads a value; "[…]" is an expression (template functions), "[[" an escape.
func armValue(path string, n *tree.Node, depth int) value {
	if n == nil || depth > maxValueDepth {
		return value{}
	}
	v := value{at: n.At(path)}
	switch n.Kind {
	case tree.Map:
		v.known, v.fields = true, map[string]value{}
		for _, p := range n.Pairs {
			field := armValue(path, p.Value, depth+1)
			field.at = sbom.At{Path: path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer}
			v.fields[p.Key] = field
		}
	case tree.List:
		v.known = true
		for _, item := range n.Items {
			v.list = append(v.list, armValue(path, item, depth+1))
		}
	default:
		text := n.Str()
		if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") && !strings.HasPrefix(text, "[[") {
			v.refs = []string{armReference(text[1 : len(text)-1])}
			return v
		}
		v.known, v.text = true, text
	}
	return v
}

// armReference is the address of a lone parameters('x') or variables('x'); any other
// expression stands for itself.
func armReference(expression string) string {
	for prefix, kind := range map[string]string{"parameters('": "var.parameters.", "variables('": "local.variables."} {
		if rest, ok := strings.CutPrefix(expression, prefix); ok {
			if name, ok := strings.CutSuffix(rest, "')"); ok && !strings.Contains(name, "'") {
				return kind + name
			}
		}
	}
	return expression
}
