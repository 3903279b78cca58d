package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/gate"
)

type verifyFlags struct {
	signature, identity, issuer string
	keys, roots, trusted, times []string
	ignore                      []string
	ignoreUnsigned, offline     bool
	format                      string
}

func newVerify(env *environment) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Verify a model against its signature (OpenSSF Model Signing)",
		Long: `Verify that a model directory or file is the one that was signed, and by whom.

Say how the signer is trusted, in one of three ways:
  --public-key FILE                                 a key
  --certificate-root FILE                           a private CA, with --identity if only some holders may sign
  --identity NAME --issuer URL --trusted-root FILE  a Sigstore identity (keyless)

Nothing is fetched: the trusted root is a file. Files that the signature does not name
fail the verification; with --ignore-unsigned-files only those that are code or weights do.

Exit status: 0 verified, 1 not the signed model or the wrong signer, 2 usage, 3 the
signature cannot be read.`,
		Example: "  mlpolicy verify model/ --signature model.sig --public-key signer.pub",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return runVerify(cmd, env, args[0], &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.signature, "signature", "", "signature file")
	flags.StringArrayVar(&f.keys, "public-key", nil, "trusted public key, PEM (repeatable)")
	flags.StringArrayVar(&f.roots, "certificate-root", nil, "trusted certificate authority, PEM (repeatable)")
	flags.StringArrayVar(&f.times, "timestamp-root", nil, "certificates of a trusted time stamping authority (RFC 3161), PEM: a certificate that was valid at that time may have expired (repeatable)")
	flags.StringVar(&f.identity, "identity", "", "identity that the certificate must name; * stands for any characters")
	flags.StringVar(&f.issuer, "issuer", "", "issuer of the identity")
	flags.StringArrayVar(&f.trusted, "trusted-root", nil, "Sigstore trusted_root.json or .jsonl (repeatable)")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "file or directory of the model that is not compared (repeatable)")
	flags.BoolVar(&f.ignoreUnsigned, "ignore-unsigned-files", false, "accept files that are not signed, except code and weights")
	flags.BoolVar(&f.offline, "offline", false, "use no network (verify never does)")
	flags.StringVar(&f.format, "format", "text", "text or json")
	return cmd
}

func runVerify(cmd *cobra.Command, env *environment, model string, f *verifyFlags) error {
	if f.signature == "" {
		return usage("mlpolicy verify DIR --signature model.sig --public-key signer.pub", "verify needs --signature")
	}
	if f.format != "text" && f.format != "json" {
		return usage("", "--format is text or json, not %q", f.format)
	}
	trust, err := f.trust(env)
	if err != nil {
		return err
	}
	opts := attest.ModelOptions{Signature: env.path(f.signature), IgnoreUnsigned: f.ignoreUnsigned}
	if opts.Ignore, err = env.ignored(model, f.ignore); err != nil {
		return err
	}
	if _, err := os.Stat(env.path(model)); err != nil {
		return usage("", "there is no model %s", model)
	}
	bundle, err := os.ReadFile(env.path(f.signature))
	if err != nil {
		return &exitError{code: exitUndecided, err: fmt.Errorf("signature: %w", err)}
	}
	result, err := attest.VerifyModel(cmd.Context(), env.path(model), bundle, trust, opts)
	if err != nil {
		if f.format == "json" {
			writeVerifyJSON(env.stdout, nil, err)
		}
		return attestError(err)
	}
	if f.format == "json" {
		writeVerifyJSON(env.stdout, result, result.Err())
	} else {
		writeVerifyText(env.stdout, result)
	}
	if err := result.Err(); err != nil {
		return attestError(err)
	}
	return nil
}

