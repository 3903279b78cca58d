package app

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
)

func pullCase(law string) Case {
	files := fstest.MapFS{ConfigName: {Data: []byte(law)}, "train.py": {Data: []byte(pinned)}}
	return Case{Head: &source.Source{FS: files, Subject: sbom.Subject{Name: "x"}}, Law: files, Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
}

const ociLaw = "policies \"x\" {\n  source = \"oci://registry.example/pack:1\"\n}\n"

// A pull request does not choose where the server connects to.
func TestDryRunPullsOnlyWhatTheLawNames(t *testing.T) {
	t.Parallel()
	var pulled []string
	d := &Decider{Version: "test", Registry: func(_ context.Context, ref string, _ bundles.OpenOptions) (*bundles.Bundle, error) {
		pulled = append(pulled, ref)
		return nil, errors.New("no such host")
	}}
	c := pullCase(ociLaw)
	c.Trusted = fstest.MapFS{}
	_, err := d.Evaluate(t.Context(), c)
	var invalid *LawError
	if !errors.As(err, &invalid) || !strings.Contains(invalid.Message, "is not pulled") || len(pulled) != 0 {
		t.Errorf("unknown to the base: %v, pulled %v", err, pulled)
	}
	c.Trusted = c.Law
	if _, err = d.Evaluate(t.Context(), c); err == nil || len(pulled) != 1 {
		t.Errorf("named by the base: %v, pulled %v", err, pulled)
	}
	c.Trusted, c.Org = fstest.MapFS{}, c.Law
	if _, err = d.Evaluate(t.Context(), c); err == nil || len(pulled) != 2 {
		t.Errorf("named by the organisation: %v, pulled %v", err, pulled)
	}
}

// The App asks for a dry run under the law in force.
func TestDryRunNamesTheLawInForce(t *testing.T) {
	t.Parallel()
	base := fstest.MapFS{}
	c := pullCase(ociLaw)
	c.Law = base
	var got Case
	a := &App{Options: Options{Evaluate: func(_ context.Context, c Case) (*Verdict, error) {
		got = c
		return nil, &LawError{Path: ConfigName, Message: "stop"}
	}}}
	if run := a.dryRun(t.Context(), c, nil); run == nil || run.Conclusion != failure || got.Trusted == nil || got.Law == nil {
		t.Errorf("%+v of %+v", run, got)
	}
	if _, err := got.Law.Open(ConfigName); err != nil {
		t.Error("the dry run is not under the law of the head")
	}
	if _, err := got.Trusted.Open(ConfigName); err == nil {
		t.Error("the head is trusted with its own law")
	}
}

// A registry that does not answer holds up nobody else.
func TestAPullHoldsUpNobody(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	d := &Decider{Version: "test", Registry: func(context.Context, string, bundles.OpenOptions) (*bundles.Bundle, error) {
		close(began)
		<-end
		return nil, errors.New("gone")
	}}
	slow := make(chan error, 1)
	go func() {
		_, err := d.Evaluate(context.Background(), pullCase(ociLaw))
		slow <- err
	}()
	<-began
	quick := make(chan error, 1)
	go func() {
		_, err := d.Evaluate(context.Background(), pullCase(""))
		quick <- err
	}()
	select {
	case err := <-quick:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("an evaluation waits for the registry of another")
	}
	close(end)
	if err := <-slow; err == nil {
		t.Error("the pull did not fail")
	}
}
