package engine

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// removedBuiltins are built-in functions that reach out of the evaluation or depend on
// more than its input: network, environment, clock of the machine, randomness, and the
// evaluator itself. `time.now_ns` stays: it is the `now` of the input.
var removedBuiltins = []string{
	"http.send", "opa.runtime", "trace", "rego.parse_module", "rego.metadata.chain", "rego.metadata.rule",
	"net.lookup_ip_addr", "rand.intn", "uuid.rfc4122",
	// These read the clock of the machine, or randomness, inside Go's crypto packages.
	"crypto.x509.parse_and_verify_certificates", "crypto.x509.parse_and_verify_certificates_with_options",
	"io.jwt.encode_sign", "io.jwt.encode_sign_raw", "io.jwt.decode_verify",
	// A schema given as a value may refer to remote schemas, which the validator fetches.
	"json.match_schema", "json.verify_schema",
	"providers.aws.sign_req",
}

// removedPrefixes remove whole families, also built-ins that a later OPA adds to them.
var removedPrefixes = []string{"net.lookup", "rand.", "uuid.rfc", "http."}

// capabilities returns what policies may use. It is built here and never read from JSON:
// an empty list of allowed hosts is dropped when it is marshalled, and no list means
// every host.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return removedBuiltin(b.Name) })
	c.AllowNet = []string{""}
	return c
}

func removedBuiltin(name string) bool {
	return slices.Contains(removedBuiltins, name) ||
		slices.ContainsFunc(removedPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
