package evidence

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// cloudKind says what a resource is for models and where it keeps the common facts.
type cloudKind struct {
	platform, role string
	identity       []string // path of the role
	vpc            []string // any of these keys puts it into a private network
	kms            []string // path of the key of the customer
}

// cloudKinds are the resources that train, serve or hold notebooks, as the providers
// document them.
var cloudKinds = map[string]cloudKind{
	"aws_sagemaker_model":                                    {"sagemaker", "serving", []string{"execution_role_arn"}, []string{"vpc_config"}, nil},
	"aws_sagemaker_training_job":                             {"sagemaker", "training", []string{"role_arn"}, []string{"vpc_config"}, []string{"output_data_config", "kms_key_id"}},
	"aws_sagemaker_notebook_instance":                        {"sagemaker", "notebook", []string{"role_arn"}, []string{"subnet_id"}, []string{"kms_key_id"}},
	"aws_sagemaker_domain":                                   {"sagemaker", "notebook", []string{"default_user_settings", "execution_role"}, []string{"vpc_id"}, []string{"kms_key_id"}},
	"aws_sagemaker_pipeline":                                 {"sagemaker", "pipeline", []string{"role_arn"}, nil, nil},
	"aws_ecs_task_definition":                                {"ecs", "", []string{"task_role_arn"}, nil, nil},
	"aws_batch_job_definition":                               {"batch", "", []string{"container_properties", "jobRoleArn"}, nil, nil},
	"aws_lambda_function":                                    {"lambda", "", []string{"role"}, []string{"vpc_config"}, []string{"kms_key_arn"}},
	"google_vertex_ai_endpoint":                              {"vertex", "serving", nil, []string{"network", "private_service_connect_config"}, []string{"encryption_spec"}},
	"google_vertex_ai_endpoint_with_model_garden_deployment": {"vertex", "serving", nil, []string{"network"}, []string{"encryption_spec"}},
	"google_workbench_instance":                              {"vertex", "notebook", []string{"gce_setup", "service_accounts", "email"}, nil, nil},
	"google_notebooks_instance":                              {"vertex", "notebook", []string{"service_account"}, nil, []string{"kms_key"}},
	"google_cloud_run_service":                               {"cloudrun", "", []string{"template", "spec", "service_account_name"}, nil, nil},
	"google_cloud_run_v2_service":                            {"cloudrun", "", []string{"template", "service_account"}, nil, nil},
	"google_cloud_run_v2_job":                                {"cloudrun", "", []string{"template", "template", "service_account"}, nil, nil},
	"azurerm_machine_learning_workspace":                     {"azureml", "notebook", nil, []string{"managed_network"}, []string{"encryption"}},
	"azurerm_machine_learning_compute_cluster":               {"azureml", "training", nil, []string{"subnet_resource_id"}, nil},
	"azurerm_machine_learning_compute_instance":              {"azureml", "notebook", nil, []string{"subnet_resource_id"}, nil},
	"azureml_online_endpoint":                                {"azureml", "serving", nil, nil, nil},
	"azurerm_cognitive_account":                              {"azureml", "serving", nil, []string{"network_acls"}, []string{"customer_managed_key"}},
	"azurerm_linux_web_app":                                  {"azure", "", nil, nil, nil},
	"azurerm_linux_function_app":                             {"azure", "", nil, nil, nil},
	"azurerm_container_app":                                  {"azure", "", nil, nil, nil},
}

func (c *cloud) workload(r resource) {
	kind, ok := cloudKinds[r.kind]
	if !ok || r.kind == "azurerm_cognitive_account" && !strings.EqualFold(c.get(r, "kind").text, "OpenAI") && !strings.EqualFold(c.get(r, "kind").text, "AIServices") {
		return
	}
	w := sbom.Workload{
		Name: r.name, Platform: kind.platform, Kind: r.kind, Limits: map[string]string{}, Settings: map[string]string{}, Labels: c.tags(r), At: r.at,
		Security: sbom.Security{Privileged: sbom.Unstated, RunAsRoot: sbom.Unstated, PrivilegeEscalates: sbom.Unstated, HostNetwork: sbom.Unstated,
			HostPID: sbom.Unstated, HostIPC: sbom.Unstated, ReadOnlyRoot: sbom.Unstated, At: r.at},
	}
	if kind.identity != nil {
		w.Identity = c.identityOf(r.folder, c.get(r, kind.identity...))
	}
	if kind.vpc != nil {
		w.Settings["vpc"] = "no"
		for _, key := range kind.vpc {
			if r.config.get(key).given() {
				w.Settings["vpc"] = "yes"
			}
		}
	}
	if kind.kms != nil {
		w.Settings["kms_key"] = given(c.get(r, kind.kms...))
	}
	var found []*program
	for _, run := range c.containers(r, &w) {
		if p := readContainer(&w, run); p != nil {
			found = append(found, p)
		}
	}
	c.cloudSettings(r, &w)
	c.cloudModels(r, &w)
	decideRole(&w, kind.role, found)
	c.inv.Workloads = append(c.inv.Workloads, w)
}

