package evidence

import "github.com/mlpolicy/mlpolicy/sbom"

// infrastructureCollectors read what runs models, as whom, and who can reach it.
var infrastructureCollectors = []sbom.Collector{
	kubernetes,
	kustomize,
	compose,
	dockerfile,
	terraform,
	cloudFormation,
	azureTemplate,
	bicep,
	pythonJobs,
	torchServe,
	triton,
	taskYAML,
	helmValues,
	dotEnv,
	kong,
	nginx,
	liteLLM,
	nemoGuardrails,
}

// infrastructureLinkers join workloads with identities, network policies and ways in.
var infrastructureLinkers = []sbom.Linker{
	{Name: "evidence/kustomize", Link: linkKustomize},
	{Name: "evidence/cloud", Link: linkCloud},
	{Name: "evidence/network-policies", Link: linkNetworkPolicies},
	{Name: "evidence/exposures", Link: linkExposures},
	{Name: "evidence/routes", Link: linkRoutes},
	{Name: "evidence/identities", Link: linkIdentities},
}
