package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/internal/decide"
)

func newBundle(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use: "bundle", Short: "Build, sign, verify, inspect, push and pull policy bundles",
		Long: `Policy bundles are in OPA's format: a gzipped tar of Rego and data, signed. OPA itself loads them,
and its downloader pulls them from a registry.`,
	}
	c.AddCommand(newBundleBuild(env), newBundleSign(env), newBundleVerify(env), newBundleInspect(env), newBundlePush(env), newBundlePull(env))
	return c
}

func newBundleBuild(env *environment) *cobra.Command {
	var out, revision, key string
	c := &cobra.Command{
		Use: "build DIR", Short: "Check a pack and pack it, signed", Args: cobra.ExactArgs(1),
		Example: `  mlpolicy bundle build policies -o policies.tar.gz --revision v3 --signing-key policies.key`,
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage("", "-o FILE says where the bundle goes")
			}
			signingKey, err := env.key("--signing-key", key)
			if err != nil {
				return err
			}
			data, err := env.packData(c.Context(), args[0])
			if err != nil {
				return err
			}
			root, err := os.OpenRoot(env.path(args[0]))
			if err != nil {
				return usage("", "%w", err)
			}
			defer root.Close()
			err = env.write(out, func(w io.Writer) error {
				return bundles.Build(w, root.FS(), bundles.BuildOptions{Revision: revision, Data: data, SigningKey: signingKey})
			})
			if err != nil {
				return usage("", "%w", err)
			}
			if signingKey == nil {
				fmt.Fprintln(env.stderr, "mlpolicy: warning: the bundle is not signed; give --signing-key, or sign it with mlpolicy bundle sign")
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVarP(&out, "output", "o", "", "the bundle to write")
	f.StringVar(&revision, "revision", "", "revision of the pack, recorded and signed")
	f.StringVar(&key, "signing-key", "", "PEM private key (ECDSA, Ed25519 or RSA)")
	return c
}

// packData loads the pack, so that one with an error is not shipped, and returns the
// defaults of its settings.
func (env *environment) packData(ctx context.Context, dir string) (map[string]any, error) {
	pack := []string{dir}
	if embedded(env.path(dir)) {
		pack = []string{"default"}
	}
	policy, _, err := env.loadPolicy(ctx, &policyFlags{policies: pack, noConfig: true})
	if err != nil {
		return nil, err
	}
	return decide.PackData(policy), nil
}

// embedded tells whether the directory holds the pack that is embedded in this program:
// its package root is ours, and only the embedded pack may use it.
func embedded(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "lib", "refs.rego"))
	return err == nil
}

// key reads a key file; nil when none is named.
func (env *environment) key(flag, name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	return env.read(flag, name)
}

func newBundleSign(env *environment) *cobra.Command {
	var out, key string
	c := &cobra.Command{
		Use: "sign FILE", Short: "Sign a bundle", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if key == "" {
				return usage("", "--signing-key FILE says whose signature it gets")
			}
			signingKey, err := env.key("--signing-key", key)
			if err != nil {
				return err
			}
			packed, err := env.read("bundle", args[0])
			if err != nil {
				return err
			}
			if out == "" {
				out = args[0]
			}
			err = env.write(out, func(w io.Writer) error { return bundles.Sign(w, bytes.NewReader(packed), signingKey) })
			if err != nil {
				return usage("", "%w", err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&key, "signing-key", "", "PEM private key (ECDSA, Ed25519 or RSA)")
	c.Flags().StringVarP(&out, "output", "o", "", "the signed bundle (default: FILE itself)")
	return c
}

// proofFlags say who must have signed a bundle.
type proofFlags struct {
	key, signature, identity, issuer, least string
	trusted                                 []string
}

func (p *proofFlags) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.key, "public-key", "", "PEM public key of the signer")
	f.StringVar(&p.identity, "identity", "", "Sigstore identity of the signer; * stands for any characters")
	f.StringVar(&p.issuer, "issuer", "", "issuer of the identity")
	f.StringArrayVar(&p.trusted, "trusted-root", nil, "Sigstore trusted_root.json or .jsonl (repeatable)")
	f.StringVar(&p.signature, "signature", "", "Sigstore bundle over the bytes of the policy bundle (default for an identity: FILE"+decide.SignatureSuffix+", or what the registry has)")
	f.StringVar(&p.least, "min-revision", "", "refuse an older revision (v9 is older than v10)")
}