func given(v value) string {
	if v.given() {
		return "yes"
	}
	return "no"
}

func (c *cloud) tags(r resource) map[string]string {
	labels := map[string]string{}
	for _, key := range []string{"tags", "labels"} {
		for name, v := range c.get(r, key).fields {
			labels[name] = c.resolve(r.folder, v).text
		}
	}
	return labels
}

// containers is what runs in the containers of a resource. Where a platform has a JSON
// document for them, it is written with jsonencode or as text.
func (c *cloud) containers(r resource, w *sbom.Workload) []container {
	var blocks []value
	switch r.kind {
	case "aws_sagemaker_model":
		blocks = append(r.config.get("primary_container").each(), r.config.get("container").each()...)
	case "aws_sagemaker_training_job":
		blocks = r.config.get("algorithm_specification").each()
	case "aws_ecs_task_definition":
		blocks = c.document(r, "container_definitions").each()
	case "aws_batch_job_definition":
		blocks = c.document(r, "container_properties").each()
	case "google_cloud_run_service":
		blocks = r.config.get("template", "spec", "containers").each()
	case "google_cloud_run_v2_service":
		blocks = r.config.get("template", "containers").each()
	case "google_cloud_run_v2_job":
		blocks = r.config.get("template", "template", "containers").each()
	case "azurerm_container_app":
		blocks = r.config.get("template", "container").each()
	default:
		blocks = []value{r.config}
	}
	var out []container
	for _, b := range blocks {
		run := c.container(r, b)
		w.Images = append(w.Images, run.images...)
		w.Env = append(w.Env, run.env...)
		for _, word := range run.words {
			w.Args = append(w.Args, redactText(word.text, ""))
		}
		if b.get("privileged").tri() == sbom.Yes {
			w.Security.Privileged, w.Security.At = sbom.Yes, b.get("privileged").at
		}
		if user := b.get("user").text; user != "" {
			w.Security.RunAsRoot = sbom.TriOf(user == "0" || user == "root")
		}
		for _, limit := range b.get("resource_requirements").each() {
			if strings.EqualFold(limit.get("type").text, "GPU") {
				w.Limits["gpu"] = limit.get("value").text
			}
		}
		for name, v := range b.get("resources", "limits").fields {
			if strings.Contains(name, "gpu") {
				name = "gpu"
			}
			w.Limits[name] = v.text
		}
		out = append(out, run)
	}
	return out
}

// document is a JSON document given as an expression or as text.
func (c *cloud) document(r resource, key string) value {
	v := c.get(r, key)
	if v.known && v.text != "" {
		var raw any
		if json.Unmarshal([]byte(v.text), &raw) == nil {
			return plain(raw, v.at, 0)
		}
	}
	return v
}

// plain turns decoded JSON into a value.
func plain(raw any, at sbom.At, depth int) value {
	v := value{known: true, at: at}
	if depth > maxValueDepth {
		return v
	}
	switch raw := raw.(type) {
	case map[string]any:
		v.fields = map[string]value{}
		for k, e := range raw {
			v.fields[k] = plain(e, at, depth+1)
		}
	case []any:
		for _, e := range raw {
			v.list = append(v.list, plain(e, at, depth+1))
		}
	case string:
		v.text = raw
	case bool:
		v.text = "false"
		if raw {
			v.text = "true"
		}
	case float64:
		b, _ := json.Marshal(raw)
		v.text = string(b)
	}
	return v
}

func (c *cloud) container(r resource, b value) container {
	var run container
	for _, key := range []string{"image", "training_image", "image_uri"} {
		v := c.resolve(r.folder, b.get(key))
		if v.text != "" {
			run.images = append(run.images, image(v.text, v.at))
		}
	}
	for _, key := range []string{"entryPoint", "entrypoint", "command", "args"} {
		for _, v := range c.resolve(r.folder, b.get(key)).each() {
			text := c.resolve(r.folder, v).text
			if strings.ContainsAny(text, " \n") {
				run.words = append(run.words, shellWords(text, v.at)...)
			} else if text != "" {
				run.words = append(run.words, word{text, v.at})
			}
		}
	}
	for _, key := range []string{"environment", "env", "app_settings", "environment_variables"} {
		v := c.resolve(r.folder, b.get(key))
		for _, inner := range []string{"variables", "Variables"} {
			if key == "environment" && v.get(inner).given() {
				v = c.resolve(r.folder, v.get(inner))
			}
		}
		run.env = append(run.env, c.variables(r, v)...)
	}
	for _, s := range c.resolve(r.folder, b.get("secrets")).each() {
		if name := s.get("name").text; name != "" {
			run.env = append(run.env, sbom.EnvVar{Name: name, Source: "secret", At: s.at})
		}
	}
	slices.SortStableFunc(run.env, func(a, b sbom.EnvVar) int { return strings.Compare(a.Name, b.Name) })
	return run
}

