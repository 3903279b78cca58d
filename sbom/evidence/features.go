package evidence

import (
	"context"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// featureStore reads Feast's feature_store.yaml (Feast, "feature_store.yaml" reference).
var featureStore = sbom.Collector{
	Name:     "evidence/feature-store",
	Families: []sbom.Family{sbom.FamilyStores, sbom.FamilyFeatures, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return strings.HasPrefix(f.Name(), "feature_store") && (f.Ext() == ".yaml" || f.Ext() == ".yml")
	},
	Collect: collectFeatureStore,
}

func collectFeatureStore(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyStores, out)
	root := docs.Root()
	if root.Get("project") == nil && root.Get("provider") == nil {
		return nil
	}
	provider := root.Get("provider").Str()
	out.Documents = append(out.Documents, sbom.Document{Kind: "feast", Path: f.Path, Content: withoutSecrets(root.Any())})

	store := emptyStore("feature_store", root.Get("project").Str(), root.KeyAt(f.Path, "project"))
	store.Purpose = provider
	store.URI = root.Get("registry").Str()
	if store.URI == "" {
		store.URI = root.Get("registry", "path").Str()
	}
	switch auth := root.Get("auth", "type").Str(); auth {
	case "":
		store.Auth = sbom.Unstated
	case "no_auth":
		store.Auth = sbom.No
		store.At = root.Get("auth").KeyAt(f.Path, "type")
	default:
		store.Auth = sbom.Yes
	}
	out.Stores = append(out.Stores, store)
	for _, section := range []string{"online_store", "offline_store", "registry"} {
		if s, ok := featureBackend(f, root, section); ok {
			out.Stores = append(out.Stores, s)
		}
	}
	return nil
}

// featureBackend is the database behind a feature store.
func featureBackend(f *sbom.File, root *tree.Node, section string) (sbom.Store, bool) {
	n := root.Get(section)
	if n == nil || n.Kind != tree.Map {
		return sbom.Store{}, false
	}
	store := emptyStore("feature_backend", section+":"+firstOf(n, "type", "registry_type"), root.KeyAt(f.Path, section))
	store.Purpose = section
	address := firstOf(n, "connection_string", "host", "path", "url")
	store.URI = address
	if i := strings.LastIndex(address, "@"); i >= 0 {
		store.URI = address[i+1:]
	}
	lower := strings.ToLower(address + " " + n.Get("sslmode").Str() + " " + n.Get("scheme").Str())
	switch {
	case strings.Contains(lower, "sslmode=disable"), strings.Contains(lower, "http://"), strings.Contains(lower, " disable"),
		strings.Contains(lower, "ssl=false"), n.Get("ssl").Tri() == sbom.No:
		store.TLS = sbom.No
	case strings.Contains(lower, "https://"), strings.Contains(lower, "rediss://"), strings.Contains(lower, "ssl=true"),
		strings.Contains(lower, "require"), strings.Contains(lower, "verify-full"), strings.Contains(lower, "verify-ca"):
		store.TLS = sbom.Yes
	}
	store.Auth = sbom.TriOf(n.Get("password") != nil || n.Get("user") != nil || strings.Contains(address, "@") || strings.Contains(address, "password="))
	return store, true
}

// emptyStore is a store about which nothing is stated yet.
func emptyStore(kind, name string, at sbom.At) sbom.Store {
	return sbom.Store{Kind: kind, Name: name, At: at, Public: sbom.Unstated, Auth: sbom.Unstated, TLS: sbom.Unstated,
		Versioning: sbom.Unstated, Lock: sbom.Unstated, Encryption: sbom.Unstated, ScanOnPush: sbom.Unstated}
}

// withoutSecrets replaces what stands under a key that names a secret, unless it is a
// reference to one; a document in the inventory holds no secret value.
func withoutSecrets(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			if s, ok := value.(string); ok && s != "" && secretKey(key) && !strings.ContainsAny(s, "$%{") {
				out[key] = "[literal]"
				if standsForSecret(s) || s == v["user"] || s == v["username"] {
					out[key] = "[placeholder]"
				}
				continue
			}
			out[key] = withoutSecrets(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withoutSecrets(v[i])
		}
		return out
	}
	return v
}

// standsForSecret tells a text that marks where a secret belongs, alone or as the
// password of a connection string.
func standsForSecret(s string) bool {
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '&' || r == '?' }) {
		name, value, ok := strings.Cut(part, "=")
		if ok && secretKey(name) {
			s = value
		}
	}
	return marked.MatchString(s)
}

// marked is text in brackets, or words that ask for the secret.
var marked = regexp.MustCompile(`(?i)^(\[[^\]]*\]|<[^>]*>|x{3,}|\*{3,}|your[-_ ].*|change[-_]?me|replace[-_]?me|placeholder|todo|redacted)$`)

func secretKey(key string) bool {
	key = strings.ToLower(key)
	for _, word := range []string{"password", "passwd", "secret", "token", "api_key", "apikey", "connection_string", "private_key"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}
