// Package attest signs and verifies: OpenSSF Model Signing (OMS v1.0), in-toto
// statements in DSSE envelopes and Sigstore bundles, the chain of statements behind a
// digest, and verification summaries (VSA).
//
// It trusts nothing that is not handed to it: keys, certificates and trusted roots are
// parameters, the time is a parameter, and it never uses the network. Everything it
// parses is parsed strictly: duplicate keys, unknown fields where the specification
// knows none, and lengths that do not fit are refused, not repaired.
//
// Two kinds of error leave it. A Malformed says that a document cannot be read, so
// nothing is known (exit 3); a Refused says that it was read and does not hold (exit 1).
package attest