// trust reads what the flags trust; exactly one way is used.
func (f *verifyFlags) trust(env *environment) (*attest.Trust, error) {
	const hint = "give one of: --public-key FILE; --certificate-root FILE; --identity NAME --issuer URL --trusted-root FILE"
	ways := 0
	for _, given := range []bool{len(f.keys) > 0, len(f.roots) > 0, len(f.trusted) > 0} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		if ways == 0 && f.identity != "" {
			return nil, usage("`gh attestation trusted-root` or the Sigstore TUF repository has one; it is never fetched", "keyless verification needs --trusted-root")
		}
		return nil, usage(hint, "verify needs exactly one way to trust the signer, %d are given", ways)
	}
	trust := &attest.Trust{Now: env.now(), Identity: f.identity, Issuer: f.issuer}
	switch {
	case len(f.trusted) > 0 && (f.identity == "" || f.issuer == ""):
		return nil, usage(hint, "keyless verification needs --identity and --issuer")
	case len(f.keys) > 0 && (f.identity != "" || f.issuer != ""):
		return nil, usage(hint, "a public key has no identity or issuer")
	case len(f.times) > 0 && len(f.roots) == 0:
		return nil, usage(hint, "--timestamp-root is for --certificate-root")
	}
	for _, name := range f.keys {
		key, err := readFile(env, name, attest.ReadPublicKey)
		if err != nil {
			return nil, err
		}
		trust.Keys = append(trust.Keys, attest.Key{Name: name, Public: key})
	}
	for _, name := range f.roots {
		roots, err := readFile(env, name, attest.ReadCertificates)
		if err != nil {
			return nil, err
		}
		trust.Roots = append(trust.Roots, roots...)
	}
	for _, name := range f.times {
		certificates, err := readFile(env, name, attest.ReadCertificates)
		if err != nil {
			return nil, err
		}
		authority, err := attest.NewTimeAuthority(certificates)
		if err != nil {
			return nil, usage("", "%s: %w", name, err)
		}
		trust.Times = append(trust.Times, authority)
	}
	for _, name := range f.trusted {
		roots, err := readFile(env, name, attest.ReadTrustedRoots)
		if err != nil {
			return nil, err
		}
		trust.Sigstore = append(trust.Sigstore, roots...)
	}
	return trust, nil
}

// readFile reads and parses a file of the command line; a mistake in it is one of usage.
func readFile[T any](env *environment, name string, parse func([]byte) (T, error)) (T, error) {
	var zero T
	content, err := os.ReadFile(env.path(name))
	if err != nil {
		return zero, usage("", "%w", err)
	}
	value, err := parse(content)
	if err != nil {
		return zero, usage("", "%s: %w", name, err)
	}
	return value, nil
}

func writeVerifyText(w io.Writer, r *attest.ModelResult) {
	for _, d := range r.Differences {
		fmt.Fprintf(w, "FAIL  %s\n", gate.Clean(d.Reason))
	}
	if len(r.Differences) == 0 {
		fmt.Fprintf(w, "OK    %d files match the signature\n", r.Files)
	}
	fmt.Fprintf(w, "      model    sha256:%s\n", r.Manifest.Root)
	fmt.Fprintf(w, "      signer   %s (%s)\n", gate.Clean(r.Signed.Identity), r.Signed.Method)
	if r.Signed.Issuer != "" {
		fmt.Fprintf(w, "      issuer   %s\n", gate.Clean(r.Signed.Issuer))
	}
	for _, p := range r.Ignored {
		fmt.Fprintf(w, "      the signer left out %s\n", gate.Clean(p))
	}
	for _, p := range r.Unsigned {
		fmt.Fprintf(w, "      not covered: %s\n", gate.Clean(p))
	}
}

func writeVerifyJSON(w io.Writer, r *attest.ModelResult, err error) {
	out := struct {
		Verified    bool                `json:"verified"`
		Reason      string              `json:"reason"`
		Digest      string              `json:"digest"`
		Method      string              `json:"method"`
		Identity    string              `json:"identity"`
		Issuer      string              `json:"issuer"`
		TrustRoot   string              `json:"trust_root"`
		Files       int                 `json:"files"`
		Differences []attest.Difference `json:"differences"`
		Ignored     []string            `json:"ignored"`
		Unsigned    []string            `json:"unsigned"`
	}{Verified: err == nil, Differences: []attest.Difference{}, Ignored: []string{}, Unsigned: []string{}}
	if err != nil {
		out.Reason = err.Error()
	}
	if r != nil {
		out.Digest, out.Files = "sha256:"+r.Manifest.Root, r.Files
		out.Method, out.Identity, out.Issuer, out.TrustRoot = string(r.Signed.Method), r.Signed.Identity, r.Signed.Issuer, r.Signed.TrustRoot
		out.Differences = append(out.Differences, r.Differences...)
		out.Ignored = append(out.Ignored, r.Ignored...)
		out.Unsigned = append(out.Unsigned, r.Unsigned...)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(out) // w is a terminal, a file or a buffer; a full disk shows in what it holds
}
