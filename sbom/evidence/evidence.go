// Package evidence reads what surrounds models on their way to users: workloads,
// identities, exposures and network policies, stores in infrastructure code, routes
// and guards of gateways; CI pipelines, alerts, experiment runs, registries, feature
// stores, secrets, reviewers.
//
// One file reads one kind of evidence and states it in the words of package sbom. It
// renders no template, follows no include, evaluates no expression beyond references
// to literals, and never keeps the value of a secret. What it cannot read is a
// Problem; what a source leaves open is unstated or unresolved, never a guess.
package evidence

import "slices"

// Collectors are the collectors of lifecycle evidence and of infrastructure.
var Collectors = slices.Concat(lifecycleCollectors, infrastructureCollectors)

// Linkers join what the collectors found. Those of the infrastructure come last: they
// read workloads that any collector stated.
var Linkers = slices.Concat(lifecycleLinkers, infrastructureLinkers)
