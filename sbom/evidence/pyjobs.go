package evidence

import (
	"bytes"
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pythonJobs reads the calls with which Python starts workloads elsewhere: SageMaker,
// Vertex AI, Azure ML, Airflow operators, BentoML services. Names are followed to the
// last assignment of the same file; nothing is executed.
var pythonJobs = sbom.Collector{
	Name:     "evidence/python-jobs",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyIdentities},
	Match:    func(f *sbom.File) bool { return python.Reads(f) },
	MaxBytes: maxPythonBytes,
	Collect:  collectPythonJobs,
}

// maxPythonBytes bounds a module or a notebook with its outputs.
const maxPythonBytes = 16 << 20

// jobMarks are the packages of which one must be mentioned; most files mention none and
// are not parsed here.
var jobMarks = [][]byte{[]byte("sagemaker"), []byte("aiplatform"), []byte("azure.ai.ml"), []byte("KubernetesPodOperator"), []byte("bentoml")}

func collectPythonJobs(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	marked := false
	for _, mark := range jobMarks {
		marked = marked || bytes.Contains(content, mark)
	}
	if !marked {
		return nil
	}
	m := python.Of(f)
	p := &pyJobs{module: m, out: out, imports: map[string]string{}, values: map[string]python.Expr{}, started: map[string]*python.Call{}}
	python.InspectBody(m.Body, p.names)
	python.InspectBody(m.Body, p.visit)
	return nil
}

type pyJobs struct {
	module  *python.Module
	out     *sbom.Inventory
	imports map[string]string       // local name → dotted name
	values  map[string]python.Expr  // name → what was assigned to it last
	started map[string]*python.Call // name of a job → the call that runs it
}

// names collects imports, assignments and the calls that start a job.
func (p *pyJobs) names(n python.Node) bool {
	switch n := n.(type) {
	case *python.Import:
		for _, a := range n.Names {
			local, full := a.As, a.Name
			if n.From {
				full = n.Module + "." + a.Name
			}
			if local == "" {
				local, _, _ = strings.Cut(a.Name, ".")
				if !n.From {
					full = local
				}
			}
			p.imports[local] = full
		}
	case *python.Assign:
		for _, target := range n.Targets {
			if name, ok := target.(*python.Name); ok && n.Op == "" && n.Value != nil {
				p.values[name.ID] = n.Value
			}
		}
	case *python.Call:
		if a, ok := n.Func.(*python.Attribute); ok {
			if name, ok := a.X.(*python.Name); ok && (a.Attr == "run" || a.Attr == "submit" || a.Attr == "fit") {
				p.started[name.ID] = n
			}
		}
	}
	return true
}

// dotted is the full name of what an expression names.
func (p *pyJobs) dotted(e python.Expr) string {
	switch e := e.(type) {
	case *python.Name:
		if full, ok := p.imports[e.ID]; ok {
			return full
		}
		if a, ok := p.values[e.ID].(*python.Attribute); ok { // service = bentoml.service
			if x, ok := a.X.(*python.Name); ok {
				if full, ok := p.imports[x.ID]; ok {
					return full + "." + a.Attr
				}
			}
		}
		return e.ID
	case *python.Attribute:
		if x := p.dotted(e.X); x != "" {
			return x + "." + e.Attr
		}
	}
	return ""
}

// pyKind is what a callable starts.
type pyKind struct {
	platform, role string
	identity       []string // keyword arguments that name the role
}

// sagemakerTrainers are the estimators of the SageMaker SDK; a framework's estimator is
// called after the framework.
var sagemakerTrainers = map[string]bool{"Estimator": true, "PyTorch": true, "TensorFlow": true, "HuggingFace": true, "SKLearn": true, "XGBoost": true,
	"MXNet": true, "Chainer": true, "JumpStartEstimator": true, "ModelTrainer": true, "RLEstimator": true, "HyperparameterTuner": false}

var sagemakerServers = map[string]bool{"Model": true, "PyTorchModel": true, "TensorFlowModel": true, "HuggingFaceModel": true, "SKLearnModel": true,
	"XGBoostModel": true, "JumpStartModel": true, "MultiDataModel": true, "PipelineModel": true}

