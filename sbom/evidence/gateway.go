package evidence

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// Keys of Scratch for routes.
const (
	scratchRoutes      = "evidence/routes"
	scratchAttachments = "evidence/attachments"
	scratchGateways    = "evidence/gateways"
)

// kubeRoute is a Route of an object, with the names other objects attach to.
type kubeRoute struct {
	at        sbom.At
	namespace string
	names     []string // of the route, its gateways and its plugins
	services  []string
	hosts     []string
}

// attachment binds a limit, a guard or a login to routes and gateways by name.
type attachment struct {
	namespace string
	targets   []string
	limits    []sbom.Limit
	guards    []sbom.Guard
	auth      sbom.Tri
}

// gatewayTLS says whether a Gateway terminates TLS.
type gatewayTLS struct {
	name, namespace string
	tls             sbom.Tri
}

// gateway reads the objects of gateways: Gateway API, Envoy AI Gateway and Envoy Gateway,
// Istio, Kong, Google's traffic extensions.
func (o *object) gateway(out *sbom.Inventory) bool {
	switch o.kind {
	case "AIGatewayRoute", "HTTPRoute", "GRPCRoute":
		o.httpRoute(out)
	case "VirtualService":
		o.virtualService(out)
	case "Gateway":
		o.gatewayListeners(out)
	case "BackendTrafficPolicy":
		out.Keep(scratchAttachments, attachment{namespace: o.namespace, targets: o.targets(), limits: o.envoyLimits()})
	case "SecurityPolicy":
		o.securityPolicy(out)
	case "EnvoyFilter":
		o.envoyFilter(out)
	case "KongPlugin", "KongClusterPlugin":
		a := attachment{targets: []string{o.name}}
		kongPlugin(o.file, o.root, "plugin", &a)
		out.Keep(scratchAttachments, a)
	case "GCPTrafficExtension":
		o.modelArmor(out)
	default:
		return false
	}
	return true
}

// targets are the names a policy is attached to (Gateway API, "Policy Attachment").
func (o *object) targets() []string {
	names := nonEmpty(o.root.Get("spec", "targetRef", "name").Str())
	for _, t := range append(items(o.root.Get("spec", "targetRefs")), items(o.root.Get("spec", "targetSelectors"))...) {
		names = append(names, nonEmpty(t.Get("name").Str())...)
	}
	return names
}

func (o *object) httpRoute(out *sbom.Inventory) {
	spec := o.root.Get("spec")
	r := sbom.Route{Name: o.name, Kind: "httproute", LLM: sbom.Unstated, Auth: sbom.Unstated, TLS: sbom.Unstated, At: o.at()}
	k := kubeRoute{at: r.At, namespace: o.namespace, names: []string{o.name}, hosts: spec.Get("hostnames").Strings()}
	if o.kind == "AIGatewayRoute" {
		r.Kind, r.LLM = "envoy-ai-gateway", sbom.Yes
	}
	for _, parent := range append(items(spec.Get("parentRefs")), items(spec.Get("targetRefs"))...) {
		k.names = append(k.names, nonEmpty(parent.Get("name").Str())...)
	}
	k.names = append(k.names, kongNames(o.annotations())...)
	for _, rule := range items(spec.Get("rules")) {
		for _, b := range items(rule.Get("backendRefs")) {
			r.Backends = append(r.Backends, nonEmpty(b.Get("name").Str())...)
			if b.Get("kind").Str() == "InferencePool" {
				r.LLM = sbom.Yes
			}
		}
		for _, f := range items(rule.Get("filters")) {
			k.names = append(k.names, nonEmpty(f.Get("extensionRef", "name").Str())...)
		}
	}
	r.Backends = unique(r.Backends)
	k.services = r.Backends
	out.Routes = append(out.Routes, r)
	out.Keep(scratchRoutes, k)
}

