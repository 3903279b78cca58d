package evidence

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// cluster is every Kubernetes fact that linkers join, looked up by name.
type cluster struct {
	inv      *sbom.Inventory
	pods     []podLabels
	services map[string][]service // by name
	byPlace  map[placeKey]int     // index of a workload
	logins   []login
}

type placeKey struct {
	path, name string
	line       int
}

func newCluster(inv *sbom.Inventory) *cluster {
	c := &cluster{inv: inv, services: map[string][]service{}, byPlace: map[placeKey]int{}}
	c.pods = kept[podLabels](inv, scratchPods)
	for _, s := range kept[service](inv, scratchServices) {
		c.services[s.name] = append(c.services[s.name], s)
	}
	c.logins = kept[login](inv, scratchLogins)
	for i, w := range inv.Workloads {
		c.byPlace[placeKey{w.At.Path, w.Name, w.At.Line}] = i
	}
	return c
}

// kept is the values of one type under a key of Scratch.
func kept[T any](inv *sbom.Inventory, key string) []T {
	var out []T
	for _, v := range inv.Scratch[key] {
		if t, ok := v.(T); ok {
			out = append(out, t)
		}
	}
	return out
}

// behind is the workloads that a service of a namespace leads to. Where the same name
// stands for several services, those nearest to the file that names it are meant.
func (c *cluster) behind(from sbom.At, namespace, name string) []int {
	name, _, _ = strings.Cut(name, ".")
	var out []int
	for _, s := range c.services[name] {
		if sameNamespace(namespace, s.namespace) {
			out = append(out, c.selected(s.namespace, s.selector)...)
		}
	}
	for i, w := range c.inv.Workloads { // operators name services after the object
		if kubePlatform(w.Platform) && operatorService(w, name) && sameNamespace(namespace, w.Namespace) {
			out = append(out, i)
		}
	}
	return c.nearest(from, out)
}

func operatorService(w sbom.Workload, name string) bool {
	switch w.Kind {
	case "InferenceService", "LLMInferenceService", "RayService", "SeldonDeployment":
		return name == w.Name || strings.HasPrefix(name, w.Name+"-predictor") || strings.HasPrefix(name, w.Name+"-serve-svc") || strings.HasPrefix(name, w.Name+"-kserve")
	}
	return false
}

func (c *cluster) selected(namespace string, selector map[string]string) []int {
	if len(selector) == 0 {
		return nil
	}
	var out []int
	for _, p := range c.pods {
		if len(p.labels) > 0 && sameNamespace(namespace, p.namespace) && subset(selector, p.labels) {
			if i, ok := c.byPlace[placeKey{p.at.Path, p.name, p.at.Line}]; ok {
				out = append(out, i)
			}
		}
	}
	return out
}

// nearest keeps the workloads that share the longest path with a file: examples beside
// each other use the same names for different things.
func (c *cluster) nearest(from sbom.At, list []int) []int {
	best, out := -1, []int(nil)
	slices.Sort(list)
	for _, i := range slices.Compact(list) {
		n := commonFolders(from.Path, c.inv.Workloads[i].At.Path)
		switch {
		case n > best:
			best, out = n, []int{i}
		case n == best:
			out = append(out, i)
		}
	}
	return out
}

// commonFolders counts the folders two paths share, the file itself included.
func commonFolders(a, b string) int {
	if a == b {
		return 1 << 10
	}
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(as)-1 && n < len(bs)-1 && as[n] == bs[n] {
		n++
	}
	return n
}

func kubePlatform(platform string) bool {
	switch platform {
	case "kubernetes", "kserve", "ray", "seldon", "kubeai", "kubeflow", "argo", "kfp", "operator":
		return true
	}
	return false
}