// kindOf tells what a call starts, by the package its name comes from.
func (p *pyJobs) kindOf(c *python.Call) (pyKind, string, bool) {
	full := p.dotted(c.Func)
	last := full[strings.LastIndexByte(full, '.')+1:]
	switch {
	case strings.HasPrefix(full, "sagemaker.") && sagemakerTrainers[last]:
		return pyKind{"sagemaker", "training", []string{"role"}}, last, true
	case strings.HasPrefix(full, "sagemaker.") && sagemakerServers[last]:
		return pyKind{"sagemaker", "serving", []string{"role"}}, last, true
	case last == "create_training_job" && hasKeyword(c, "RoleArn"):
		return pyKind{"sagemaker", "training", []string{"RoleArn"}}, last, true
	case last == "create_model" && hasKeyword(c, "ExecutionRoleArn"):
		return pyKind{"sagemaker", "serving", []string{"ExecutionRoleArn"}}, last, true
	case strings.Contains(full, "aiplatform") && strings.HasPrefix(last, "Custom") && strings.HasSuffix(last, "Job"):
		return pyKind{"vertex", "training", []string{"service_account"}}, last, true
	case strings.HasPrefix(full, "azure.ai.ml") && last == "ManagedOnlineDeployment":
		return pyKind{"azureml", "serving", nil}, last, true
	case strings.HasPrefix(full, "azure.ai.ml") && last == "ManagedOnlineEndpoint":
		return pyKind{"azureml", "serving", nil}, last, true
	case strings.HasPrefix(full, "azure.ai.ml") && last == "command":
		return pyKind{"azureml", "training", nil}, last, true
	case strings.HasPrefix(full, "airflow.") && last == "KubernetesPodOperator":
		return pyKind{"airflow", "", []string{"service_account_name"}}, last, true
	case full == "bentoml.service":
		return pyKind{"bentoml", "serving", nil}, "bentoml.service", true
	}
	return pyKind{}, "", false
}

func hasKeyword(c *python.Call, name string) bool {
	for _, k := range c.Keywords {
		if k.Name == name {
			return true
		}
	}
	return false
}

func (p *pyJobs) visit(n python.Node) bool {
	switch n := n.(type) {
	case *python.Assign:
		if c, ok := n.Value.(*python.Call); ok && len(n.Targets) == 1 {
			if name, ok := n.Targets[0].(*python.Name); ok {
				p.call(c, name.ID)
				for _, a := range c.Args {
					python.Inspect(a, p.visit)
				}
				return false
			}
		}
	case *python.Class:
		for _, d := range n.Decorators {
			if c, ok := d.(*python.Call); ok {
				p.call(c, n.Name)
			} else if p.dotted(d) == "bentoml.service" {
				p.call(&python.Call{Span: python.Span{From: d.Pos(), To: d.End()}, Func: d}, n.Name)
			}
		}
		python.InspectBody(n.Body, p.visit)
		p.bentoModels(n)
		return false
	case *python.Call:
		p.call(n, "")
	}
	return true
}

func (p *pyJobs) call(c *python.Call, name string) {
	kind, what, ok := p.kindOf(c)
	if !ok {
		return
	}
	args := map[string]python.Expr{}
	for _, k := range c.Keywords {
		args[k.Name] = k.Value
	}
	if run := p.started[name]; run != nil && kind.platform != "sagemaker" {
		for _, k := range run.Keywords {
			args[k.Name] = k.Value
		}
	}
	w := sbom.Workload{
		Name: name, Role: kind.role, Platform: kind.platform, Kind: what, Limits: map[string]string{}, Settings: map[string]string{}, Labels: map[string]string{}, At: p.module.AtNode(c),
		Security: sbom.Security{Privileged: sbom.Unstated, RunAsRoot: sbom.Unstated, PrivilegeEscalates: sbom.Unstated, HostNetwork: sbom.Unstated,
			HostPID: sbom.Unstated, HostIPC: sbom.Unstated, ReadOnlyRoot: sbom.Unstated, At: p.module.AtNode(c)},
	}
	if w.Name == "" {
		w.Name = what
	}
	for _, key := range kind.identity {
		w.Identity = p.identity(args[key], 0)
	}
	p.arguments(&w, args)
	p.isolation(&w, args)
	if kind.role == "" {
		var run container
		for _, key := range []string{"cmds", "arguments"} {
			for _, text := range p.texts(args[key]) {
				run.words = append(run.words, shellWords(text, w.At)...)
			}
		}
		run.images = w.Images
		if found := readContainer(&w, run); found != nil {
			decideRole(&w, "", []*program{found})
		} else {
			decideRole(&w, "", nil)
		}
	}
	p.out.Workloads = append(p.out.Workloads, w)
}