// variables reads a map, or a list of name and value.
func (c *cloud) variables(r resource, v value) []sbom.EnvVar {
	var out []sbom.EnvVar
	add := func(name string, v value) {
		e := variable(name, c.resolve(r.folder, v).text, v.at)
		if e.Value == "" && !e.Secret && len(v.refs) > 0 {
			e.Source = "unresolved"
			if strings.Contains(strings.Join(v.refs, " "), "secret") {
				e.Source = "secret"
			}
		}
		if e.At.Line == 0 {
			e.At = r.at
		}
		out = append(out, e)
	}
	for name, field := range v.fields {
		if name != "name" || !v.has("value") {
			add(name, field)
		}
	}
	for _, e := range v.list {
		if name := e.get("name").text; name != "" {
			if e.has("value_source") || e.has("value_from") || e.has("secret_name") {
				out = append(out, sbom.EnvVar{Name: name, Source: "secret", At: e.at})
				continue
			}
			add(name, e.get("value"))
		}
	}
	if name := v.get("name").text; name != "" && v.fields != nil && v.has("value") {
		add(name, v.get("value"))
		out = slices.DeleteFunc(out, func(e sbom.EnvVar) bool { return e.Name == "value" })
	}
	return out
}

// cloudSettings states what the providers call isolation, under one set of names.
func (c *cloud) cloudSettings(r resource, w *sbom.Workload) {
	switch r.kind {
	case "aws_sagemaker_model", "aws_sagemaker_training_job":
		w.Settings["network_isolation"] = string(c.get(r, "enable_network_isolation").tri())
		if v := c.get(r, "stopping_condition", "max_runtime_in_seconds"); v.text != "" {
			w.Limits["deadline_seconds"] = v.text
		}
	case "aws_sagemaker_notebook_instance":
		w.Settings["direct_internet_access"] = strings.ToLower(c.get(r, "direct_internet_access").text)
		if strings.EqualFold(c.get(r, "root_access").text, "Enabled") {
			w.Security.RunAsRoot = sbom.Yes
		}
	case "aws_sagemaker_domain":
		if strings.EqualFold(c.get(r, "app_network_access_type").text, "VpcOnly") {
			w.Settings["egress"] = "restricted"
		}
	case "google_workbench_instance":
		w.Settings["public"] = string(opposite(c.get(r, "gce_setup", "disable_public_ip").tri()))
	case "google_notebooks_instance":
		w.Settings["public"] = string(opposite(c.get(r, "no_public_ip").tri()))
	case "azurerm_machine_learning_workspace", "azurerm_cognitive_account", "azureml_online_endpoint":
		w.Settings["public"] = string(c.get(r, "public_network_access_enabled").tri())
	case "azurerm_machine_learning_compute_cluster":
		if v := c.get(r, "scale_settings", "max_node_count"); v.given() {
			w.Limits["quota"] = v.text
		}
	case "aws_batch_job_definition":
		if v := c.get(r, "timeout", "attempt_duration_seconds"); v.given() {
			w.Limits["timeout"] = v.text
		}
	case "google_cloud_run_v2_service", "google_cloud_run_service":
		if v := c.get(r, "template", "max_instance_request_concurrency"); v.given() {
			w.Limits["concurrency"] = v.text
		}
	}
}

func opposite(t sbom.Tri) sbom.Tri {
	switch t {
	case sbom.Yes:
		return sbom.No
	case sbom.No:
		return sbom.Yes
	}
	return t
}

func (c *cloud) cloudModels(r resource, w *sbom.Workload) {
	if r.kind != "aws_sagemaker_model" {
		return
	}
	for _, b := range append(r.config.get("primary_container").each(), r.config.get("container").each()...) {
		for _, path := range [][]string{{"model_data_url"}, {"model_data_source", "s3_data_source", "s3_uri"}, {"model_package_name"}} {
			v := c.resolve(r.folder, b.get(path...))
			if v.text != "" {
				w.Models = append(w.Models, servedModel(v.text, "", v.at))
			}
		}
		if v, ok := modelVariable(w.Env); ok && len(w.Models) == 0 {
			w.Models = append(w.Models, servedModel(v.Value, envValue(w.Env, "HF_MODEL_REVISION"), v.At))
		}
	}
	// The endpoint configuration that serves the model says how it is encrypted, whether
	// requests are kept, and which share of the traffic it gets.
	for _, e := range c.resources {
		if e.kind != "aws_sagemaker_endpoint_configuration" || e.folder != r.folder {
			continue
		}
		for _, variant := range e.config.get("production_variants").each() {
			if t, ok := c.target(e.folder, variant.get("model_name")); !ok || t.address() != r.address() {
				continue
			}
			w.Settings["kms_key"] = given(c.get(e, "kms_key_arn"))
			if e.config.get("kms_key_id").given() {
				w.Settings["kms_key"] = "yes"
			}
			if c.get(e, "data_capture_config", "enable_capture").tri() == sbom.Yes {
				w.Settings["data_capture"] = "on"
				w.Settings["data_capture_kms"] = given(c.get(e, "data_capture_config", "kms_key_id"))
			}
			if n := len(e.config.get("production_variants").each()); n > 1 {
				w.Settings["variants"] = variant.get("initial_variant_weight").text
			}
		}
	}
}
