package evidence

import (
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Keys of Scratch for access.
const (
	scratchRoles    = "evidence/roles"
	scratchBindings = "evidence/bindings"
)

// role is a Role or ClusterRole (RBAC v1).
type role struct {
	kind, name, namespace string
	grants                []sbom.Grant
}

// binding gives a role to service accounts.
type binding struct {
	role     role
	subjects []string // ids of identities
	at       sbom.At
}

// access reads service accounts, roles and bindings.
func (o *object) access(out *sbom.Inventory) bool {
	switch o.kind {
	case "ServiceAccount":
		out.Identities = append(out.Identities, sbom.Identity{ID: qualified(o.namespace, o.name), Kind: "service_account", At: o.at()})
	case "Role", "ClusterRole":
		if o.group != "rbac.authorization.k8s.io" {
			return false
		}
		r := role{kind: o.kind, name: o.name, namespace: o.namespace}
		for _, rule := range items(o.root.Get("rules")) {
			g := sbom.Grant{Actions: rule.Get("verbs").Strings(), Effect: "allow", At: rule.At(o.file.Path)}
			for _, resource := range rule.Get("resources").Strings() {
				for _, group := range rule.Get("apiGroups").Strings() {
					g.Resources = append(g.Resources, joined(group, resource))
				}
				if rule.Get("apiGroups") == nil || slices.Equal(rule.Get("apiGroups").Strings(), nil) {
					g.Resources = append(g.Resources, resource) // the core group is written ""
				}
			}
			g.Resources = unique(g.Resources)
			r.grants = append(r.grants, g)
		}
		out.Keep(scratchRoles, r)
	case "RoleBinding", "ClusterRoleBinding":
		b := binding{role: role{kind: o.root.Get("roleRef", "kind").Str(), name: o.root.Get("roleRef", "name").Str(), namespace: o.namespace}, at: o.at()}
		for _, s := range items(o.root.Get("subjects")) {
			if s.Get("kind").Str() != "ServiceAccount" {
				continue
			}
			namespace := s.Get("namespace").Str()
			if namespace == "" {
				namespace = o.namespace
			}
			b.subjects = append(b.subjects, qualified(namespace, s.Get("name").Str()))
		}
		out.Keep(scratchBindings, b)
	default:
		return false
	}
	return true
}

// joined writes a resource as policies of clouds do, so that everything is "*" in both.
func joined(group, resource string) string {
	switch {
	case group == "" || group == "*":
		return resource
	}
	return group + "/" + resource
}
