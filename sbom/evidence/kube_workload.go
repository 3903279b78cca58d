package evidence

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// kindFacts is what a kind says by itself.
type kindFacts struct {
	platform string
	role     string // "" when images and commands decide
}

// kubeKinds are the kinds that mean something for models. Kinds of the same name in
// other groups run something else, so the group is part of the key where it must be.
var kubeKinds = map[string]kindFacts{
	"InferenceService": {"kserve", "serving"}, "LLMInferenceService": {"kserve", "serving"}, "InferenceGraph": {"kserve", "serving"},
	"ServingRuntime": {"kserve", "runtime"}, "ClusterServingRuntime": {"kserve", "runtime"}, "LLMInferenceServiceConfig": {"kserve", "runtime"},
	"ClusterStorageContainer": {"kserve", "other"},
	"RayService":              {"ray", "serving"}, "RayCluster": {"ray", ""}, "RayJob": {"ray", ""}, "RayCronJob": {"ray", ""},
	"SeldonDeployment": {"seldon", "serving"}, "VLLMRuntime": {"operator", "serving"},
	"PyTorchJob": {"kubeflow", "training"}, "TFJob": {"kubeflow", "training"}, "MPIJob": {"kubeflow", "training"}, "XGBoostJob": {"kubeflow", "training"},
	"PaddleJob": {"kubeflow", "training"}, "JAXJob": {"kubeflow", "training"}, "MXJob": {"kubeflow", "training"}, "TrainJob": {"kubeflow", "training"},
	"TrainingRuntime": {"kubeflow", "runtime"}, "ClusterTrainingRuntime": {"kubeflow", "runtime"}, "Experiment": {"kubeflow", "training"},
	"Workflow": {"argo", ""}, "CronWorkflow": {"argo", ""}, "WorkflowTemplate": {"argo", ""}, "ClusterWorkflowTemplate": {"argo", ""},
	"FeatureStore": {"kubernetes", "feature_store"}, "ModelRegistry": {"kubernetes", "registry"},
	"NIMService": {"operator", "serving"}, "DynamoGraphDeployment": {"operator", "serving"},
}

// modelGroups tells apart the two operators that call an object Model.
var modelGroups = map[string]kindFacts{
	"kubeai.org":                    {"kubeai", "serving"},
	"mlops.seldon.io":               {"seldon", "serving"},
	"inference.networking.x-k8s.io": {"kubernetes", "other"},
}

func (o *object) facts() kindFacts {
	switch o.kind {
	case "Model":
		return modelGroups[o.group]
	case "Notebook":
		if o.group == "kubeflow.org" {
			return kindFacts{"kubeflow", "notebook"}
		}
	case "Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate":
		if o.group != "argoproj.io" {
			return kindFacts{"kubernetes", ""}
		}
	case "Experiment":
		if o.group != "kubeflow.org" {
			return kindFacts{"kubernetes", ""}
		}
	}
	if f, ok := kubeKinds[o.kind]; ok {
		return f
	}
	return kindFacts{"kubernetes", ""}
}

// workload states the workload of an object that runs something.
func (o *object) workload(out *sbom.Inventory) {
	facts := o.facts()
	pods := podsOf(o.root.Get("spec"), nil)
	if o.kind == "Pod" {
		pods = podsOf(o.root.Get("spec"), scalarMap(o.root.Get("metadata", "labels")))
	}
	if len(pods) == 0 && facts.role == "" {
		return
	}
	w := o.newWorkload(facts)
	var programs []*program
	for _, p := range pods {
		programs = append(programs, kubePod(o.file.Path, &w, p)...)
	}
	if operated(pods) {
		w.Security.RunAsRoot = firstStated(w.Security.RunAsRoot, sbom.Unresolved)
		w.Security.PrivilegeEscalates = firstStated(w.Security.PrivilegeEscalates, sbom.Unresolved)
	}
	o.bounds(&w)
	programs = append(programs, o.models(&w)...)
	decideRole(&w, facts.role, programs)
	for _, p := range pods {
		out.Keep(scratchPods, podLabels{at: w.At, name: w.Name, namespace: w.Namespace, labels: p.labels})
	}
	if len(pods) == 0 {
		out.Keep(scratchPods, podLabels{at: w.At, name: w.Name, namespace: w.Namespace, labels: operatorLabels(o)})
	}
	out.Workloads = append(out.Workloads, w)
}

