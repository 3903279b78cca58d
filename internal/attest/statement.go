package attest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Predicate types that mlpolicy reads. A statement of another type is kept with its
// body; nothing is concluded from it.
const (
	PredicateSLSA       = "https://slsa.dev/provenance/v1"
	PredicateVSA        = "https://slsa.dev/verification_summary/v1"
	PredicateSVR        = "https://in-toto.io/attestation/svr/v0.2"
	PredicateTestResult = "https://in-toto.io/attestation/test-result/v0.1"
	PredicateSCAI       = "https://in-toto.io/attestation/scai/v0.3"
	PredicateLink       = "https://in-toto.io/attestation/link/v0.3"
	PredicateCycloneDX  = "https://cyclonedx.org/bom" // also with a version: …/bom/v1.6
)

// Limits of a file of statements.
const (
	maxStatements   = 10_000 // lines of a .jsonl file; a registry export has hundreds
	maxSubjects     = 10_000
	maxDependencies = 100_000
)

// annotationKind and annotationVersion are subject annotations that mlpolicy writes and
// reads: what the subject is, and which version of a registered model.
const (
	annotationKind    = "mlpolicy.dev/kind"
	annotationVersion = "mlpolicy.dev/version"
)

// Subject is one thing that a statement is about.
type Subject struct {
	Name    string
	Kind    string   // model | adapter | merge | dataset | ..., "" when unstated
	Version string   // in a registry
	Digests []string // algorithm:hex, sorted
	raw     map[string]string
}

// Dependency is one input that a statement names.
type Dependency struct {
	Name    string
	URI     string
	Kind    string   // dataset | base | adapter | model | code | environment | input
	Digests []string // algorithm:hex, sorted; empty when it is not pinned
}

// Statement is an in-toto statement as read. Its signature is verified by Policy.Judge.
type Statement struct {
	Path          string // file, with #line in a .jsonl file
	Digest        string // of the document, algorithm:hex
	PredicateType string
	Subjects      []Subject
	Dependencies  []Dependency
	Predicate     map[string]any
	Claims        string // stage that the statement says it is of, "" when it does not say
	Started       time.Time
	Finished      time.Time
	bundle        *Bundle
}

// Document is one entry of a file of statements: a bundle, or why there is none.
type Document struct {
	Path   string
	Bundle *Bundle
	Digest string
	Err    error
}

// ReadDocuments reads a Sigstore bundle, a bare DSSE envelope, or a .jsonl file of
// either (`gh attestation download`). What cannot be read is in the list with its error.
func ReadDocuments(path string, data []byte) []Document {
	if len(data) > maxDocumentBytes {
		return []Document{{Path: path, Err: malformed("file has %d bytes, more than %d", len(data), maxDocumentBytes)}}
	}
	var out []Document
	for i, raw := range splitDocuments(data) {
		d := Document{Path: path, Digest: digestOf(raw)}
		if i > 0 {
			d.Path = fmt.Sprintf("%s#%d", path, i+1)
		}
		if i == maxStatements {
			d.Err = malformed("file has more than %d statements", maxStatements)
			return append(out, d)
		}
		d.Bundle, d.Err = parseSigned(raw)
		out = append(out, d)
	}
	return out
}

// splitDocuments splits a file in which every line is a document; any other file is one
// document.
func splitDocuments(data []byte) [][]byte {
	var lines [][]byte
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	if len(lines) > 1 && json.Valid(lines[0]) {
		return lines
	}
	return [][]byte{bytes.TrimSpace(data)}
}

// parseSigned reads a Sigstore bundle or a bare DSSE envelope.
func parseSigned(data []byte) (*Bundle, error) {
	value, err := decodeJSON(data)
	if err != nil {
		return nil, err
	}
	object, _ := value.(map[string]any)
	if _, bare := object["payloadType"]; bare {
		b := &Bundle{Method: MethodNone, raw: data}
		return b, b.readEnvelope(value)
	}
	b, err := bundleOf(value, data)
	if err == nil && b.message {
		return nil, malformed("the bundle signs a message, not a statement")
	}
	return b, err
}

// ParseStatement reads the statement in a bundle (in-toto attestation spec v1; v0.1
// statements of older tools have the same members).
func ParseStatement(payload []byte) (*Statement, error) {
	value, err := decodeJSON(payload)
	if err != nil {
		return nil, err
	}
	f := objectAt("statement", value)
	kind := f.text("_type")
	s := &Statement{PredicateType: f.text("predicateType")}
	subjects := f.list("subject")
	predicate, hasPredicate := f.get("predicate")
	switch {
	case f.err != nil:
		return nil, f.err
	case kind != statementType && kind != "https://in-toto.io/Statement/v0.1":
		return nil, malformed("statement._type is %q, not an in-toto statement", kind)
	case s.PredicateType == "":
		return nil, malformed("statement.predicateType is empty")
	case len(subjects) == 0 || len(subjects) > maxSubjects:
		return nil, malformed("statement.subject has %d entries, not 1 to %d", len(subjects), maxSubjects)
	}
	for i, entry := range subjects {
		subject, err := parseSubject(fmt.Sprintf("statement.subject[%d]", i), entry)
		if err != nil {
			return nil, err
		}
		s.Subjects = append(s.Subjects, subject)
	}
	s.Predicate = map[string]any{}
	if hasPredicate && predicate != nil {
		object, ok := plain(predicate).(map[string]any)
		if !ok {
			return nil, malformed("statement.predicate is not an object")
		}
		s.Predicate = object
	}
	return s, s.interpret()
}

