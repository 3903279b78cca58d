package evidence

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

const (
	// maxDocumentBytes bounds a file whose documents are kept for policies: manifests
	// written by people stay below, generated bundles of CRDs do not.
	maxDocumentBytes = 512 << 10
	// maxArgBytes bounds one argument or value that is kept of a command; scripts inside
	// manifests are longer and are not what policies compare.
	maxArgBytes = 16 << 10
)

// document keeps the raw form of a configuration file, without secrets.
func document(f *sbom.File, kind string, n *tree.Node, out *sbom.Inventory) {
	if f.Size > maxDocumentBytes && f.Substance() > maxDocumentBytes {
		tooLarge := sbom.Problem{Path: f.Path, Offset: -1, Family: sbom.FamilyDocuments, Code: "too_large", Reason: "file is larger than maxDocumentBytes (512 KiB), its documents are left out"}
		if !slices.Contains(out.Problems, tooLarge) { // once for all documents of a stream
			out.Problems = append(out.Problems, tooLarge)
		}
		return
	}
	out.Documents = append(out.Documents, sbom.Document{Kind: kind, Path: f.Path, Content: redact(n.Any(), "")})
}

// literal stands for the value of a secret.
const literal = "[literal]"

// redact replaces the values of secrets, whether the name of the secret is the key of
// the value, its neighbour (Kubernetes: name and value of a variable), or part of it.
func redact(v any, key string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		name, _ := v["name"].(string)
		secretObject := v["kind"] == "Secret"
		for k, value := range v {
			switch {
			case secretObject && (k == "data" || k == "stringData"):
				out[k] = literal
			case k == "value" && name != "":
				out[k] = redact(value, name)
			default:
				out[k] = redact(value, k)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = redact(v[i], key)
		}
		return out
	case string:
		return redactText(v, key)
	}
	return v
}

func redactText(text, key string) string {
	if key != "" && isSecret(key, text) {
		return literal
	}
	if name, value, ok := strings.Cut(text, "="); ok && len(text) <= maxArgBytes && isSecret(strings.TrimLeft(name, "-"), value) {
		return name + "=" + literal
	}
	for _, rule := range secretRules {
		if strings.Contains(strings.ToLower(text), rule.hint) {
			for _, m := range rule.pattern.FindAllStringSubmatch(text, -1) {
				if !placeholder(rule, m[1], m[0]) {
					text = strings.ReplaceAll(text, m[1], literal)
				}
			}
		}
	}
	return text
}