// linkNetworkPolicies fills NetworkPolicy.Selects and tells each workload which ways of
// it a policy limits.
func linkNetworkPolicies(inv *sbom.Inventory) {
	c := newCluster(inv)
	selectors := map[placeKey]selector{}
	for _, s := range kept[selector](inv, scratchSelectors) {
		selectors[placeKey{s.at.Path, "", s.at.Line}] = s
	}
	for i := range inv.NetworkPolicies {
		p := &inv.NetworkPolicies[i]
		s, ok := selectors[placeKey{p.At.Path, "", p.At.Line}]
		if !ok {
			continue
		}
		for _, pod := range c.pods {
			at, known := c.byPlace[placeKey{pod.at.Path, pod.name, pod.at.Line}]
			if !known || !s.selects(pod.namespace, pod.labels) {
				continue
			}
			w := &inv.Workloads[at]
			p.Selects = append(p.Selects, w.Name)
			if p.Ingress == sbom.Yes {
				w.Settings["ingress"] = "restricted"
			}
			if p.Egress == sbom.Yes {
				w.Settings["egress"] = "restricted"
			}
		}
		p.Selects = unique(p.Selects)
	}
	for _, scope := range kept[admissionScope](inv, scratchAdmission) {
		for i := range inv.Workloads {
			w := &inv.Workloads[i]
			if kubePlatform(w.Platform) && (scope.namespace == "" || sameNamespace(scope.namespace, w.Namespace)) {
				w.Settings["admission"] = scope.name
			}
		}
	}
}

// linkExposures states every way in with the workload behind it.
func linkExposures(inv *sbom.Inventory) {
	c := newCluster(inv)
	for _, b := range kept[backend](inv, scratchBackends) {
		var behind []int
		for _, name := range b.services {
			behind = append(behind, c.behind(b.exposure.At, b.namespace, name)...)
		}
		slices.Sort(behind)
		behind = slices.Compact(behind)
		if len(behind) == 0 {
			inv.Exposures = append(inv.Exposures, b.exposure)
		}
		for _, i := range behind {
			inv.Exposures = append(inv.Exposures, c.exposed(b.exposure, b.namespace, i))
		}
	}
}

// exposed is an exposure of one workload: what asks for a login or encrypts may be the
// workload itself, a proxy beside it, or the mesh around it.
func (c *cluster) exposed(e sbom.Exposure, namespace string, index int) sbom.Exposure {
	w := c.inv.Workloads[index]
	e.Workload = w.Name
	for _, l := range c.logins {
		if sameNamespace(l.namespace, namespace) && (len(l.selector) == 0 || slices.ContainsFunc(c.pods, func(p podLabels) bool {
			return p.name == w.Name && p.at == w.At && subset(l.selector, p.labels)
		})) && l.namespace != "" {
			e.Auth = sbom.Yes
		}
	}
	if e.Auth != sbom.Yes {
		e.Auth = workloadLogin(w)
	}
	for _, l := range w.Listens {
		if l.TLS == sbom.Yes && e.Kind != "ingress" {
			e.TLS = sbom.Yes
		}
	}
	return e
}

// loginProxies are images of proxies that ask for a login before they pass a request on.
var loginProxies = []string{"oauth2-proxy", "oauth2_proxy", "kube-rbac-proxy", "pomerium", "authelia", "authorino", "oauth-proxy", "envoy", "ory/oathkeeper", "cloud-sql-proxy-auth"}

// workloadLogin tells whether the workload asks for a login itself.
func workloadLogin(w sbom.Workload) sbom.Tri {
	for _, img := range w.Images {
		for _, proxy := range loginProxies {
			if strings.Contains(img.Name, proxy) {
				return sbom.Unresolved
			}
		}
	}
	auth := sbom.Unstated
	for _, l := range w.Listens {
		switch l.Auth {
		case sbom.Yes:
			return sbom.Yes
		case sbom.No:
			auth = sbom.No
		}
	}
	return auth
}

// linkIdentities joins workloads with their identities and those with their grants.
func linkIdentities(inv *sbom.Inventory) {
	index := map[string]int{}
	for i, id := range inv.Identities {
		if _, ok := index[id.ID]; !ok {
			index[id.ID] = i
		}
	}
	find := func(id, kind string, at sbom.At) *sbom.Identity {
		i, ok := index[id]
		if !ok {
			i = len(inv.Identities)
			index[id] = i
			inv.Identities = append(inv.Identities, sbom.Identity{ID: id, Kind: kind, At: at})
		}
		return &inv.Identities[i]
	}
	for _, w := range inv.Workloads {
		if w.Identity == "" {
			continue
		}
		kind := "service_account"
		if !kubePlatform(w.Platform) {
			kind = "role"
		}
		id := find(w.Identity, kind, w.At)
		id.UsedBy = append(id.UsedBy, sbom.Usage{Workload: w.Name, Role: w.Role, At: w.At})
	}
	roles := kept[role](inv, scratchRoles)
	for _, b := range kept[binding](inv, scratchBindings) {
		grants := grantsOf(roles, b)
		for _, subject := range b.subjects {
			id := find(subject, "service_account", b.at)
			id.Grants = append(id.Grants, grants...)
		}
	}
}

