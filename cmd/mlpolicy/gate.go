package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/report"
	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/gate"
	"github.com/mlpolicy/mlpolicy/internal/source"
)

type gateFlags struct {
	lawFlags
	stage, environment, resource          string
	bom, registry, vsa, key, format, out  string
	signatures, attestations, trust, keys []string
	offline, verbose                      bool
}

// gateFormats are those of check; json holds the evidence as well.
var gateFormats = report.Formats

func newGate(env *environment) *cobra.Command {
	var f gateFlags
	c := &cobra.Command{
		Use:   "gate SOURCE",
		Short: "Prove before a deployment that a model is the approved one",
		Long: `Hash the model, compare its bytes with the ML-BOM, the signature, the registry and the last
passed summary, verify who signed it, walk its statements back to approved sources, and
decide the controls of one stage with this evidence.

Who is trusted for which stage is in the trust blocks of mlpolicy.hcl. --trust adds the
material by which certificates are checked (a CA, a Sigstore trusted root); a public key
given with --trust counts only where the configuration has no trust block.

A model.sig in SOURCE is used when no --signature is given. What is not given was not
looked for: controls that need it cannot pass. Nothing is fetched unless --registry
names a remote one: credentials for oci:// are those of docker login, for s3:// those of
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION and
AWS_ENDPOINT_URL_S3.

Exit status: 0 allowed, 1 denied, 2 usage or configuration, 3 could not decide.`,
		Example: `  mlpolicy gate model/ --stage deployment --environment prod --bom model.cdx.json \
    --signature model.sig --attestation train.sigstore.json --trust ca.pem \
    --vsa model.vsa.json --signing-key gate.pem`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runGate(c.Context(), env, &f, args[0]) },
	}
	f.lawFlags.add(c)
	flags := c.Flags()
	flags.StringVar(&f.stage, "stage", string(engine.StageDeployment), "stage that the model enters: "+stageNames())
	flags.StringVar(&f.environment, "environment", "", "environment that it enters; its settings apply")
	flags.StringVar(&f.resource, "resource", "", "address under which it is deployed (default: the name of the model)")
	flags.StringVar(&f.bom, "bom", "", "ML-BOM of the model (CycloneDX)")
	flags.StringArrayVar(&f.signatures, "signature", nil, "model signature (repeatable)")
	flags.StringArrayVar(&f.attestations, "attestation", nil, "statement: Sigstore bundle, DSSE envelope or .jsonl of them; or a directory of such (repeatable)")
	flags.StringArrayVar(&f.trust, "trust", nil, "public key, certificate authority or Sigstore trusted root (repeatable)")
	flags.StringVar(&f.registry, "registry", "", "what the registry says: oci://HOST/NAME:TAG, hf://ORG/NAME@REVISION, s3://BUCKET/PREFIX; or a file: OCI manifest or layout, MLflow version directory, JSON listing")
	flags.BoolVar(&f.offline, "offline", false, "use no network at all")
	flags.StringVar(&f.vsa, "vsa", "", "write a signed verification summary to this file")
	flags.StringVar(&f.key, "signing-key", "", "private key that signs the summary, PEM")
	flags.StringArrayVar(&f.keys, "certificate-chain", nil, "certificate of the signing key, PEM (repeatable)")
	flags.StringVar(&f.format, "format", "", strings.Join(gateFormats, " | "))
	flags.StringVarP(&f.out, "output", "o", "", "write to this file instead of standard output")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "list every finding and every control")
	complete(c, "stage", strings.Split(stageNames(), ", "))
	complete(c, "format", gateFormats)
	return c
}

func (f *gateFlags) check() error {
	switch {
	case f.allowUnsigned:
		return usage("sign the policy bundle: mlpolicy bundle sign", "gate loads no unsigned bundle")
	case f.base != "":
		return usage("", "gate decides one model; --base is for check")
	case (f.vsa == "") != (f.key == ""):
		return usage("", "--vsa and --signing-key are given together")
	case f.format != "" && !slices.Contains(gateFormats, f.format):
		return usage("", "format %q is not written; %s are", f.format, strings.Join(gateFormats, ", "))
	case f.offline && gate.Remote(f.registry):
		return usage("give its listing as a file", "--offline and --registry %s exclude each other", f.registry)
	}
	return nil
}

