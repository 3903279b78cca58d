package evidence

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// cloud is the resources of infrastructure code, by folder and address.
type cloud struct {
	inv       *sbom.Inventory
	resources []resource
	byAddress map[string]resource // folder + "\x00" + address
	roles     map[string]int      // id of an identity → its index in inv.Identities
}

// linkCloud states the workloads, identities, stores and ways in that infrastructure
// code declares, joining what is spread over resources by the addresses they mention.
func linkCloud(inv *sbom.Inventory) {
	c := &cloud{inv: inv, byAddress: map[string]resource{}, roles: map[string]int{}}
	c.resources = kept[resource](inv, scratchCloud)
	slices.SortStableFunc(c.resources, func(a, b resource) int {
		if n := strings.Compare(a.at.Path, b.at.Path); n != 0 {
			return n
		}
		return int(a.at.Offset) - int(b.at.Offset) + a.at.Line - b.at.Line
	})
	for _, r := range c.resources {
		c.byAddress[r.folder+"\x00"+r.address()] = r
	}
	for _, r := range c.resources {
		c.passwords(r)
		if r.mode == "resource" {
			c.identity(r)
		}
	}
	for _, r := range c.resources {
		if r.mode == "resource" {
			c.grants(r)
			c.workload(r)
			c.kubernetesObject(r)
			c.store(r)
		}
	}
	for _, r := range c.resources {
		if r.mode == "resource" {
			c.joinStore(r)
			c.exposure(r)
			c.firewall(r)
		}
	}
}

// maxIndirections bounds the chain from a variable over locals to a literal.
const maxIndirections = 8

// resolve replaces a reference to a variable or local by what the folder says it is.
func (c *cloud) resolve(folder string, v value) value {
	for range maxIndirections {
		if v.known || len(v.refs) != 1 {
			return v
		}
		r, ok := c.byAddress[folder+"\x00"+v.refs[0]]
		if !ok || r.mode != "variable" && r.mode != "local" || !r.config.given() {
			return v
		}
		at := v.at
		v = r.config
		v.at = at
	}
	return v
}

// get resolves a field.
func (c *cloud) get(r resource, keys ...string) value {
	return c.resolve(r.folder, r.config.get(keys...))
}

// target is the resource a value leads to.
func (c *cloud) target(folder string, v value) (resource, bool) {
	v = c.resolve(folder, v)
	for _, ref := range v.refs {
		if r, ok := c.byAddress[folder+"\x00"+ref]; ok {
			if r.mode == "local" {
				return c.target(folder, r.config)
			}
			return r, true
		}
	}
	return resource{}, false
}

// identityOf is the id of the role or account a value names: a resource of the folder,
// the output of a module, a variable, or a literal name.
func (c *cloud) identityOf(folder string, v value) string {
	if r, ok := c.target(folder, v); ok && r.mode != "variable" {
		return r.id()
	}
	v = c.resolve(folder, v)
	switch {
	case v.known && v.text != "":
		return v.text
	case len(v.refs) == 1:
		return resource{folder: folder, kind: "", name: v.refs[0]}.settingsKey()
	}
	return ""
}

// settingsKey names an identity that a setting decides.
func (r resource) settingsKey() string {
	if r.folder == "." || r.folder == "" {
		return r.name
	}
	return r.folder + ":" + r.name
}

// identityKinds are the resources that workloads run as.
var identityKinds = map[string]string{
	"aws_iam_role": "iam_role", "aws_iam_user": "iam_user", "google_service_account": "service_account", "azurerm_user_assigned_identity": "managed_identity",
}

func (c *cloud) identity(r resource) {
	kind, ok := identityKinds[r.kind]
	if !ok {
		return
	}
	id := sbom.Identity{ID: r.id(), Kind: kind, At: r.at}
	for _, p := range c.get(r, "inline_policy").each() {
		id.Grants = append(id.Grants, c.statements(r.folder, p.get("policy"))...)
	}
	for _, arn := range c.get(r, "managed_policy_arns").strings() {
		id.Grants = append(id.Grants, managed(arn, r.at))
	}
	for _, p := range c.get(r, "policies").each() { // CloudFormation
		id.Grants = append(id.Grants, c.statements(r.folder, p.get("policy_document"))...)
	}
	c.roles[id.ID] = len(c.inv.Identities)
	c.inv.Identities = append(c.inv.Identities, id)
}

// managed is the grant of a policy that the cloud defines; its name says what it allows.
func managed(name string, at sbom.At) sbom.Grant {
	return sbom.Grant{Actions: []string{name}, Resources: []string{"*"}, Effect: "allow", At: at}
}