// options are what the flags ask of the bundle of a name.
func (p *proofFlags) options(env *environment, name string) (bundles.OpenOptions, error) {
	const hint = "give --public-key FILE, or --identity NAME --issuer URL --trusted-root FILE"
	opts := bundles.OpenOptions{MinRevision: p.least}
	keyless := p.identity != "" || p.issuer != "" || len(p.trusted) > 0
	if keyless && (p.key != "" || p.identity == "" || p.issuer == "" || len(p.trusted) == 0) {
		return opts, usage(hint, "a bundle is verified with a key, or with an identity, its issuer and a trusted root")
	}
	if p.signature != "" && !keyless && p.key == "" {
		return opts, usage(hint, "--signature does not say who may have signed")
	}
	if !keyless && p.signature == "" {
		key, err := env.key("--public-key", p.key)
		opts.PublicKey = key
		return opts, err
	}
	beside := verifyFlags{identity: p.identity, issuer: p.issuer, trusted: p.trusted}
	if p.key != "" {
		beside.keys = []string{p.key}
	}
	trust, err := beside.trust(env)
	if err != nil {
		return opts, err
	}
	opts.Verify = decide.VerifyBeside(trust)
	file := p.signature
	if file == "" && !strings.HasPrefix(name, bundles.OCIScheme) {
		file = name + decide.SignatureSuffix
	}
	if file != "" {
		signature, err := env.read("--signature", file)
		if err != nil {
			return opts, err
		}
		opts.Signatures = [][]byte{signature}
	}
	return opts, nil
}

func newBundleVerify(env *environment) *cobra.Command {
	var proof proofFlags
	c := &cobra.Command{
		Use: "verify FILE", Short: "Verify the signature of a bundle over every file in it", Args: cobra.ExactArgs(1),
		Long: `Verify who signed a bundle, a file or oci://REGISTRY/NAME:TAG.

A key verifies the signature inside of the bundle, as opa does. An identity verifies a
Sigstore bundle beside it, over its bytes (cosign sign-blob) or its manifest in a registry
(cosign sign). Nothing of Sigstore is fetched: the trusted root is a file.`,
		Example: `  mlpolicy bundle verify policies.tar.gz --public-key policies.pub
  mlpolicy bundle verify policies.tar.gz --trusted-root trusted_root.json --issuer https://token.actions.githubusercontent.com \
    --identity 'https://github.com/acme/policies/.github/workflows/release.yml@refs/tags/*'`,
		RunE: func(c *cobra.Command, args []string) error {
			opts, err := proof.options(env, args[0])
			if err != nil {
				return err
			}
			a, err := env.bundleArtifact(c.Context(), args[0])
			if err != nil {
				return err
			}
			b, err := a.Open(c.Context(), opts)
			if err != nil {
				return unproven(err, opts)
			}
			fmt.Fprintf(env.stdout, "verified %s: %d policies, revision %q, sha256 %s\n", args[0], len(b.Modules), b.Revision, b.Digest)
			if b.Signer != "" {
				fmt.Fprintf(env.stdout, "signed by %s\n", b.Signer)
			}
			return nil
		},
	}
	proof.flags(c)
	return c
}

// unproven is the exit of a bundle that does not prove what was asked.
func unproven(err error, opts bundles.OpenOptions) error {
	if opts.PublicKey == nil && opts.Verify == nil {
		return usage("say who signs it with --public-key FILE or --identity", "%w", err)
	}
	return &exitError{code: exitDenied, err: err}
}

func newBundleInspect(env *environment) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "inspect FILE", Short: "Show what is in a bundle, without trusting it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := env.bundleArtifact(c.Context(), args[0])
			if err != nil {
				return err
			}
			b, err := a.Open(c.Context(), bundles.OpenOptions{AllowUnsigned: true})
			if err != nil {
				return usage("", "%w", err)
			}
			paths := make([]string, len(b.Modules))
			for i, m := range b.Modules {
				paths[i] = m.Path
			}
			if format == "json" {
				enc := json.NewEncoder(env.stdout)
				enc.SetIndent("", "  ")
				return enc.Encode(map[string]any{"revision": b.Revision, "roots": b.Roots, "sha256": b.Digest, "policies": paths, "data": b.Data, "signature_checked": false})
			}
			fmt.Fprintf(env.stdout, "revision  %s\nroots     %s\nsha256    %s\n", b.Revision, strings.Join(b.Roots, ", "), b.Digest)
			fmt.Fprintln(env.stdout, "signature not checked (mlpolicy bundle verify)")
			for _, p := range paths {
				fmt.Fprintf(env.stdout, "  %s\n", p)
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "table", "table | json")
	return c
}

