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

func newBundleVerify(env *environment) *cobra.Command {
	var key, least string
	c := &cobra.Command{
		Use: "verify FILE", Short: "Verify the signature of a bundle over every file in it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			publicKey, err := env.key("--public-key", key)
			if err != nil {
				return err
			}
			packed, err := env.bundleBytes(c.Context(), args[0])
			if err != nil {
				return err
			}
			b, err := bundles.Open(bytes.NewReader(packed), bundles.OpenOptions{PublicKey: publicKey, MinRevision: least})
			if err != nil {
				if publicKey == nil {
					return usage("give it with --public-key FILE", "%w", err)
				}
				return &exitError{code: exitDenied, err: err}
			}
			fmt.Fprintf(env.stdout, "verified %s: %d policies, revision %q, sha256 %s\n", args[0], len(b.Modules), b.Revision, b.Digest)
			return nil
		},
	}
	c.Flags().StringVar(&key, "public-key", "", "PEM public key of the signer")
	c.Flags().StringVar(&least, "min-revision", "", "refuse an older revision (v9 is older than v10)")
	return c
}

func newBundleInspect(env *environment) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "inspect FILE", Short: "Show what is in a bundle, without trusting it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			packed, err := env.bundleBytes(c.Context(), args[0])
			if err != nil {
				return err
			}
			b, err := bundles.Open(bytes.NewReader(packed), bundles.OpenOptions{AllowUnsigned: true})
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
	return &cobra.Command{
		Use: "push FILE oci://REGISTRY/NAME:TAG", Short: "Push a bundle to a registry", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			packed, err := env.read("bundle", args[0])
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
			fmt.Fprintf(env.stdout, "%s@%s\n", name, digest)
			return nil
		},
	}
}

func newBundlePull(env *environment) *cobra.Command {
	var out, key, least string
	var allowUnsigned bool
	c := &cobra.Command{
		Use: "pull oci://REGISTRY/NAME:TAG", Short: "Pull a bundle from a registry and verify it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage("", "-o FILE says where the bundle goes")
			}
			publicKey, err := env.key("--public-key", key)
			if err != nil {
				return err
			}
			packed, digest, err := env.remote().Pull(c.Context(), args[0])
			if err != nil {
				return &exitError{code: exitUndecided, err: err}
			}
			b, err := bundles.Open(bytes.NewReader(packed), bundles.OpenOptions{PublicKey: publicKey, AllowUnsigned: allowUnsigned && publicKey == nil, MinRevision: least})
			if err != nil {
				if publicKey == nil {
					return usage("give the signer's key with --public-key, or --allow-unsigned", "%w", err)
				}
				return &exitError{code: exitDenied, err: err}
			}
			if err := env.write(out, func(w io.Writer) error { _, err := w.Write(packed); return err }); err != nil {
				return err
			}
			fmt.Fprintf(env.stdout, "pulled %s (manifest %s), revision %q\n", args[0], digest, b.Revision)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the file to write")
	c.Flags().StringVar(&key, "public-key", "", "PEM public key of the signer")
	c.Flags().StringVar(&least, "min-revision", "", "refuse an older revision (v9 is older than v10)")
	c.Flags().BoolVar(&allowUnsigned, "allow-unsigned", false, "take a bundle that nobody signed")
	return c
}

// bundleBytes reads a bundle from a file or a registry.
func (env *environment) bundleBytes(ctx context.Context, name string) ([]byte, error) {
	if !strings.HasPrefix(name, bundles.OCIScheme) {
		return env.read("bundle", name)
	}
	packed, _, err := env.remote().Pull(ctx, name)
	if err != nil {
		return nil, &exitError{code: exitUndecided, err: err}
	}
	return packed, nil
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

// pull fetches a bundle that a configuration or command line names.
func (env *environment) pull(ctx context.Context, ref string) ([]byte, error) {
	packed, _, err := env.remote().Pull(ctx, ref)
	return packed, err
}
