package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/fingerprint"
)

type fingerprintFlags struct {
	endpoint, name, keyFile         string
	prompts, baseline, model, where string
	samples                         int
	alpha, floor                    float64
	seed                            uint64
	key, format, attestationFile    string
	chain                           []string
}

func newFingerprint(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "fingerprint",
		Short: "Compare how a served model behaves with how the approved one did",
		Long: `Ask an OpenAI-compatible endpoint the same prompts again and test whether the answers still
come from the approved model: by log probabilities where the server returns them, else by
a two-sample test over the texts.

A drift is asked for twice before it is believed. "same" is no proof: a backdoor whose
trigger no prompt holds changes nothing here.`,
	}
	c.AddCommand(fingerprintRecord(env), fingerprintCheck(env))
	return c
}

func (f *fingerprintFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.endpoint, "endpoint", "", "address of the server, up to /v1")
	flags.StringVar(&f.name, "model-name", "", "name of the model for the server")
	flags.StringVar(&f.keyFile, "key-file", "", "file with the bearer token for the server")
	flags.StringVar(&f.baseline, "baseline", "fingerprint.json", "file of the baseline")
	flags.IntVar(&f.samples, "samples", 10, "answers per prompt")
}

func (f *fingerprintFlags) client(env *environment) (*fingerprint.Endpoint, error) {
	if !strings.HasPrefix(f.endpoint, "http://") && !strings.HasPrefix(f.endpoint, "https://") {
		return nil, usage("for example --endpoint http://localhost:8000/v1", "fingerprint needs the address of an --endpoint")
	}
	e := &fingerprint.Endpoint{URL: f.endpoint, Model: f.name, Client: http.DefaultClient}
	if f.keyFile != "" {
		key, err := os.ReadFile(env.path(f.keyFile))
		if err != nil {
			return nil, usage("", "--key-file: %w", err)
		}
		e.Key = strings.TrimSpace(string(key))
	}
	return e, nil
}

func fingerprintRecord(env *environment) *cobra.Command {
	var f fingerprintFlags
	c := &cobra.Command{
		Use: "record", Short: "Record how the approved model behaves",
		Long: `Record a session of the approved model, bound to its digest. Record at least two sessions, on
other days or machines: what differs between them is what a drift must exceed.`,
		Example: "  mlpolicy fingerprint record --endpoint http://localhost:8000/v1 --model-name bot --model sha256:… --prompts golden.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			e, err := f.client(env)
			if err != nil {
				return err
			}
			b, err := f.openOrNew(env)
			if err != nil {
				return err
			}
			answers, err := e.Ask(c.Context(), b.Prompts, f.samples)
			if err != nil {
				return &exitError{code: exitUndecided, err: err}
			}
			b.Record(answers, f.where, env.now())
			if err := f.save(env, b); err != nil {
				return err
			}
			fmt.Fprintf(env.stdout, "%s: %d sessions of %s\n", f.baseline, len(b.Sessions), b.Model)
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&f.prompts, "prompts", "", `JSON lines of {"prompt": "…"}, for the first session`)
	c.Flags().StringVar(&f.model, "model", "", "digest of the model that answers, sha256:HEX, for the first session")
	c.Flags().StringVar(&f.where, "where", "", "machine that serves, for the record")
	return c
}

func (f *fingerprintFlags) openOrNew(env *environment) (*fingerprint.Baseline, error) {
	if isFile(env.path(f.baseline)) {
		b, err := readFile(env, f.baseline, fingerprint.ReadBaseline)
		if err == nil && f.model != "" && f.model != b.Model {
			return nil, usage("record another model in another file", "%s is about %s", f.baseline, b.Model)
		}
		return b, err
	}
	prompts, err := readFile(env, f.prompts, readPrompts)
	if err != nil {
		return nil, err
	}
	b, err := fingerprint.NewBaseline(f.model, prompts)
	if err != nil {
		return nil, usage("mlpolicy verify --format json prints the digest of a signed model", "%w", err)
	}
	return b, nil
}

func readPrompts(data []byte) ([]string, error) {
	var out []string
	s := bufio.NewScanner(bytes.NewReader(data))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		var line struct {
			Prompt string `json:"prompt"`
		}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil || line.Prompt == "" {
			return nil, fmt.Errorf(`line %d is not {"prompt": "…"}`, len(out)+1)
		}
		out = append(out, line.Prompt)
	}
	if len(out) == 0 || len(out) > fingerprint.MaxPrompts {
		return nil, fmt.Errorf("%d prompts, 1 to %d are needed", len(out), fingerprint.MaxPrompts)
	}
	return out, s.Err()
}

