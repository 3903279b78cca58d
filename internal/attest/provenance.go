package attest

import (
	"strings"
	"time"
)

// StageRun is what a team says about one run of a stage that it runs itself.
type StageRun struct {
	Stage      string
	Builder    string // builder.id: who ran it
	Invocation string
	Parameters map[string]any
	Outputs    []Output
	Inputs     []Input
	Byproducts []Input
	Started    time.Time
	Finished   time.Time
}

// Output is something a stage made.
type Output struct {
	Name    string
	Kind    string // model | adapter | merge | quantized | dataset
	Version string // in a registry
	Digests map[string]string
}

// Input is something a stage consumed.
type Input struct {
	Kind    string // dataset | base | adapter | model | code | env
	Name    string
	URI     string
	Digests map[string]string
}

// Payload is the SLSA provenance v1 statement of the run.
func (r *StageRun) Payload() ([]byte, error) {
	var subjects []any
	for _, o := range r.Outputs {
		subject := map[string]any{"name": o.Name, "digest": o.Digests}
		annotations := map[string]any{}
		if o.Kind != "" {
			annotations[annotationKind] = o.Kind
		}
		if o.Version != "" {
			annotations[annotationVersion] = o.Version
		}
		if len(annotations) > 0 {
			subject["annotations"] = annotations
		}
		subjects = append(subjects, subject)
	}
	parameters := map[string]any{"stage": r.Stage}
	for name, value := range r.Parameters {
		parameters[name] = value
	}
	metadata := map[string]any{}
	for name, t := range map[string]time.Time{"startedOn": r.Started, "finishedOn": r.Finished} {
		if !t.IsZero() {
			metadata[name] = t.UTC().Format(time.RFC3339)
		}
	}
	if r.Invocation != "" {
		metadata["invocationId"] = r.Invocation
	}
	return statement(subjects, PredicateSLSA, map[string]any{
		"buildDefinition": map[string]any{
			"buildType": buildTypePrefix + r.Stage + "/v1", "externalParameters": parameters, "internalParameters": map[string]any{},
			"resolvedDependencies": descriptors(r.Inputs),
		},
		"runDetails": map[string]any{"builder": map[string]any{"id": r.Builder}, "metadata": metadata, "byproducts": descriptors(r.Byproducts)},
	})
}

func descriptors(inputs []Input) []any {
	out := []any{}
	for _, in := range inputs {
		name := in.Name
		if in.Kind != "" {
			name = strings.TrimSuffix(in.Kind+":"+in.Name, ":")
		}
		entry := map[string]any{"name": name}
		if in.URI != "" {
			entry["uri"] = in.URI
		}
		if len(in.Digests) > 0 {
			entry["digest"] = in.Digests
		}
		out = append(out, entry)
	}
	return out
}

// PredicatePayload is a statement with a predicate of somebody else's.
func PredicatePayload(outputs []Output, predicateType string, predicate map[string]any) ([]byte, error) {
	var subjects []any
	for _, o := range outputs {
		subjects = append(subjects, map[string]any{"name": o.Name, "digest": o.Digests})
	}
	return statement(subjects, predicateType, predicate)
}