// operated tells whether an operator makes the containers: their security context is in
// its templates (KServe: the serving runtime), which the object does not name.
func operated(pods []pod) bool {
	for _, p := range pods {
		if p.spec.Has("containers") || p.spec.Has("container") || p.spec.Has("script") {
			return false
		}
	}
	return true
}

// operatorLabels are the labels an operator gives the pods it makes from an object.
func operatorLabels(o *object) map[string]string {
	labels := scalarMap(o.root.Get("metadata", "labels"))
	if o.kind == "InferenceService" {
		labels["serving.kserve.io/inferenceservice"] = o.name
	}
	return labels
}

func (o *object) newWorkload(facts kindFacts) sbom.Workload {
	w := sbom.Workload{
		Name: o.name, Namespace: o.namespace, Platform: facts.platform, Kind: o.kind,
		Limits: map[string]string{}, Settings: map[string]string{}, Labels: scalarMap(o.root.Get("metadata", "labels")), At: o.at(),
		Security: sbom.Security{Privileged: sbom.No, RunAsRoot: sbom.Unstated, PrivilegeEscalates: sbom.Unstated,
			HostNetwork: sbom.No, HostPID: sbom.No, HostIPC: sbom.No, ReadOnlyRoot: sbom.Unstated},
	}
	if name := o.root.Get("spec", "serviceAccountName").Str(); name != "" {
		w.Identity = qualified(o.namespace, name)
	}
	return w
}

// bounds reads what ends a job: a deadline, a timeout, or a quota of a queue.
func (o *object) bounds(w *sbom.Workload) {
	spec := o.root.Get("spec")
	for _, path := range [][]string{{"activeDeadlineSeconds"}, {"runPolicy", "activeDeadlineSeconds"}, {"workflowSpec", "activeDeadlineSeconds"},
		{"jobTemplate", "spec", "activeDeadlineSeconds"}, {"trialTemplate", "trialSpec", "spec", "activeDeadlineSeconds"},
		{"trialTemplate", "trialSpec", "spec", "runPolicy", "activeDeadlineSeconds"}} {
		if n := spec.Get(path...); n != nil {
			w.Limits["deadline_seconds"] = n.Str()
		}
	}
	for _, where := range []*tree.Node{o.root.Get("metadata", "labels"), o.annotations()} {
		if queue := where.Get("kueue.x-k8s.io/queue-name").Str(); queue != "" {
			w.Limits["quota"] = queue
		}
	}
	for _, path := range [][]string{{"predictor", "containerConcurrency"}, {"containerConcurrency"}, {"targetRequests"}} {
		if n := spec.Get(path...); n != nil {
			w.Limits["concurrency"] = n.Str()
		}
	}
	if n := spec.Get("predictor", "canaryTrafficPercent"); n != nil {
		w.Settings["canary_percent"] = n.Str()
	}
	if n := o.annotations().Get("sidecar.istio.io/inject"); n != nil {
		w.Settings["mesh"] = n.Str()
	}
}

// models reads the models and commands that operators take in fields of their own, and
// returns the programs of those commands.
func (o *object) models(w *sbom.Workload) []*program {
	spec := o.root.Get("spec")
	add := func(parent *tree.Node, key string, percent int) {
		if uri := parent.Get(key).Str(); uri != "" {
			m := servedModel(uri, "", parent.KeyAt(o.file.Path, key))
			m.TrafficPercent = percent
			w.Models = append(w.Models, m)
		}
	}
	switch o.kind {
	case "InferenceService":
		percent := int(spec.Get("predictor", "canaryTrafficPercent").Int(-1))
		for _, p := range pairs(spec.Get("predictor")) {
			add(p.Value, "storageUri", percent)
		}
	case "LLMInferenceService":
		add(spec.Get("model"), "uri", -1)
		for _, lora := range items(spec.Get("model", "lora", "adapters")) {
			add(lora, "uri", -1)
		}
	case "Model":
		add(spec, "url", -1)
		add(spec, "storageUri", -1)
		w.Args = append(w.Args, arguments(spec.Get("args"))...)
		c := container{words: wordsOf(o.file.Path, spec.Get("args"))}
		for _, p := range pairs(spec.Get("env")) {
			c.env = append(c.env, variable(p.Key, p.Value.Str(), p.Value.At(o.file.Path)))
		}
		w.Env = append(w.Env, c.env...)
		commandLimits(w, c)
		commandSettings(w, c)
		if n := spec.Get("resourceProfile").Str(); n != "" {
			w.Limits["gpu"] = n
		}
	case "SeldonDeployment":
		for _, predictor := range items(spec.Get("predictors")) {
			percent := int(predictor.Get("traffic").Int(-1))
			predictor.Get("graph").Walk(func(_ string, n *tree.Node) bool {
				add(n, "modelUri", percent)
				return true
			})
		}
	case "RayService":
		o.rayServe(w)
	case "RayCluster", "RayJob":
		return o.rayJob(w)
	}
	return nil
}