// grants adds what policies and bindings give to identities.
func (c *cloud) grants(r resource) {
	switch r.kind {
	case "aws_iam_role_policy":
		c.grant(r, r.config.get("role"), c.statements(r.folder, r.config.get("policy")))
	case "aws_iam_role_policy_attachment":
		c.grant(r, r.config.get("role"), c.policyGrants(r, r.config.get("policy_arn")))
	case "aws_iam_policy_attachment":
		for _, role := range r.config.get("roles").each() {
			c.grant(r, role, c.policyGrants(r, r.config.get("policy_arn")))
		}
	case "aws_iam_policy": // CloudFormation lists the roles in the policy
		for _, role := range r.config.get("roles").each() {
			c.grant(r, role, c.statements(r.folder, r.config.get("policy_document")))
		}
	case "google_project_iam_member", "google_project_iam_binding", "google_organization_iam_member", "google_folder_iam_member":
		c.memberGrants(r, []string{"*"})
	case "google_storage_bucket_iam_member", "google_artifact_registry_repository_iam_member", "google_storage_bucket_iam_binding":
		target := c.identityOf(r.folder, r.config.get("bucket"))
		if target == "" {
			target = c.identityOf(r.folder, r.config.get("repository"))
		}
		c.memberGrants(r, []string{target})
	case "azurerm_role_assignment":
		role := c.get(r, "role_definition_name").text
		scope := c.get(r, "scope")
		resources := []string{scope.text}
		if t, ok := c.target(r.folder, scope); ok {
			resources = []string{t.id()}
			if strings.Contains(t.kind, "subscription") || strings.HasSuffix(t.kind, "management_group") {
				resources = []string{"*"}
			}
		} else if strings.Count(scope.text, "/") == 2 { // /subscriptions/ID
			resources = []string{"*"}
		}
		if role != "" {
			c.grant(r, r.config.get("principal_id"), []sbom.Grant{{Actions: []string{role}, Resources: resources, Effect: "allow", At: r.at}})
		}
	}
}

func (c *cloud) memberGrants(r resource, resources []string) {
	role := c.get(r, "role").text
	if role == "" {
		return
	}
	for _, m := range append(r.config.get("member").each(), r.config.get("members").each()...) {
		c.grant(r, m, []sbom.Grant{{Actions: []string{role}, Resources: resources, Effect: "allow", At: r.at}})
	}
}

func (c *cloud) grant(r resource, to value, grants []sbom.Grant) {
	id := c.identityOf(r.folder, to)
	if t, ok := c.target(r.folder, to); ok {
		id = t.id()
	} else if i, ok := c.byName(r.folder, id); ok {
		id = i
	}
	if i, ok := c.roles[id]; ok {
		c.inv.Identities[i].Grants = append(c.inv.Identities[i].Grants, grants...)
	}
}

// byName finds a role of the folder by the name it is given.
func (c *cloud) byName(folder, name string) (string, bool) {
	for _, r := range c.resources {
		if name != "" && identityKinds[r.kind] != "" && r.folder == folder && c.get(r, "name").text == name {
			return r.id(), true
		}
	}
	return "", false
}

// policyGrants is what a policy that is attached by its ARN allows.
func (c *cloud) policyGrants(r resource, arn value) []sbom.Grant {
	if t, ok := c.target(r.folder, arn); ok && t.kind == "aws_iam_policy" {
		return c.statements(t.folder, t.config.get("policy"))
	}
	if text := c.resolve(r.folder, arn).text; text != "" {
		return []sbom.Grant{managed(text, r.at)}
	}
	return nil
}

// statements reads a policy document (IAM JSON policy reference), written as an
// expression, as a data source, or as a map of CloudFormation.
func (c *cloud) statements(folder string, policy value) []sbom.Grant {
	if t, ok := c.target(folder, policy); ok && t.kind == "data.aws_iam_policy_document" {
		policy = t.config
	} else {
		policy = c.resolve(folder, policy)
	}
	var out []sbom.Grant
	for _, key := range []string{"Statement", "statement"} {
		for _, s := range c.resolve(folder, policy.get(key)).each() {
			out = append(out, c.statement(folder, s))
		}
	}
	return out
}

func (c *cloud) statement(folder string, s value) sbom.Grant {
	g := sbom.Grant{Effect: "allow", At: s.at}
	for _, key := range []string{"Effect", "effect"} {
		if t := s.get(key).text; t != "" {
			g.Effect = strings.ToLower(t)
		}
	}
	for _, key := range []string{"Action", "actions", "action"} {
		g.Actions = append(g.Actions, c.resolve(folder, s.get(key)).strings()...)
		if v := s.get(key); v.given() && v.at.Line > 0 {
			g.At = v.at
		}
	}
	for _, key := range []string{"Resource", "resources", "resource"} {
		for _, v := range c.resolve(folder, s.get(key)).each() {
			v = c.resolve(folder, v)
			switch {
			case v.text != "":
				g.Resources = append(g.Resources, v.text)
			case len(v.refs) > 0:
				g.Resources = append(g.Resources, "${"+strings.Join(v.refs, ",")+"}")
			}
		}
	}
	if len(g.Resources) == 0 { // written in a way that is not read, which is not "all"
		g.Resources = []string{"${unresolved}"}
	}
	return g
}
