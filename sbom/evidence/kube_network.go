package evidence

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// Keys of Scratch: what the linkers of this package need of Kubernetes objects.
const (
	scratchPods      = "evidence/pods"
	scratchServices  = "evidence/services"
	scratchBackends  = "evidence/backends"
	scratchSelectors = "evidence/selectors"
	scratchAdmission = "evidence/admission"
	scratchLogins    = "evidence/logins"
)

// podLabels are the labels of the pods of one workload.
type podLabels struct {
	at              sbom.At
	name, namespace string
	labels          map[string]string
}

// service is a Service: a name for the pods it selects.
type service struct {
	name, namespace string
	selector        map[string]string
}

// backend says that an exposure leads to a service or, for an object that operators
// expose, to a workload.
type backend struct {
	exposure  sbom.Exposure
	namespace string
	services  []string
	selector  map[string]string // of the exposed Service itself
}

// selector is the pod selector of a network policy, complete with its expressions.
type selector struct {
	at          sbom.At
	namespace   string // "*" for policies of the whole cluster
	labels      map[string]string
	expressions []*tree.Node
	unknown     bool // written in a language that is not read: selects nothing for sure
}

// admissionScope is where a cluster verifies what it admits; "" is everywhere.
type admissionScope struct{ namespace, name string }

// login says that requests to the services of a namespace must carry an identity.
type login struct {
	namespace string
	selector  map[string]string
}

// network reads Service, Ingress, Gateway API and NetworkPolicy objects; it tells
// whether the object was one of them.
func (o *object) network(out *sbom.Inventory) bool {
	switch o.kind {
	case "Service":
		if o.group != "" {
			return false // Knative: a workload
		}
		o.service(out)
	case "Ingress":
		o.ingress(out)
	case "NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy":
		o.networkPolicy(out)
	case "AuthorizationPolicy", "RequestAuthentication":
		if o.group == "security.istio.io" && (o.kind == "RequestAuthentication" || o.root.Get("spec", "action").Str() != "DENY") {
			out.Keep(scratchLogins, login{namespace: o.namespace, selector: scalarMap(o.root.Get("spec", "selector", "matchLabels"))})
		}
	case "Route": // OpenShift
		if o.group != "route.openshift.io" {
			return false
		}
		e := o.exposure("ingress", publicHost(o.root.Get("spec", "host").Str()))
		e.TLS = sbom.TriOf(o.root.Get("spec", "tls") != nil)
		out.Keep(scratchBackends, backend{exposure: e, namespace: o.namespace, services: nonEmpty(o.root.Get("spec", "to", "name").Str())})
	default:
		return false
	}
	return true
}

func (o *object) exposure(kind string, public sbom.Tri) sbom.Exposure {
	return sbom.Exposure{Name: o.name, Kind: kind, Public: public, Auth: sbom.Unstated, TLS: sbom.No, At: o.at()}
}

// service states a way in when the Service opens a port outside the cluster.
func (o *object) service(out *sbom.Inventory) {
	spec := o.root.Get("spec")
	s := service{name: o.name, namespace: o.namespace, selector: scalarMap(spec.Get("selector"))}
	out.Keep(scratchServices, s)
	var kind string
	public := sbom.Unstated
	switch spec.Get("type").Str() {
	case "LoadBalancer":
		kind, public = "loadbalancer", o.publicBalancer()
	case "NodePort":
		kind = "nodeport"
	default:
		return
	}
	e := o.exposure(kind, public)
	for _, p := range items(spec.Get("ports")) {
		if n, err := strconv.Atoi(p.Get("port").Str()); err == nil {
			e.Ports = append(e.Ports, n)
		}
	}
	if annotated(o.annotations(), "ssl-cert", "backend-protocol: ssl", "certificate") {
		e.TLS = sbom.Yes
	}
	out.Keep(scratchBackends, backend{exposure: e, namespace: o.namespace, services: []string{o.name}, selector: s.selector})
}

// publicBalancer tells whether a load balancer has an address of the internet. Clouds
// give one unless an annotation says otherwise; source ranges close it again.
func (o *object) publicBalancer() sbom.Tri {
	for _, p := range pairs(o.annotations()) {
		key, value := strings.ToLower(p.Key), strings.ToLower(p.Value.Str())
		switch {
		case strings.Contains(key, "internal") && value != "false", strings.HasSuffix(key, "load-balancer-scheme") && value == "internal",
			strings.HasSuffix(key, "load-balancer-type") && value == "internal", strings.HasPrefix(key, "metallb."), strings.HasPrefix(key, "tailscale.com/"):
			return sbom.No
		}
	}
	spec := o.root.Get("spec")
	ranges := spec.Get("loadBalancerSourceRanges").Strings()
	if len(ranges) > 0 && !slices.Contains(ranges, "0.0.0.0/0") {
		return sbom.No
	}
	if class := spec.Get("loadBalancerClass").Str(); strings.Contains(class, "tailscale") || strings.Contains(class, "metallb") {
		return sbom.No
	}
	return sbom.Yes
}

// annotated tells whether a key, or "key: value", of the annotations has one of parts.
func annotated(annotations *tree.Node, parts ...string) bool {
	for _, p := range pairs(annotations) {
		text := strings.ToLower(p.Key + ": " + p.Value.Str())
		for _, part := range parts {
			if strings.Contains(text, part) && !strings.HasSuffix(text, ": ") && !strings.HasSuffix(text, ": false") {
				return true
			}
		}
	}
	return false
}