// arguments reads images, models, variables, labels and limits.
func (p *pyJobs) arguments(w *sbom.Workload, args map[string]python.Expr) {
	for _, key := range []string{"image_uri", "image", "container_uri", "container_image_uri"} {
		if text, ok := p.text(args[key]); ok && text != "" {
			w.Images = append(w.Images, image(text, p.module.AtNode(args[key])))
		}
	}
	for _, key := range []string{"model_data", "model_id"} {
		if text, ok := p.text(args[key]); ok && text != "" && w.Role == "serving" && (strings.Contains(text, ":/") || hubName.MatchString(text)) {
			w.Models = append(w.Models, servedModel(text, "", p.module.AtNode(args[key])))
		}
	}
	for _, key := range []string{"env", "environment", "env_vars", "environment_variables"} {
		if d, ok := p.value(args[key]).(*python.Dict); ok {
			for i, k := range d.Keys {
				name, known := p.text(k)
				if !known {
					continue
				}
				v := sbom.EnvVar{Name: name, Source: "unresolved", At: p.module.AtNode(d.Values[i])}
				if text, ok := p.text(d.Values[i]); ok {
					v = variable(name, text, v.At)
				} else if strings.HasPrefix(p.dotted(d.Values[i]), "settings.") || strings.HasPrefix(p.dotted(d.Values[i]), "config.") {
					v.Source = "settings"
				}
				w.Env = append(w.Env, v)
			}
		}
	}
	if m, ok := modelVariable(w.Env); ok && w.Role == "serving" && len(w.Models) == 0 {
		w.Models = append(w.Models, servedModel(m.Value, envValue(w.Env, "HF_MODEL_REVISION"), m.At))
	}
	if d, ok := p.value(args["labels"]).(*python.Dict); ok {
		for i, k := range d.Keys {
			if name, known := p.text(k); known {
				w.Labels[name], _ = p.text(d.Values[i])
			}
		}
	}
	for key, limit := range map[string]string{"max_run": "max_run", "timeout": "timeout", "stopping_condition": "max_run", "StoppingCondition": "max_run", "limits": "timeout", "execution_timeout": "timeout", "max_concurrency": "concurrency"} {
		if e := args[key]; e != nil {
			w.Limits[limit], _ = p.text(e)
		}
	}
	if w.Role == "training" && w.Platform == "sagemaker" && w.Limits["max_run"] == "" && w.Kind != "create_training_job" {
		w.Limits["max_run"] = "86400" // the default of the SDK: a day
	}
}

// isolation reads the network settings of the SDKs under the names of the resources.
func (p *pyJobs) isolation(w *sbom.Workload, args map[string]python.Expr) {
	switch w.Platform {
	case "sagemaker":
		w.Settings["network_isolation"] = string(p.tri(args["enable_network_isolation"], args["EnableNetworkIsolation"]))
		w.Settings["vpc"] = "no"
		for _, key := range []string{"subnets", "vpc_config", "VpcConfig", "networking"} {
			if args[key] != nil {
				w.Settings["vpc"] = "yes"
			}
		}
		if args[""] != nil { // **kwargs may bring any of them
			w.Settings["vpc"], w.Settings["network_isolation"] = "unresolved", "unresolved"
		}
	case "vertex":
		w.Settings["vpc"] = "no"
		if args["network"] != nil || args["psc_interface_config"] != nil || args[""] != nil {
			w.Settings["vpc"] = "yes"
		}
	case "azureml":
		if e := args["public_network_access"]; e != nil {
			text, _ := p.text(e)
			w.Settings["public"] = string(sbom.TriOf(strings.EqualFold(text, "enabled")))
		}
	}
}

