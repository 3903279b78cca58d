package evidence

import "github.com/mlpolicy/mlpolicy/sbom"

// lifecycleCollectors read evidence of the stages around the infrastructure: CI
// pipelines, alerts, experiment runs, registries, gateways, feature stores, secrets.
var lifecycleCollectors = []sbom.Collector{
	githubWorkflows,
	gitlabCI,
	dvcPipeline,
	taskPipelines,
	pipedInstall,
	prometheusRules,
	mlflowRuns,
	mlflowDatabase,
	wandbRuns,
	mlmodel,
	mlflowRegistry,
	kitfile,
	modelPack,
	codeowners,
	featureStore,
	featureViews,
	croissant,
	settings,
	grafanaAlerts,
	expectationSuite,
	pythonMonitors,
	telemetry,
	baseline,
	ownConfig,
	secrets,
}

// lifecycleLinkers join what the files of one run or registry say.
var lifecycleLinkers = []sbom.Linker{
	{Name: "evidence/runs", Link: linkRuns},
	{Name: "evidence/aliases", Link: linkAliases},
	{Name: "evidence/ownership", Link: linkOwnership},
}
