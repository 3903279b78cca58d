package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/attest"
)

type attestFlags struct {
	stage, builder, invocation, started, finished string
	kind, version, key, out                       string
	predicateType, predicate                      string
	subjects, inputs, params, chain               []string
}

func newAttest(env *environment) *cobra.Command {
	var f attestFlags
	c := &cobra.Command{
		Use:   "attest",
		Short: "Say in a signed statement what a stage consumed and made",
		Long: `Write a signed in-toto statement about one run of a stage: SLSA provenance v1 with every
input and output by digest. With --predicate-type and --predicate FILE the statement holds
a predicate of your own instead, for example the result of a scan or an evaluation.

A subject or input is NAME=PATH or NAME=sha256:HEX. A directory counts by the root digest
of OpenSSF Model Signing, which is what the gate looks for; a file by its SHA-256. An
input starts with its kind (dataset, base, adapter, model, code, env) and may end with
",uri=ADDRESS".`,
		Example: `  mlpolicy attest --stage training --subject support-bot=out/ --kind adapter \
    --input dataset:tickets=sha256:9f86… --input base:org/base=sha256:60ae…,uri=hf://org/base@1f3c… \
    --builder https://ci.example/train --signing-key train.pem -o train.sigstore.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runAttest(c.Context(), env, &f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.stage, "stage", "", "stage that ran: "+stageNames())
	flags.StringArrayVar(&f.subjects, "subject", nil, "NAME=PATH or NAME=sha256:HEX: what was made (repeatable)")
	flags.StringVar(&f.kind, "kind", "", "what the subjects are: model, adapter, merge, quantized, dataset")
	flags.StringVar(&f.version, "version", "", "version of the subjects in the registry")
	flags.StringArrayVar(&f.inputs, "input", nil, "KIND:NAME=PATH or KIND:NAME=ALGORITHM:HEX[,uri=ADDRESS]: what was consumed (repeatable)")
	flags.StringArrayVar(&f.params, "param", nil, "NAME=VALUE: parameter of the run (repeatable)")
	flags.StringVar(&f.builder, "builder", "", "who ran it, an address")
	flags.StringVar(&f.invocation, "invocation", "", "id of the run")
	flags.StringVar(&f.started, "started", "", "start of the run, RFC 3339")
	flags.StringVar(&f.finished, "finished", "", "end of the run, RFC 3339 (default: now)")
	flags.StringVar(&f.predicateType, "predicate-type", "", "type of a predicate of your own")
	flags.StringVar(&f.predicate, "predicate", "", "JSON file with it")
	flags.StringVar(&f.key, "signing-key", "", "private key, PEM")
	flags.StringArrayVar(&f.chain, "certificate-chain", nil, "certificate of the key, then the authorities above it, PEM (repeatable)")
	flags.StringVarP(&f.out, "output", "o", "", "write to this file instead of standard output")
	complete(c, "stage", strings.Split(stageNames(), ", "))
	c.AddCommand(newAttestVerify(env))
	return c
}

func runAttest(ctx context.Context, env *environment, f *attestFlags) error {
	own := f.predicateType != "" || f.predicate != ""
	switch {
	case f.key == "" || len(f.subjects) == 0:
		return usage("see `mlpolicy attest --help`", "attest needs --subject and --signing-key")
	case own && (f.predicateType == "" || f.predicate == ""):
		return usage("", "--predicate-type and --predicate are given together")
	case !own && (f.stage == "" || f.builder == ""):
		return usage("", "provenance needs --stage and --builder")
	}
	signer, err := env.signer(f.key, f.chain)
	if err != nil {
		return err
	}
	run, err := f.run(ctx, env)
	if err != nil {
		return err
	}
	payload, err := run.Payload()
	if own {
		payload, err = f.ownPayload(env, run)
	}
	if err != nil {
		return err
	}
	if _, err := attest.ParseStatement(payload); err != nil {
		return usage("", "the statement cannot be read back: %w", err)
	}
	bundle, err := signer.Sign(payload)
	if err != nil {
		return err
	}
	return env.write(f.out, func(w io.Writer) error { _, err := w.Write(bundle); return err })
}

// run reads what the flags say of the run.
func (f *attestFlags) run(ctx context.Context, env *environment) (*attest.StageRun, error) {
	run := &attest.StageRun{Stage: f.stage, Builder: f.builder, Invocation: f.invocation, Parameters: map[string]any{}, Finished: env.now()}
	if f.stage != "" {
		if _, err := stages([]string{f.stage}); err != nil {
			return nil, err
		}
	}
	for _, t := range []struct {
		text string
		into *time.Time
	}{{f.started, &run.Started}, {f.finished, &run.Finished}} {
		if t.text == "" {
			continue
		}
		parsed, err := time.Parse(time.RFC3339, t.text)
		if err != nil {
			return nil, usage("write it as 2026-11-24T12:00:00Z", "time %q: %w", t.text, err)
		}
		*t.into = parsed
	}
	for _, s := range f.subjects {
		name, digests, _, err := env.named(ctx, s)
		if err != nil {
			return nil, usage("", "--subject %s: %w", s, err)
		}
		run.Outputs = append(run.Outputs, attest.Output{Name: name, Kind: f.kind, Version: f.version, Digests: digests})
	}
	for _, in := range f.inputs {
		kind, rest, ok := strings.Cut(in, ":")
		if !ok || !slices.Contains([]string{"dataset", "base", "adapter", "model", "code", "env"}, kind) {
			return nil, usage("an input starts with dataset:, base:, adapter:, model:, code: or env:", "--input %s has no kind", in)
		}
		name, digests, uri, err := env.named(ctx, rest)
		if err != nil {
			return nil, usage("", "--input %s: %w", in, err)
		}
		run.Inputs = append(run.Inputs, attest.Input{Kind: kind, Name: name, URI: uri, Digests: digests})
	}
	for _, p := range f.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, usage("", "--param %s is not NAME=VALUE", p)
		}
		run.Parameters[name] = value
	}
	return run, nil
}

// named reads NAME=PATH or NAME=ALGORITHM:HEX, with ",uri=ADDRESS" after either.
func (env *environment) named(ctx context.Context, text string) (name string, digests map[string]string, uri string, err error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" || value == "" {
		return "", nil, "", fmt.Errorf("not NAME=PATH or NAME=sha256:HEX")
	}
	value, uri, _ = strings.Cut(value, ",uri=")
	if algorithm, hexText, ok := strings.Cut(value, ":"); ok && !strings.ContainsAny(algorithm, `/\`) {
		raw, err := hex.DecodeString(hexText)
		if err != nil || len(raw) == 0 || algorithm == "sha256" && len(raw) != sha256.Size {
			return "", nil, "", fmt.Errorf("%q is no digest", value)
		}
		return name, map[string]string{algorithm: strings.ToLower(hexText)}, uri, nil
	}
	digest, err := digestOfPath(ctx, env.path(value))
	return name, map[string]string{"sha256": digest}, uri, err
}

// digestOfPath is the root digest of a directory, or the digest of a file. A signature
// beside the model is no part of it.
func digestOfPath(ctx context.Context, path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	m, err := attest.BuildManifest(ctx, path, attest.ModelOptions{Signature: filepath.Join(path, "model.sig")})
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return m.Resources[0].Digest, nil
	}
	return m.Root, nil
}

func (f *attestFlags) ownPayload(env *environment, run *attest.StageRun) ([]byte, error) {
	content, err := os.ReadFile(env.path(f.predicate))
	if err != nil {
		return nil, usage("", "--predicate: %w", err)
	}
	var predicate map[string]any
	if err := json.Unmarshal(content, &predicate); err != nil {
		return nil, usage("", "--predicate %s: %w", f.predicate, err)
	}
	return attest.PredicatePayload(run.Outputs, f.predicateType, predicate)
}

func newAttestVerify(env *environment) *cobra.Command {
	var f verifyFlags
	var artifact string
	c := &cobra.Command{
		Use:   "verify BUNDLE",
		Short: "Verify a Sigstore bundle over one file",
		Long: `Verify a Sigstore bundle (message signature, or an in-toto statement of which the file is
a subject) against a key, or against an identity and a trusted root from a file.

Exit status: 0 verified, 1 not verified, 2 usage, 3 the bundle cannot be read.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runAttestVerify(env, &f, args[0], artifact) },
	}
	flags := c.Flags()
	flags.StringVar(&artifact, "artifact", "", "file, or sha256:HEX")
	flags.StringArrayVar(&f.keys, "public-key", nil, "trusted public key, PEM")
	flags.StringVar(&f.identity, "identity", "", "identity that the certificate must name; * stands for any characters")
	flags.StringVar(&f.issuer, "issuer", "", "issuer of the identity")
	flags.StringArrayVar(&f.trusted, "trusted-root", nil, "Sigstore trusted_root.json or .jsonl (repeatable)")
	return c
}

