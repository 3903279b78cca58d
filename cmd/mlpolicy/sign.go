package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/gate"
)

func newSign(env *environment) *cobra.Command {
	var key, out, hash string
	var chain, ignore []string
	var shard int64
	cmd := &cobra.Command{
		Use:   "sign DIR",
		Short: "Sign a model directory or file (OpenSSF Model Signing)",
		Long: `Sign a model: hash every file below DIR (or one file) and write a signature in the
OpenSSF Model Signing format, version 1.0.

Top-level .git, .github, .gitignore and .gitattributes are left out, and the signature
itself. Symbolic links and special files are refused. With --certificate-chain the
signature carries the certificate of the key (first) and the authorities above it.`,
		Example: "  mlpolicy sign model/ --signing-key key.pem -o model.sig",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key == "" || out == "" {
				return usage("mlpolicy sign DIR --signing-key key.pem -o model.sig", "sign needs --signing-key and -o")
			}
			signer, err := env.signer(key, chain)
			if err != nil {
				return err
			}
			opts := attest.ModelOptions{Signature: env.path(out), HashType: hash, ShardSize: shard}
			if opts.Ignore, err = env.ignored(args[0], ignore); err != nil {
				return err
			}
			bundle, manifest, err := attest.SignModel(cmd.Context(), env.path(args[0]), signer, opts)
			if err != nil {
				return attestError(err)
			}
			if err := os.WriteFile(env.path(out), bundle, 0o644); err != nil {
				return usage("", "write signature: %w", err)
			}
			fmt.Fprintf(env.stdout, "signed %d entries of %s as sha256:%s\n", len(manifest.Resources), manifest.Name, manifest.Root)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&key, "signing-key", "", "private key, PEM: EC P-256, P-384, P-521 or Ed25519")
	flags.StringArrayVar(&chain, "certificate-chain", nil, "certificate of the key, then the authorities above it, PEM (repeatable)")
	flags.StringVarP(&out, "output", "o", "", "signature file to write")
	flags.StringArrayVar(&ignore, "ignore", nil, "file or directory of the model to leave out (repeatable)")
	flags.StringVar(&hash, "hash", "sha256", "digest of the files: sha256, blake2b or blake3")
	flags.Int64Var(&shard, "shard-size", 0, "sign byte ranges of this size instead of whole files, 0 for whole files")
	return cmd
}

// signer reads a signing key and its certificates.
func (env *environment) signer(key string, chain []string) (*attest.Signer, error) {
	private, err := os.ReadFile(env.path(key))
	if err != nil {
		return nil, usage("", "signing key: %w", err)
	}
	var certificates bytes.Buffer
	for _, name := range chain {
		content, err := os.ReadFile(env.path(name))
		if err != nil {
			return nil, usage("", "certificate chain: %w", err)
		}
		certificates.Write(content)
		certificates.WriteByte('\n')
	}
	signer, err := attest.NewSigner(private, certificates.Bytes())
	if err != nil {
		return nil, usage("", "%s: %w", key, err)
	}
	return signer, nil
}

// ignored makes the paths of --ignore relative to the model. A relative one is relative
// to the model already.
func (env *environment) ignored(model string, paths []string) ([]string, error) {
	base := env.path(model)
	out := []string{}
	for _, p := range paths {
		if filepath.IsAbs(p) {
			rel, err := filepath.Rel(base, p)
			if err != nil {
				return nil, usage("", "--ignore %s: %w", p, err)
			}
			if rel == ".." || len(rel) > 2 && rel[:3] == "../" {
				return nil, usage("give a path inside the model", "--ignore %s is not inside %s", p, model)
			}
			p = rel
		}
		out = append(out, filepath.ToSlash(p))
	}
	return out, nil
}

// attestError gives an error of verification its exit status: 3 for a document that
// cannot be read, 1 for one that does not hold.
func attestError(err error) error {
	told := errors.New(gate.Clean(err.Error())) // it names files and holders that an attacker chose
	switch {
	case attest.IsMalformed(err):
		return &exitError{code: exitUndecided, err: told}
	case attest.RefusalCode(err) != "":
		return &exitError{code: exitDenied, err: told}
	}
	return &exitError{code: exitUsage, err: told}
}