func (o *object) virtualService(out *sbom.Inventory) {
	spec := o.root.Get("spec")
	r := sbom.Route{Name: o.name, Kind: "istio", LLM: sbom.Unstated, Auth: sbom.Unstated, TLS: sbom.Unstated, At: o.at()}
	k := kubeRoute{at: r.At, namespace: o.namespace, names: append([]string{o.name}, spec.Get("gateways").Strings()...), hosts: spec.Get("hosts").Strings()}
	for _, rule := range items(spec.Get("http")) {
		for _, to := range items(rule.Get("route")) {
			host, _, _ := strings.Cut(to.Get("destination", "host").Str(), ".")
			r.Backends = append(r.Backends, nonEmpty(host)...)
		}
	}
	r.Backends = unique(r.Backends)
	k.services = r.Backends
	out.Routes = append(out.Routes, r)
	out.Keep(scratchRoutes, k)
}

// gatewayListeners keeps whether any listener of a Gateway is plain HTTP (Gateway API
// and Istio write listeners and servers with the same meaning).
func (o *object) gatewayListeners(out *sbom.Inventory) {
	g := gatewayTLS{name: o.name, namespace: o.namespace, tls: sbom.Unstated}
	for _, l := range append(items(o.root.Get("spec", "listeners")), items(o.root.Get("spec", "servers"))...) {
		protocol := strings.ToUpper(l.Get("protocol").Str() + l.Get("port", "protocol").Str())
		switch {
		case l.Get("tls", "httpsRedirect").Tri() == sbom.Yes:
		case l.Get("tls") != nil || strings.HasPrefix(protocol, "HTTPS") || protocol == "TLS":
			if g.tls == sbom.Unstated {
				g.tls = sbom.Yes
			}
		case strings.HasPrefix(protocol, "HTTP") || protocol == "GRPC":
			g.tls = sbom.No
		}
	}
	out.Keep(scratchGateways, g)
}

// envoyLimits reads rateLimit of a BackendTrafficPolicy (Envoy Gateway API reference).
func (o *object) envoyLimits() []sbom.Limit {
	var out []sbom.Limit
	for _, scope := range []string{"global", "local"} {
		for _, rule := range items(o.root.Get("spec", "rateLimit", scope, "rules")) {
			l := sbom.Limit{Kind: "requests", Key: "global", Value: rule.Get("limit", "requests").Str() + "/" + rule.Get("limit", "unit").Str(), FailOpen: sbom.Unstated, At: rule.At(o.file.Path)}
			if cost := rule.Get("cost"); cost != nil {
				l.Kind = "tokens"
			}
			for _, s := range items(rule.Get("clientSelectors")) {
				for _, h := range items(s.Get("headers")) {
					l.Key, l.KeyName = headerKey(h.Get("name").Str())
				}
				if s.Has("sourceCIDR") && l.Key == "global" {
					l.Key = "ip"
				}
			}
			out = append(out, l)
		}
	}
	return out
}

// identityHeaders are headers that a gateway writes after it checked who the caller is.
// Any other header is what the caller sends.
var identityHeaders = []string{"x-user-id", "x-jwt", "x-auth", "x-authenticated", "x-consumer", "x-forwarded-user", "x-forwarded-email", "x-goog-authenticated", "x-tenant-id", "x-credential", "x-team", "x-client-id"}

func headerKey(name string) (key, keyName string) {
	lower := strings.ToLower(name)
	for _, h := range identityHeaders {
		if strings.HasPrefix(lower, h) {
			return "identity", name
		}
	}
	return "header", name
}

func (o *object) securityPolicy(out *sbom.Inventory) {
	a := attachment{namespace: o.namespace, targets: o.targets(), auth: sbom.Unstated}
	for _, key := range []string{"jwt", "oidc", "basicAuth", "apiKeyAuth", "extAuth"} {
		if o.root.Get("spec", key) != nil {
			a.auth = sbom.Yes
		}
	}
	out.Keep(scratchAttachments, a)
}

