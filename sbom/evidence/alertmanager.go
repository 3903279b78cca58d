package evidence

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// maxRouteDepth bounds a tree of routes; real ones have three or four levels.
const maxRouteDepth = 50

// alertmanager reads an Alertmanager configuration (Prometheus, "Alerting
// configuration"): routes, receivers that reach nobody, inhibitions and mutes. What
// keeps alerts from people is stated in the settings as silence: null_receiver, inhibit
// or mute.
func alertmanager(f *sbom.File, doc *tree.Node, out *sbom.Inventory) {
	empty := map[string]bool{}
	for _, r := range doc.Get("receivers").Items {
		if name := r.Get("name").Str(); name != "" && !delivers(r) {
			empty[name] = true
		}
	}
	routes := alertmanagerRoutes(f, doc.Get("route"), "", 0)
	for i := range routes {
		if empty[routes[i].Receiver] {
			routes[i].Settings["silence"] = "null_receiver"
		}
	}
	out.Alerts = append(out.Alerts, routes...)
	inhibits := doc.Get("inhibit_rules")
	if inhibits == nil {
		return
	}
	for _, rule := range inhibits.Items {
		source, target := matchers(rule, "source"), matchers(rule, "target")
		out.Alerts = append(out.Alerts, sbom.Alert{
			Name: "inhibit " + target + " by " + source, Kind: "alertmanager", At: rule.At(f.Path),
			Selectors: scalarMap(rule.Get("target_match")),
			Settings:  map[string]string{"silence": "inhibit", "equal": strings.Join(rule.Get("equal").Strings(), ",")},
		})
	}
}

// delivers tells whether a receiver has a way to reach somebody: any of its *_configs.
func delivers(receiver *tree.Node) bool {
	for _, p := range receiver.Pairs {
		if strings.HasSuffix(p.Key, "_configs") && len(p.Value.Items) > 0 {
			return true
		}
	}
	return false
}

// matchers writes the source or target of an inhibition in one line.
func matchers(rule *tree.Node, side string) string {
	parts := rule.Get(side + "_matchers").Strings()
	for _, key := range []string{side + "_match", side + "_match_re"} {
		if m := rule.Get(key); m != nil {
			for _, p := range m.Pairs {
				parts = append(parts, p.Key+"="+p.Value.Str())
			}
		}
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(unique(parts), ",")
}

// alertmanagerRoutes reads the routing tree of an Alertmanager configuration.
func alertmanagerRoutes(f *sbom.File, route *tree.Node, inherited string, depth int) []sbom.Alert {
	receiver := route.Get("receiver").Str()
	if receiver == "" {
		receiver = inherited
	}
	selected := append(route.Get("matchers").Strings(), pairTexts(route.Get("match"))...)
	selected = append(selected, pairTexts(route.Get("match_re"))...)
	name := "route " + receiver
	if len(selected) > 0 {
		name += " of " + strings.Join(unique(selected), ",")
	}
	mutes := append(route.Get("mute_time_intervals").Strings(), route.Get("active_time_intervals").Strings()...)
	alert := sbom.Alert{
		Name: name, Kind: "alertmanager", Receiver: receiver, At: route.At(f.Path),
		Selectors: scalarMap(route.Get("match")), Settings: map[string]string{
			"group_by": strings.Join(route.Get("group_by").Strings(), ","), "repeat_interval": route.Get("repeat_interval").Str(),
			"mute_time_intervals": strings.Join(mutes, ","),
		},
	}
	out := []sbom.Alert{alert}
	routes := route.Get("routes")
	if routes == nil || depth >= maxRouteDepth {
		return out
	}
	for _, child := range routes.Items {
		out = append(out, alertmanagerRoutes(f, child, receiver, depth+1)...)
	}
	return out
}

func pairTexts(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, p := range n.Pairs {
		out = append(out, p.Key+"="+p.Value.Str())
	}
	return out
}