func parseSubject(where string, value any) (Subject, error) {
	f := objectAt(where, value)
	s := Subject{Name: f.optionalText("name"), raw: map[string]string{}}
	digests := objectAt(where+".digest", f.must("digest"))
	for _, err := range []error{f.err, digests.err} {
		if err != nil {
			return s, err
		}
	}
	for algorithm := range digests.object {
		s.raw[algorithm] = strings.ToLower(digests.text(algorithm))
	}
	if digests.err != nil || len(s.raw) == 0 {
		return s, malformed("%s.digest is empty or not of strings: a name alone identifies nothing", where)
	}
	s.Digests = digestList(s.raw)
	if annotations, ok := f.object["annotations"].(map[string]any); ok {
		s.Kind, _ = annotations[annotationKind].(string)
		s.Version, _ = annotations[annotationVersion].(string)
	}
	return s, nil
}

// digestList writes digests as sorted algorithm:hex.
func digestList(digests map[string]string) []string {
	var out []string
	for _, algorithm := range slices.Sorted(maps.Keys(digests)) {
		if value := digests[algorithm]; value != "" {
			out = append(out, algorithm+":"+strings.ToLower(value))
		}
	}
	return out
}

// interpret reads what the chain needs from the predicate.
func (s *Statement) interpret() error {
	switch s.PredicateType {
	case PredicateSLSA:
		return s.readSLSA()
	case PredicateLink:
		return s.readDependencies("predicate.materials", s.Predicate["materials"])
	case PredicateVSA:
		s.Finished = timeAt(s.Predicate, "timeVerified")
		if own, ok := s.Predicate[vsaExtension].(map[string]any); ok {
			s.Claims = stageName(textAt(own, "stage"))
		}
	case PredicateSVR:
		s.Finished = timeAt(s.Predicate, "timeCreated")
	case PredicateTestResult:
		s.Finished = timeAt(s.Predicate, "timeFinished")
	}
	return nil
}

// readSLSA reads SLSA provenance v1: buildDefinition and runDetails.metadata.
func (s *Statement) readSLSA() error {
	build, _ := s.Predicate["buildDefinition"].(map[string]any)
	parameters, _ := build["externalParameters"].(map[string]any)
	s.Claims = stageName(textAt(parameters, "stage"))
	if s.Claims == "" {
		if rest, ok := strings.CutPrefix(textAt(build, "buildType"), buildTypePrefix); ok {
			name, _, _ := strings.Cut(rest, "/")
			s.Claims = stageName(name)
		}
	}
	run, _ := s.Predicate["runDetails"].(map[string]any)
	metadata, _ := run["metadata"].(map[string]any)
	s.Started, s.Finished = timeAt(metadata, "startedOn"), timeAt(metadata, "finishedOn")
	return s.readDependencies("predicate.buildDefinition.resolvedDependencies", build["resolvedDependencies"])
}

func (s *Statement) readDependencies(where string, value any) error {
	if value == nil {
		return nil
	}
	list, ok := value.([]any)
	if !ok || len(list) > maxDependencies {
		return malformed("%s is not a list of at most %d", where, maxDependencies)
	}
	for i, entry := range list {
		object, ok := entry.(map[string]any)
		if !ok {
			return malformed("%s[%d] is not an object", where, i)
		}
		d := Dependency{Name: textAt(object, "name"), URI: textAt(object, "uri")}
		digests := map[string]string{}
		if raw, ok := object["digest"].(map[string]any); ok {
			for algorithm := range raw {
				digests[algorithm] = textAt(raw, algorithm)
			}
		}
		d.Digests = digestList(digests)
		d.Kind = dependencyKind(d)
		s.Dependencies = append(s.Dependencies, d)
	}
	return nil
}

// dependencyKind tells what an input is: by the prefix of its name, which mlpolicy
// writes, else by its address.
func dependencyKind(d Dependency) string {
	prefix, _, _ := strings.Cut(d.Name, ":")
	switch prefix {
	case "dataset", "data":
		return "dataset"
	case "base", "adapter", "model", "code":
		return prefix
	case "env", "environment", "image":
		return "environment"
	}
	switch {
	case strings.HasPrefix(d.URI, "hf://datasets/"):
		return "dataset"
	case strings.HasPrefix(d.URI, "hf://"):
		return "base"
	case strings.HasPrefix(d.URI, "git+"), strings.HasPrefix(d.URI, "git://"):
		return "code"
	case strings.HasPrefix(d.URI, "pkg:oci/"), strings.HasPrefix(d.URI, "pkg:docker/"):
		return "environment"
	}
	return "input"
}

func (s *Statement) produces() bool {
	return s.PredicateType == PredicateSLSA || s.PredicateType == PredicateLink
}

// buildTypePrefix starts the build types of stages that mlpolicy writes.
const buildTypePrefix = "https://mlpolicy.dev/stage/"

// stageName maps the words people use for a stage to those of the configuration.
func stageName(word string) string {
	switch strings.ToLower(word) {
	case "train", "training", "finetune", "fine-tune", "merge":
		return "training"
	case "deploy", "deployment", "serve", "serving":
		return "deployment"
	case "register", "registry", "promote", "promotion":
		return "registry"
	case "monitor", "monitoring":
		return "monitoring"
	case "data", "experiment", "pipeline":
		return strings.ToLower(word)
	}
	return ""
}

func textAt(object map[string]any, name string) string {
	s, _ := object[name].(string)
	return s
}

// timeAt is an RFC 3339 time, zero when it is missing or not one.
func timeAt(object map[string]any, name string) time.Time {
	t, err := time.Parse(time.RFC3339, textAt(object, name))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