func runGate(ctx context.Context, env *environment, f *gateFlags, name string) error {
	if err := f.check(); err != nil {
		return err
	}
	list, err := stages([]string{f.stage})
	if err != nil {
		return err
	}
	var signer *attest.Signer
	if f.key != "" {
		if signer, err = env.signer(f.key, f.keys); err != nil {
			return err
		}
	}
	req := &decide.Request{Version: toolVersion(), Mode: decide.ModeGate, Environment: f.environment, Stages: list, Now: env.now().UTC()}
	if f.now != "" {
		if req.Now, err = time.Parse(time.RFC3339, f.now); err != nil {
			return usage("write it as 2026-11-24T12:00:00Z", "--now: %w", err)
		}
	}
	if req.Head, err = source.Open(ctx, env.dir, name); err != nil {
		return err
	}
	defer req.Head.Close()
	if kind := req.Head.Subject.Kind; kind != "directory" && kind != "file" {
		return usage("check out the revision, or download the model", "gate needs the bytes on disk, not a %s", kind)
	}
	law := decide.Law{Dir: env.dir}
	if err := env.law(ctx, req, &f.lawFlags, law); err != nil {
		return err
	}
	gate.RequireProof(req.Config, req.Stages[0])
	g, err := f.gate(ctx, env, req, law, name)
	if err != nil {
		return err
	}
	if err := g.Collect(ctx); err != nil {
		return gateError(err)
	}
	packs, policyDigest := req.Policy.Packs(), req.Policy.Digest()
	// New advisories and facts were not part of an earlier decision.
	if reused := g.Reuse(packs, policyDigest); reused != "" && !req.VulnsGiven && len(req.Facts) == 0 {
		return env.write(f.out, func(w io.Writer) error { return writeGate(w, f, g.Result(nil, reused), report.Options{}) })
	}
	req.Extend = g.Extend
	result, err := decide.Run(ctx, *req)
	if err != nil {
		return err
	}
	answer := g.Result(result.Decision, "")
	if signer != nil {
		if err := f.record(env, signer, g.Summary(result.Decision, packs, policyDigest, toolVersion())); err != nil {
			return err
		}
		answer.Recorded = f.vsa
	}
	opts := report.Options{Controls: req.Policy.Controls(), Color: env.terminal && f.out == "", Verbose: f.verbose}
	if err := env.write(f.out, func(w io.Writer) error { return writeGate(w, f, answer, opts) }); err != nil {
		return err
	}
	if answer.Exit != exitAllowed {
		return &exitError{code: answer.Exit}
	}
	return nil
}

// gate reads the files of the command line.
func (f *gateFlags) gate(ctx context.Context, env *environment, req *decide.Request, law decide.Law, name string) (*gate.Gate, error) {
	request := gate.Request{
		Model: env.path(name), Name: req.Head.Subject.Name, Resource: f.resource, Stage: req.Stages[0], Environment: f.environment,
		Config: req.Config, Read: law.Read, Now: req.Now,
	}
	signatures := f.signatures
	if beside := filepath.Join(name, "model.sig"); len(signatures) == 0 && req.Head.Subject.Kind == "directory" && isFile(env.path(beside)) {
		signatures = []string{beside}
	}
	var err error
	for _, part := range []struct {
		names []string
		into  *[]gate.File
	}{{signatures, &request.Signatures}, {f.attestations, &request.Attestations}, {f.trust, &request.Trust}} {
		for _, n := range part.names {
			if err := env.gateFiles(n, part.into); err != nil {
				return nil, err
			}
		}
	}
	if f.bom != "" {
		var files []gate.File
		if err := env.gateFiles(f.bom, &files); err != nil || len(files) != 1 {
			return nil, usage("", "--bom %s: %w", f.bom, err)
		}
		request.BOM = &files[0]
	}
	if f.registry != "" {
		if request.Registry, err = gate.ReadRegistry(ctx, f.registry, env.path(f.registry), env.registryOptions(f.offline)); err != nil {
			return nil, &exitError{code: exitUndecided, err: err}
		}
	}
	g, err := gate.New(request)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	return g, nil
}

// registryOptions says how remote registries are reached, by the variables that the tools
// of each know.
func (env *environment) registryOptions(offline bool) gate.RegistryOptions {
	first := func(names ...string) string {
		for _, name := range names {
			if value := os.Getenv(name); value != "" {
				return value
			}
		}
		return ""
	}
	return gate.RegistryOptions{Offline: offline, S3: gate.S3{
		Endpoint: first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"), Region: first("AWS_REGION", "AWS_DEFAULT_REGION"),
		AccessKey: first("AWS_ACCESS_KEY_ID"), SecretKey: first("AWS_SECRET_ACCESS_KEY"), SessionToken: first("AWS_SESSION_TOKEN"), Now: time.Now,
	}}
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// gateFiles reads a file, or every file of a directory.
func (env *environment) gateFiles(name string, into *[]gate.File) error {
	path := env.path(name)
	info, err := os.Stat(path)
	if err != nil {
		return usage("", "%w", err)
	}
	if !info.IsDir() {
		data, err := os.ReadFile(path)
		if err != nil {
			return usage("", "%w", err)
		}
		*into = append(*into, gate.File{Name: filepath.ToSlash(name), Path: path, Data: data})
		return nil
	}
	entries, err := os.ReadDir(path) // in order of name
	if err != nil {
		return usage("", "%w", err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			if err := env.gateFiles(filepath.Join(name, e.Name()), into); err != nil {
				return err
			}
		}
	}
	return nil
}

// record writes the signed summary, of a denial as well.
func (f *gateFlags) record(env *environment, signer *attest.Signer, s *attest.Summary) error {
	payload, err := s.Payload()
	if err != nil {
		return err
	}
	bundle, err := signer.Sign(payload)
	if err != nil {
		return err
	}
	return env.write(f.vsa, func(w io.Writer) error { _, err := w.Write(bundle); return err })
}

func writeGate(w io.Writer, f *gateFlags, r *gate.Result, opts report.Options) error {
	switch {
	case f.format == "json":
		return r.JSON(w)
	case f.format != "" && f.format != "table" && r.Decided != nil:
		return report.Write(w, f.format, r.Decided, opts)
	}
	r.Text(w)
	if r.Decided == nil {
		return nil
	}
	if opts.Verbose {
		fmt.Fprintln(w)
		return report.Table(w, r.Decided, opts)
	}
	r.Verdict(w)
	return nil
}

// gateError is an error of collecting: a model that cannot be listed proves nothing.
func gateError(err error) error {
	if attest.IsMalformed(err) || attest.RefusalCode(err) != "" {
		return &exitError{code: exitDenied, err: err}
	}
	return &exitError{code: exitUndecided, err: err}
}