func runAttestVerify(env *environment, f *verifyFlags, bundle, artifact string) error {
	keyless := f.identity != "" && f.issuer != "" && len(f.trusted) > 0 && len(f.keys) == 0
	if artifact == "" || len(f.keys) != 1 && !keyless {
		return usage("", "attest verify needs --artifact, and --public-key or --identity with --issuer and --trusted-root")
	}
	trust := &attest.Trust{Identity: f.identity, Issuer: f.issuer, Now: env.now()}
	for _, name := range f.keys {
		key, err := readFile(env, name, attest.ReadPublicKey)
		if err != nil {
			return err
		}
		trust.Keys = append(trust.Keys, attest.Key{Name: name, Public: key})
	}
	for _, name := range f.trusted {
		roots, err := readFile(env, name, attest.ReadTrustedRoots)
		if err != nil {
			return err
		}
		trust.Sigstore = append(trust.Sigstore, roots...)
	}
	data, err := os.ReadFile(env.path(bundle))
	if err != nil {
		return &exitError{code: exitUndecided, err: err}
	}
	subject := attest.Artifact{SHA256: artifact}
	if !strings.HasPrefix(artifact, "sha256:") {
		if subject.Content, err = os.ReadFile(env.path(artifact)); err != nil {
			return usage("", "--artifact: %w", err)
		}
	}
	signed, err := trust.VerifyArtifact(data, subject)
	if err != nil {
		return attestError(err)
	}
	fmt.Fprintf(env.stdout, "OK    signed by %s (%s)\n", signed.Identity, signed.Method)
	return nil
}
