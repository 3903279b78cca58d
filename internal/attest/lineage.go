package attest

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

// AddLineage adds what a statement says of derivation to the graph: what was made from
// what, and where an artifact was passed for deployment. Whether the statement may be
// believed is for the gate.
func AddLineage(g *lineage.Graph, s *Statement) {
	if s.PredicateType == PredicateVSA {
		addDeployment(g, s)
		return
	}
	if !s.produces() {
		return
	}
	for _, subject := range s.Subjects {
		to := firstOf(subject.Digests)
		g.AddNode(lineage.Node{Digest: to, Kind: subject.Kind, Name: subject.Name, Stage: producedIn(s)})
		for _, d := range s.Dependencies {
			from := firstOf(d.Digests)
			_, name, ok := strings.Cut(d.Name, ":")
			if !ok {
				name = d.Name
			}
			g.AddNode(lineage.Node{Digest: from, Kind: d.Kind, Name: name})
			g.AddEdge(lineage.Edge{From: from, To: to, Relation: d.Kind, Stage: s.Claims, AttestedBy: s.Path, Time: stamp(s.Finished)})
		}
	}
}

// producedIn is the stage that made the bytes: a registry takes them over as they are.
func producedIn(s *Statement) string {
	if s.Claims != "registry" && s.Claims != "deployment" {
		return s.Claims
	}
	for _, d := range s.Dependencies {
		if firstOf(d.Digests) == firstOf(s.Subjects[0].Digests) {
			return ""
		}
	}
	return s.Claims
}

// addDeployment adds the place that a passed summary allows an artifact to enter.
func addDeployment(g *lineage.Graph, s *Statement) {
	resource := textAt(s.Predicate, "resourceUri")
	if textAt(s.Predicate, "verificationResult") != "PASSED" || resource == "" {
		return
	}
	stage := s.Claims
	if stage == "" {
		stage = "deployment"
	}
	place := digestOf([]byte(stage + "\n" + resource))
	g.AddNode(lineage.Node{Digest: place, Kind: stage, Name: resource, Stage: stage})
	for _, subject := range s.Subjects {
		g.AddEdge(lineage.Edge{From: firstOf(subject.Digests), To: place, Relation: "passed", Stage: stage, AttestedBy: s.Path, Time: stamp(s.Finished)})
	}
}
