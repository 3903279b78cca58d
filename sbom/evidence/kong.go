package evidence

import (
	"bytes"
	"context"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// kong reads Kong's declarative configuration (decK, "_format_version").
var kong = sbom.Collector{
	Name:     "evidence/kong",
	Families: []sbom.Family{sbom.FamilyRoutes, sbom.FamilyGuards, sbom.FamilyDocuments},
	Match:    yamlFile,
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if !bytes.Contains(content, []byte("_format_version")) {
			return nil
		}
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyRoutes, out)
		for _, root := range docs.Docs {
			if root.Has("_format_version") {
				document(f, "kong", root, out)
				kongConfig(f, root, out)
			}
		}
		return nil
	},
}

func kongConfig(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	global := kongPlugins(f, root, attachment{auth: sbom.No})
	for _, s := range items(root.Get("services")) {
		own := kongPlugins(f, s, global)
		for _, r := range items(s.Get("routes")) {
			a := kongPlugins(f, r, own)
			name := r.Get("name").Str()
			if name == "" {
				name = s.Get("name").Str()
			}
			route := sbom.Route{Name: name, Kind: "kong", LLM: kongLLM(root, s, r), Backends: nonEmpty(s.Get("name").Str(), s.Get("host").Str(), s.Get("url").Str()),
				Limits: a.limits, Auth: a.auth, TLS: kongTLS(r), At: r.KeyAt(f.Path, "name")}
			for _, g := range a.guards {
				g.Route = name
				route.Guards = append(route.Guards, g.Name)
				out.Guards = append(out.Guards, g)
			}
			out.Routes = append(out.Routes, route)
		}
	}
}

// kongPlugins adds the plugins of n to those it inherits.
func kongPlugins(f *sbom.File, n *tree.Node, inherited attachment) attachment {
	a := attachment{auth: inherited.auth, limits: inherited.limits[:len(inherited.limits):len(inherited.limits)], guards: inherited.guards[:len(inherited.guards):len(inherited.guards)]}
	for _, p := range items(n.Get("plugins")) {
		kongPlugin(f, p, "name", &a)
	}
	return a
}

// kongLLM tells whether the AI proxy plugin or the address of the service makes the
// backend a language model.
func kongLLM(nodes ...*tree.Node) sbom.Tri {
	for _, n := range nodes {
		for _, p := range items(n.Get("plugins")) {
			switch p.Get("name").Str() {
			case "ai-proxy", "ai-proxy-advanced":
				return sbom.Yes
			}
		}
		for _, text := range append(n.Get("paths").Strings(), n.Get("host").Str(), n.Get("url").Str(), n.Get("path").Str()) {
			if llmAddress.MatchString(text) {
				return sbom.Yes
			}
		}
	}
	return sbom.Unstated
}

// kongTLS is the protocols of a route; http is among them by default.
func kongTLS(r *tree.Node) sbom.Tri {
	protocols := r.Get("protocols").Strings()
	for _, p := range protocols {
		if p == "http" {
			return sbom.No
		}
	}
	return sbom.TriOf(len(protocols) > 0)
}