// rayJob reads the entry point of a RayJob and the dashboard of its cluster, through
// which anybody who reaches it submits jobs (KubeRay, "rayStartParams").
func (o *object) rayJob(w *sbom.Workload) []*program {
	entry := o.root.Get("spec", "entrypoint")
	if entry != nil {
		w.Args = append(w.Args, arguments(entry)...)
	}
	o.root.Get("spec").Walk(func(key string, n *tree.Node) bool {
		if host := n.Get("rayStartParams", "dashboard-host").Str(); host != "" {
			w.Listens = slices.DeleteFunc(w.Listens, func(l sbom.Listener) bool { return l.Port == rayDashboard })
			w.Listens = append(w.Listens, sbom.Listener{Address: host, Port: rayDashboard, Name: "dashboard", Auth: sbom.No, TLS: sbom.No,
				At: n.Get("rayStartParams").KeyAt(o.file.Path, "dashboard-host")})
			return false
		}
		return true
	})
	if p := readContainer(w, container{words: shellWords(entry.Str(), entry.At(o.file.Path)), env: w.Env}); p != nil {
		return []*program{p}
	}
	return nil
}

// rayDashboard is the port of the dashboard and job server of Ray.
const rayDashboard = 8265

// rayServe reads serveConfigV2, YAML in a string (Ray Serve config schema).
func (o *object) rayServe(w *sbom.Workload) {
	o.rayJob(w)
	config := o.root.Get("spec", "serveConfigV2")
	docs, err := tree.YAML([]byte(config.Str()))
	if err != nil || len(docs) == 0 {
		return
	}
	for _, app := range items(docs[0].Get("applications")) {
		for _, p := range pairs(app.Get("runtime_env", "env_vars")) {
			at := config.At(o.file.Path)
			at.Line += p.Line // the block scalar starts on the line after its key
			w.Env = append(w.Env, variable(p.Key, p.Value.Str(), at))
		}
	}
	if v, ok := modelVariable(w.Env); ok {
		w.Models = append(w.Models, servedModel(v.Value, envValue(w.Env, "REVISION"), v.At))
	}
}

// admission states that the cluster verifies signatures when pods are admitted.
func (o *object) admission(out *sbom.Inventory) bool {
	verifies := false
	switch {
	case o.group == "policy.sigstore.dev" && o.kind == "ClusterImagePolicy",
		o.kind == "ModelValidation", o.group == "config.ratify.deislabs.io", o.group == "config.ratify.dev",
		strings.HasPrefix(o.group, "connaisseur."):
		verifies = true
	case o.group == "kyverno.io" || o.group == "policies.kyverno.io":
		o.root.Walk(func(key string, _ *tree.Node) bool {
			verifies = verifies || key == "verifyImages" || key == "attestors"
			return !verifies
		})
	case o.kind == "ValidatingAdmissionPolicy", o.kind == "ValidatingWebhookConfiguration":
		o.root.Walk(func(_ string, n *tree.Node) bool {
			text := strings.ToLower(n.Str())
			verifies = verifies || strings.Contains(text, "cosign") || strings.Contains(text, "sigstore") || strings.Contains(text, "ratify") || strings.Contains(text, "model-validation")
			return !verifies
		})
		if !verifies {
			return true
		}
	default:
		return false
	}
	if verifies {
		out.Keep(scratchAdmission, admissionScope{namespace: o.namespace, name: o.kind + " " + o.name})
	}
	return true
}