func newBundlePush(env *environment) *cobra.Command {
	var signature string
	c := &cobra.Command{
		Use: "push FILE oci://REGISTRY/NAME:TAG", Short: "Push a bundle to a registry", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			packed, err := env.read("bundle", args[0])
			if err != nil {
				return err
			}
			beside, err := env.key("--signature", signature)
			if err != nil {
				return err
			}
			digest, err := bundles.Remote{}.Push(c.Context(), args[1], packed)
			if err != nil {
				return &exitError{code: exitUndecided, err: err}
			}
			name, _, _ := strings.Cut(args[1], "@")
			if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
				name = name[:i]
			}
			if beside != nil {
				if err := (bundles.Remote{}).Attach(c.Context(), name+"@"+digest, beside); err != nil {
					return &exitError{code: exitUndecided, err: err}
				}
			}
			fmt.Fprintf(env.stdout, "%s@%s\n", name, digest)
			return nil
		},
	}
	c.Flags().StringVar(&signature, "signature", "", "Sigstore bundle over FILE (cosign sign-blob --bundle), to lie beside it in the registry")
	return c
}

func newBundlePull(env *environment) *cobra.Command {
	var out string
	var proof proofFlags
	var allowUnsigned bool
	c := &cobra.Command{
		Use: "pull oci://REGISTRY/NAME:TAG", Short: "Pull a bundle from a registry and verify it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage("", "-o FILE says where the bundle goes")
			}
			opts, err := proof.options(env, args[0])
			if err != nil {
				return err
			}
			opts.AllowUnsigned = allowUnsigned && opts.PublicKey == nil && opts.Verify == nil
			a, err := env.remote().Pull(c.Context(), args[0])
			if err != nil {
				return &exitError{code: exitUndecided, err: err}
			}
			b, err := a.Open(c.Context(), opts)
			if err != nil {
				return unproven(err, opts)
			}
			if err := env.write(out, func(w io.Writer) error { _, err := w.Write(a.Packed); return err }); err != nil {
				return err
			}
			fmt.Fprintf(env.stdout, "pulled %s (manifest %s), revision %q\n", args[0], a.Manifest, b.Revision)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the file to write")
	proof.flags(c)
	c.Flags().BoolVar(&allowUnsigned, "allow-unsigned", false, "take a bundle that nobody signed")
	return c
}

// bundleArtifact reads a bundle from a file or a registry.
func (env *environment) bundleArtifact(ctx context.Context, name string) (*bundles.Artifact, error) {
	if !strings.HasPrefix(name, bundles.OCIScheme) {
		packed, err := env.read("bundle", name)
		return &bundles.Artifact{Packed: packed}, err
	}
	a, err := env.remote().Pull(ctx, name)
	if err != nil {
		return nil, &exitError{code: exitUndecided, err: err}
	}
	return a, nil
}

// remote reaches registries, and keeps what it pulled where the user's caches are.
func (env *environment) remote() bundles.Remote {
	dir, err := os.UserCacheDir()
	if err != nil {
		return bundles.Remote{}
	}
	return bundles.Remote{CacheDir: filepath.Join(dir, "mlpolicy", "bundles")}
}

// revisions remembers what tags named, beside the cache of what was pulled.
func (env *environment) revisions() *bundles.Revisions {
	dir, err := os.UserCacheDir()
	if err != nil {
		return &bundles.Revisions{}
	}
	return &bundles.Revisions{File: filepath.Join(dir, "mlpolicy", "revisions.json")}
}

// openRemote opens a bundle that a configuration or command line names.
func (env *environment) openRemote(ctx context.Context, ref string, opts bundles.OpenOptions) (*bundles.Bundle, error) {
	a, err := env.remote().Pull(ctx, ref)
	if err != nil {
		return nil, err
	}
	return a.Open(ctx, opts)
}
