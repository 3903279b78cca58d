package evidence

import (
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// secretName matches names of variables whose value is a credential.
var secretName = regexp.MustCompile(`(?i)(^|[_.-])(password|passwd|passphrase|secret|token|api_?key|access_?key|secret_?key|private_?key|credentials?|auth_?key|master_?key)$`)

// minSecretBytes is the length below which a value is a word, not a generated secret.
const minSecretBytes = 8

// minSecretEntropy in bits per character: random hexadecimal has 3.5 and more, words and
// names of objects less than 3.
const minSecretEntropy = 3.0

// isSecret tells whether the value of a variable has the shape of a secret: the mark of
// an issuer, or a name that means one and a value nobody writes by hand.
func isSecret(name, value string) bool {
	if len(value) < minSecretBytes || len(value) > maxArgBytes || strings.ContainsAny(value, "${}<> ") {
		return false
	}
	if strings.Contains(value, emulatorAccount) {
		return false
	}
	lower := strings.ToLower(name + "=" + value)
	for _, rule := range secretRules {
		if !strings.Contains(lower, rule.hint) {
			continue
		}
		if m := rule.pattern.FindStringSubmatch(name + "=" + value); m != nil && !placeholder(rule, m[1], m[0]) {
			return true
		}
	}
	if !secretName.MatchString(name) || placeholderWords.MatchString(value) || repeated.MatchString(value) {
		return false
	}
	return digits.MatchString(value) && letters.MatchString(value) && entropy(value) >= minSecretEntropy &&
		!strings.HasPrefix(value, "/") && !strings.Contains(value, "://") && !knownDefault.MatchString(value)
}

// emulatorAccount is the account of the Azurite storage emulator, whose key is printed in
// its documentation.
const emulatorAccount = "AccountName=devstoreaccount1"

var (
	letters = regexp.MustCompile(`[A-Za-z]`)
	// knownDefault are values that software ships with and its documentation prints.
	knownDefault = regexp.MustCompile(`(?i)^(minio|mlflow|postgres|airflow|grafana|rabbitmq|clickhouse|feast|redis|mysql|kubeflow|ray|langfuse|sk-1234|local)[a-z_-]*[0-9]{0,4}[!@#]?$|^Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq`) // the last is the account key of the Azurite emulator
)

// variable states a variable with a literal value.
func variable(name, value string, at sbom.At) sbom.EnvVar {
	v := sbom.EnvVar{Name: name, Value: value, Source: "literal", At: at}
	switch {
	case isSecret(name, value):
		v.Value, v.Secret = "", true
	case strings.Contains(value, "${") || strings.Contains(value, "{{") || strings.HasPrefix(value, "$"):
		v.Source = "unresolved"
	}
	if len(v.Value) > maxArgBytes {
		v.Value = v.Value[:maxArgBytes]
	}
	return v
}

// kubeEnv reads env and envFrom of a container (EnvVar v1 core).
func kubeEnv(path string, container *tree.Node) []sbom.EnvVar {
	var out []sbom.EnvVar
	for _, e := range items(container.Get("env")) {
		name, from := e.Get("name").Str(), e.Get("valueFrom")
		if name == "" {
			continue
		}
		if from == nil {
			out = append(out, variable(name, e.Get("value").Str(), e.KeyAt(path, "value")))
			continue
		}
		v := sbom.EnvVar{Name: name, Source: "unresolved", At: e.KeyAt(path, "name")}
		for key, source := range map[string]string{"secretKeyRef": "secret", "configMapKeyRef": "config", "fieldRef": "field", "resourceFieldRef": "field"} {
			if from.Has(key) {
				v.Source = source
			}
		}
		out = append(out, v)
	}
	return out
}

// items is the entries of a list, none for anything else.
func items(n *tree.Node) []*tree.Node {
	if n == nil || n.Kind != tree.List {
		return nil
	}
	return n.Items
}

// pairs is the entries of a map, none for anything else.
func pairs(n *tree.Node) []tree.Pair {
	if n == nil || n.Kind != tree.Map {
		return nil
	}
	return n.Pairs
}

// image splits an image reference (distribution spec: name[:tag][@digest]).
func image(ref string, at sbom.At) sbom.Image {
	out := sbom.Image{Name: ref, At: at}
	if name, digest, ok := strings.Cut(out.Name, "@"); ok {
		out.Name, out.Digest = name, digest
	}
	if i := strings.LastIndexByte(out.Name, ':'); i > strings.LastIndexByte(out.Name, '/') && !strings.Contains(out.Name[i:], "}") {
		out.Name, out.Tag = out.Name[:i], out.Name[i+1:]
	}
	return out
}