// envoyFilter reads the rate limits that Istio users write as Envoy configuration
// (Envoy, rate_limit and local_rate_limit filters).
func (o *object) envoyFilter(out *sbom.Inventory) {
	var a attachment
	o.root.Get("spec").Walk(func(_ string, n *tree.Node) bool {
		kind := n.Get("@type").Str() + n.Get("typed_config", "type_url").Str()
		if !strings.Contains(kind, "ratelimit") {
			return true
		}
		l := sbom.Limit{Kind: "requests", Key: "global", FailOpen: sbom.Unstated, At: n.At(o.file.Path)}
		if strings.HasSuffix(kind, "ratelimit.v3.RateLimit") {
			l.Key = "unstated"
			// The filter lets requests pass when the service is down unless told otherwise.
			l.FailOpen = sbom.Yes
			if n.Get("failure_mode_deny").Tri() == sbom.Yes {
				l.FailOpen = sbom.No
			}
		}
		a.limits = append(a.limits, l)
		return false
	})
	a.namespace, a.targets = o.namespace, []string{"*"}
	if len(a.limits) > 0 {
		out.Keep(scratchAttachments, a)
	}
}

// modelArmor reads a service extension that calls Model Armor: the templates say which
// side is looked at (Google Cloud, "Integrate with Google Kubernetes Engine").
func (o *object) modelArmor(out *sbom.Inventory) {
	o.root.Get("spec").Walk(func(key string, n *tree.Node) bool {
		if key != "model_armor_settings" {
			return true
		}
		a := attachment{namespace: o.namespace, targets: o.targets()}
		for _, side := range []struct{ key, side string }{{"user_prompt_template_id", "input"}, {"model_response_template_id", "output"}} {
			if strings.Contains(n.Str(), side.key) {
				a.guards = append(a.guards, sbom.Guard{Name: "model-armor", Side: side.side, Kind: "semantic", At: n.At(o.file.Path)})
			}
		}
		out.Keep(scratchAttachments, a)
		return false
	})
}

// kongNames are the plugins an object asks for.
func kongNames(annotations *tree.Node) []string {
	var names []string
	for _, name := range strings.Split(annotations.Get("konghq.com/plugins").Str(), ",") {
		names = append(names, nonEmpty(strings.TrimSpace(name))...)
	}
	return names
}

// kongPlugin adds what a plugin does (Kong plugin hub) to an attachment.
func kongPlugin(f *sbom.File, n *tree.Node, key string, a *attachment) {
	name, config := n.Get(key).Str(), n.Get("config")
	at := n.KeyAt(f.Path, key)
	switch name {
	case "rate-limiting", "rate-limiting-advanced", "ai-rate-limiting-advanced", "response-ratelimiting":
		l := sbom.Limit{Kind: "requests", Key: "identity", KeyName: "consumer", FailOpen: sbom.Unstated, At: at} // limit_by: consumer is the default
		if strings.HasPrefix(name, "ai-") {
			l.Kind = "tokens"
		}
		by := config.Get("limit_by").Str() + config.Get("identifier").Str()
		switch by {
		case "ip":
			l.Key = "ip"
		case "header":
			l.Key, l.KeyName = headerKey(config.Get("header_name").Str())
		case "service", "path":
			l.Key = "global"
		}
		l.FailOpen = config.Get("fault_tolerant").Tri()
		a.limits = append(a.limits, l)
	case "key-auth", "jwt", "oauth2", "basic-auth", "openid-connect", "hmac-auth", "mtls-auth", "ldap-auth", "key-auth-enc":
		a.auth = sbom.Yes
	case "ai-prompt-guard":
		a.guards = append(a.guards, sbom.Guard{Name: name, Side: "input", Kind: "pattern", At: at})
	case "ai-semantic-prompt-guard", "ai-azure-content-safety", "ai-aws-guardrails", "ai-gcp-model-armor", "ai-lakera-guard":
		a.guards = append(a.guards, sbom.Guard{Name: name, Side: "input", Kind: "semantic", At: at})
		if name != "ai-semantic-prompt-guard" && name != "ai-azure-content-safety" {
			a.guards = append(a.guards, sbom.Guard{Name: name, Side: "output", Kind: "semantic", At: at})
		}
	case "ai-semantic-response-guard", "ai-response-transformer":
		a.guards = append(a.guards, sbom.Guard{Name: name, Side: "output", Kind: "semantic", At: at})
	}
}