// grantsOf is the grants of the bound role. Roles that every cluster has are known by
// their names.
func grantsOf(roles []role, b binding) []sbom.Grant {
	for _, r := range roles {
		if r.kind == b.role.kind && r.name == b.role.name && (r.kind == "ClusterRole" || sameNamespace(r.namespace, b.role.namespace)) {
			return r.grants
		}
	}
	switch b.role.name {
	case "cluster-admin":
		return []sbom.Grant{{Actions: []string{"cluster-admin"}, Resources: []string{"*"}, Effect: "allow", At: b.at}}
	case "admin", "edit", "view":
		return []sbom.Grant{{Actions: []string{"kubernetes:" + b.role.name}, Resources: []string{qualified(b.role.namespace, "*")}, Effect: "allow", At: b.at}}
	}
	return nil
}

// linkRoutes binds limits, guards and logins to the routes they name and tells routes
// to language models by what runs behind them.
func linkRoutes(inv *sbom.Inventory) {
	c := newCluster(inv)
	attachments := kept[attachment](inv, scratchAttachments)
	gateways := kept[gatewayTLS](inv, scratchGateways)
	routes := map[placeKey]int{}
	for i, r := range inv.Routes {
		routes[placeKey{r.At.Path, r.Name, r.At.Line}] = i
	}
	for _, k := range kept[kubeRoute](inv, scratchRoutes) {
		i, ok := routes[placeKey{k.at.Path, k.names[0], k.at.Line}]
		if !ok {
			continue
		}
		r := &inv.Routes[i]
		c.bind(r, k, attachments)
		for _, g := range gateways {
			if slices.Contains(k.names, g.name) && sameNamespace(g.namespace, k.namespace) && g.tls != sbom.Unstated {
				r.TLS = g.tls
			}
		}
		c.routeBackends(r, k)
	}
}

func (c *cluster) bind(r *sbom.Route, k kubeRoute, attachments []attachment) {
	for _, a := range attachments {
		hit := slices.ContainsFunc(a.targets, func(t string) bool { return slices.Contains(k.names, t) || slices.Contains(k.services, t) }) ||
			slices.Equal(a.targets, []string{"*"}) && r.Kind == "istio"
		if !hit || !sameNamespace(a.namespace, k.namespace) {
			continue
		}
		r.Limits = append(r.Limits, a.limits...)
		if a.auth == sbom.Yes {
			r.Auth = sbom.Yes
		}
		for _, g := range a.guards {
			g.Route = r.Name
			r.Guards = append(r.Guards, g.Name)
			c.inv.Guards = append(c.inv.Guards, g)
		}
	}
	r.Guards = unique(r.Guards)
}

// routeBackends looks at the workloads behind a route and states the way in to them.
func (c *cluster) routeBackends(r *sbom.Route, k kubeRoute) {
	public := sbom.Unstated
	for _, host := range k.hosts {
		if p := publicHost(host); public == sbom.Unstated || p == sbom.Yes {
			public = p
		}
	}
	var behind []int
	for _, name := range k.services {
		behind = append(behind, c.behind(k.at, k.namespace, name)...)
	}
	slices.Sort(behind)
	for _, i := range slices.Compact(behind) {
		w := c.inv.Workloads[i]
		if servesLLM(w) {
			r.LLM = sbom.Yes
		}
		e := sbom.Exposure{Name: r.Name, Kind: "gateway", Public: public, Auth: r.Auth, TLS: r.TLS, At: r.At}
		if slices.Contains(k.names, "mesh") || r.Kind == "istio" && len(k.names) == 1 {
			e.Public = sbom.No // bound to the mesh, not to a gateway
		}
		c.inv.Exposures = append(c.inv.Exposures, c.exposed(e, k.namespace, i))
	}
}

func servesLLM(w sbom.Workload) bool {
	if w.Role != "serving" && w.Role != "gateway" {
		return false
	}
	for _, p := range programs {
		if p.name == w.Settings["program"] {
			return p.llm
		}
	}
	return w.Kind == "LLMInferenceService" || w.Platform == "kubeai"
}