func (p *pyJobs) tri(list ...python.Expr) sbom.Tri {
	for _, e := range list {
		switch e := p.value(e).(type) {
		case nil:
		case *python.Const:
			return sbom.TriOf(e.Text == "True")
		default:
			return sbom.Unresolved
		}
	}
	return sbom.Unstated
}

// maxNameSteps bounds the chain of names that is followed.
const maxNameSteps = 8

// value follows names to what was assigned to them.
func (p *pyJobs) value(e python.Expr) python.Expr {
	for range maxNameSteps {
		name, ok := e.(*python.Name)
		if !ok {
			return e
		}
		next := p.values[name.ID]
		if next == nil {
			return e
		}
		e = next
	}
	return e
}

func (p *pyJobs) text(e python.Expr) (string, bool) {
	switch e := p.value(e).(type) {
	case *python.Str:
		return e.Value, true
	case *python.Num:
		return e.Text, true
	case *python.Const:
		return e.Text, true
	}
	return "", false
}

func (p *pyJobs) texts(e python.Expr) []string {
	list, ok := p.value(e).(*python.List)
	if !ok {
		if text, ok := p.text(e); ok {
			return []string{text}
		}
		return nil
	}
	var out []string
	for _, item := range list.Elts {
		if text, ok := p.text(item); ok {
			out = append(out, text)
		}
	}
	return out
}

// identity names the role of a job: a literal, or the setting or variable of the
// environment that holds it. One that is asked for at run time is not known.
func (p *pyJobs) identity(e python.Expr, depth int) string {
	if e == nil || depth > maxNameSteps {
		return ""
	}
	switch e := p.value(e).(type) {
	case *python.Str:
		return e.Value
	case *python.Attribute:
		if full := p.dotted(e); full != "" {
			return "settings:" + full
		}
	case *python.Subscript:
		if key, ok := e.Index.(*python.Str); ok {
			if p.dotted(e.X) == "os.environ" {
				return "env:" + key.Value
			}
			if full := p.dotted(e.X); full != "" {
				return "settings:" + full + "." + key.Value
			}
		}
	case *python.Call:
		full := p.dotted(e.Func)
		if (full == "os.getenv" || full == "os.environ.get") && len(e.Args) > 0 {
			if key, ok := e.Args[0].(*python.Str); ok {
				return "env:" + key.Value
			}
		}
	}
	return ""
}

// bentoModels adds the models that a BentoML service declares in its body
// (bentoml.models.HuggingFaceModel) and the limits of its traffic.
func (p *pyJobs) bentoModels(class *python.Class) {
	n := len(p.out.Workloads)
	if n == 0 || p.out.Workloads[n-1].Name != class.Name || p.out.Workloads[n-1].Platform != "bentoml" {
		return
	}
	w := &p.out.Workloads[n-1]
	python.InspectBody(class.Body, func(node python.Node) bool {
		c, ok := node.(*python.Call)
		if !ok || !strings.HasSuffix(p.dotted(c.Func), "HuggingFaceModel") || len(c.Args) == 0 {
			return true
		}
		if text, ok := p.text(c.Args[0]); ok {
			revision := ""
			for _, k := range c.Keywords {
				if k.Name == "revision" {
					revision, _ = p.text(k.Value)
				}
			}
			w.Models = append(w.Models, servedModel(text, revision, p.module.AtNode(c.Args[0])))
		}
		return true
	})
	for _, d := range class.Decorators {
		c, ok := d.(*python.Call)
		if !ok {
			continue
		}
		for _, k := range c.Keywords {
			p.bentoLimits(w, k)
		}
	}
}

func (p *pyJobs) bentoLimits(w *sbom.Workload, k python.Keyword) {
	d, ok := p.value(k.Value).(*python.Dict)
	if !ok {
		return
	}
	for i, key := range d.Keys {
		name, known := p.text(key)
		text, _ := p.text(d.Values[i])
		switch {
		case !known:
		case k.Name == "traffic" && (name == "concurrency" || name == "max_concurrency"):
			w.Limits["concurrency"] = text
		case k.Name == "resources" && name == "gpu":
			w.Limits["gpu"] = text
		}
	}
}