func (f *fingerprintFlags) save(env *environment, b *fingerprint.Baseline) error {
	data, err := b.JSON()
	if err != nil {
		return err
	}
	return env.write(f.baseline, func(w io.Writer) error { _, err := w.Write(data); return err })
}

func fingerprintCheck(env *environment) *cobra.Command {
	var f fingerprintFlags
	c := &cobra.Command{
		Use: "check", Short: "Test a served model against its baseline",
		Long: `Ask again, test against the original baseline and, with --signing-key, write the result as a
signed test result that the gate takes with --attestation (MON-014).

Exit status: 0 same, 1 drift, 3 inconclusive.`,
		Example: "  mlpolicy fingerprint check --endpoint http://localhost:8000/v1 --model-name bot --signing-key mon.pem --attestation fp.sigstore.json",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runFingerprintCheck(c.Context(), env, &f) },
	}
	f.add(c)
	flags := c.Flags()
	flags.Float64Var(&f.alpha, "alpha", 0.01, "level of the test")
	flags.Float64Var(&f.floor, "floor", 0, "smallest effect that counts, if larger than between the sessions of the baseline")
	flags.Uint64Var(&f.seed, "seed", 1, "seed of the permutations")
	flags.StringVar(&f.attestationFile, "attestation", "", "write the result as a signed statement to this file")
	flags.StringVar(&f.key, "signing-key", "", "private key that signs it, PEM")
	flags.StringArrayVar(&f.chain, "certificate-chain", nil, "certificate of the key, PEM (repeatable)")
	flags.StringVar(&f.format, "format", "text", "text | json")
	return c
}

func runFingerprintCheck(ctx context.Context, env *environment, f *fingerprintFlags) error {
	if (f.key == "") != (f.attestationFile == "") {
		return usage("", "--signing-key and --attestation are given together")
	}
	if f.alpha <= 0 || f.alpha >= 1 || f.format != "text" && f.format != "json" {
		return usage("", "--alpha is between 0 and 1, --format is text or json")
	}
	e, err := f.client(env)
	if err != nil {
		return err
	}
	b, err := readFile(env, f.baseline, fingerprint.ReadBaseline)
	if err != nil {
		return err
	}
	ask := func() (fingerprint.Sample, error) { return e.Ask(ctx, b.Prompts, f.samples) }
	first, err := ask()
	result := fingerprint.Result{Verdict: fingerprint.Inconclusive, Alpha: f.alpha, PValue: 1}
	if err != nil {
		result.Reason = err.Error()
	} else if result, err = b.Check(first, ask, fingerprint.Options{Alpha: f.alpha, Floor: f.floor, Seed: f.seed}); err != nil {
		return err
	}
	if err := f.save(env, b); err != nil {
		return err
	}
	if f.key != "" {
		if err := f.attest(env, b, result); err != nil {
			return err
		}
	}
	if f.format == "json" {
		if err := json.NewEncoder(env.stdout).Encode(result); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(env.stdout, "%s: %s (%s, p %.4g, effect %.4g, floor %.4g, n %d)\n", result.Verdict, result.Reason, result.Method, result.PValue, result.Effect, result.Floor, result.N)
	}
	switch result.Verdict {
	case fingerprint.Drift:
		return &exitError{code: exitDenied}
	case fingerprint.Inconclusive:
		return &exitError{code: exitUndecided}
	}
	return nil
}

func (f *fingerprintFlags) attest(env *environment, b *fingerprint.Baseline, r fingerprint.Result) error {
	signer, err := env.signer(f.key, f.chain)
	if err != nil {
		return err
	}
	algorithm, value, _ := strings.Cut(b.Model, ":")
	outputs := []attest.Output{{Name: orDash(f.name), Digests: map[string]string{algorithm: value}}}
	payload, err := attest.PredicatePayload(outputs, attest.PredicateTestResult, r.Predicate(b, f.endpoint, env.now()))
	if err != nil {
		return err
	}
	bundle, err := signer.Sign(payload)
	if err != nil {
		return err
	}
	return env.write(f.attestationFile, func(w io.Writer) error { _, err := w.Write(bundle); return err })
}