// ingressLogins are annotations with which ingress controllers ask for a login.
var ingressLogins = []string{"auth-url", "auth-signin", "auth-type", "auth-secret", "auth-tls-secret", "oauth2", "auth-idp", "middlewares: auth", "-auth@", "jwt", "iap", "appid-auth", "forward-auth", "basicauth"}

func (o *object) ingress(out *sbom.Inventory) {
	spec, a := o.root.Get("spec"), o.annotations()
	public := sbom.Unstated
	var services []string
	for _, rule := range items(spec.Get("rules")) {
		if p := publicHost(rule.Get("host").Str()); public == sbom.Unstated || p == sbom.Yes {
			public = p
		}
		for _, path := range items(rule.Get("http", "paths")) {
			services = append(services, nonEmpty(path.Get("backend", "service", "name").Str(), path.Get("backend", "serviceName").Str())...)
		}
	}
	services = append(services, nonEmpty(spec.Get("defaultBackend", "service", "name").Str())...)
	switch {
	case annotated(a, "scheme: internet-facing"):
		public = sbom.Yes
	case annotated(a, "scheme: internal", "ingress.class: gce-internal", "ingress.class: internal", "internal: true", "whitelist-source-range", "allowlist-source-range", "inbound-cidrs"),
		strings.Contains(spec.Get("ingressClassName").Str(), "internal"), spec.Get("ingressClassName").Str() == "tailscale":
		public = sbom.No
	}
	e := o.exposure("ingress", public)
	if spec.Get("tls") != nil || annotated(a, "certificate-arn", "cert-manager", "managed-certificates", `{"https"`, "ssl-redirect: true", "pre-shared-cert", "router.tls") {
		e.TLS = sbom.Yes
	}
	if annotated(a, ingressLogins...) {
		e.Auth = sbom.Yes
	}
	e.Ports = []int{80}
	if e.TLS == sbom.Yes {
		e.Ports = []int{443}
	}
	out.Keep(scratchBackends, backend{exposure: e, namespace: o.namespace, services: unique(services)})
}

// publicHost tells whether a host name is one of the internet. Names of private zones
// and of a single machine are not; a template or none at all says nothing.
func publicHost(host string) sbom.Tri {
	host = strings.ToLower(strings.TrimPrefix(host, "*."))
	switch {
	case host == "" || host == "*":
		return sbom.Unstated
	case unknownText.MatchString(host):
		return sbom.Unresolved
	case !strings.Contains(host, "."):
		return sbom.No
	}
	for _, zone := range []string{".local", ".internal", ".svc", ".lan", ".corp", ".intranet", ".home.arpa", ".test", ".localhost", ".nip.io", ".sslip.io", ".localdomain"} {
		if strings.HasSuffix(host, zone) || strings.Contains(host, ".svc.") {
			return sbom.No
		}
	}
	return sbom.Yes
}

func (o *object) networkPolicy(out *sbom.Inventory) {
	spec := o.root.Get("spec")
	p := sbom.NetworkPolicy{Name: o.name, Namespace: o.namespace, At: o.at()}
	s := selector{at: p.At, namespace: o.namespace}
	for _, key := range []string{"podSelector", "endpointSelector"} {
		if n := spec.Get(key); n != nil {
			s.labels, s.expressions = scalarMap(n.Get("matchLabels")), items(n.Get("matchExpressions"))
		}
	}
	if text := spec.Get("selector").Str(); text != "" { // Calico selectors are a language of their own
		s.unknown = text != "all()"
	}
	if strings.Contains(o.kind, "Clusterwide") || o.kind == "GlobalNetworkPolicy" {
		s.namespace = "*"
	}
	p.Labels = s.labels
	types := append(spec.Get("policyTypes").Strings(), spec.Get("types").Strings()...)
	p.Ingress = sbom.TriOf(slices.Contains(types, "Ingress") || len(types) == 0)
	// NetworkPolicySpec: without policyTypes egress is limited when there are rules for it.
	p.Egress = sbom.TriOf(slices.Contains(types, "Egress") || len(types) == 0 && spec.Get("egress") != nil)
	if len(types) == 0 && strings.HasPrefix(o.kind, "Cilium") {
		p.Ingress = sbom.TriOf(spec.Get("ingress") != nil || spec.Get("ingressDeny") != nil)
	}
	if anywhere(spec.Get("egress")) {
		p.Egress = sbom.No
	}
	if anywhere(spec.Get("ingress")) {
		p.Ingress = sbom.No
	}
	out.NetworkPolicies = append(out.NetworkPolicies, p)
	out.Keep(scratchSelectors, s)
}

// anywhere tells whether one of the rules allows everything: an empty rule (written {})
// limits neither peers nor ports.
func anywhere(rules *tree.Node) bool {
	for _, rule := range items(rules) {
		if rule.Kind == tree.Map && len(rule.Pairs) == 0 {
			return true
		}
	}
	return false
}

// selects tells whether a policy selects pods with the labels.
func (s selector) selects(namespace string, labels map[string]string) bool {
	if s.unknown || s.namespace != "*" && !sameNamespace(s.namespace, namespace) || !subset(s.labels, labels) {
		return false
	}
	for _, e := range s.expressions {
		value, has := labels[e.Get("key").Str()]
		values := e.Get("values").Strings()
		switch e.Get("operator").Str() { // LabelSelectorRequirement v1 meta
		case "In":
			has = has && slices.Contains(values, value)
		case "NotIn":
			has = !has || !slices.Contains(values, value)
		case "DoesNotExist":
			has = !has
		}
		if !has {
			return false
		}
	}
	return true
}

func subset(want, labels map[string]string) bool {
	for k, v := range want {
		if labels[k] != v {
			return false
		}
	}
	return true
}
