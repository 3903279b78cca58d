package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/evidence"
)

// maxFactsBytes bounds a file that the command line names: it becomes part of the input.
const maxFactsBytes = 64 << 20

// read returns a file that the command line names.
func (env *environment) read(flag, name string) ([]byte, error) {
	path := env.path(name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, usage("", "%s: %w", flag, err)
	}
	if info.Size() > maxFactsBytes {
		return nil, usage("", "%s: %s has %d bytes, limit maxFactsBytes is %d", flag, name, info.Size(), maxFactsBytes)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "%s: %w", flag, err)
	}
	return content, nil
}

func (env *environment) readBaseline(name string) (*engine.Baseline, error) {
	content, err := env.read("--baseline", name)
	if err != nil {
		return nil, err
	}
	b, err := engine.ReadBaseline(content)
	if err != nil {
		return nil, usage("write one with mlpolicy check --write-baseline "+name, "--baseline %s: %w", name, err)
	}
	return b, nil
}

func (env *environment) vulnerabilities(name string) ([]sbom.Vulnerability, error) {
	content, err := env.read("--vulns", name)
	if err != nil {
		return nil, err
	}
	list, err := evidence.Vulnerabilities(name, content)
	if err != nil {
		return nil, usage("give OSV, grype or VEX JSON", "--vulns %s: %w", name, err)
	}
	return list, nil
}

// facts reads NAME=FILE and the schema beside each file, FILE with .schema.json for .json.
func (env *environment) facts(flags []string) (facts map[string]any, schemas map[string][]byte, err error) {
	facts, schemas = map[string]any{}, map[string][]byte{}
	for _, flag := range flags {
		name, file, ok := strings.Cut(flag, "=")
		if !ok || name == "" || file == "" {
			return nil, nil, usage("", "--facts %q is not NAME=FILE", flag)
		}
		if _, ok := facts[name]; ok {
			return nil, nil, usage("", "--facts: %s is given twice", name)
		}
		content, err := env.read("--facts", file)
		if err != nil {
			return nil, nil, err
		}
		var value any
		if err := json.Unmarshal(content, &value); err != nil {
			return nil, nil, usage("", "--facts %s: %w", file, err)
		}
		schemaFile := strings.TrimSuffix(file, ".json") + ".schema.json"
		schema, err := os.ReadFile(env.path(schemaFile))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, usage("write a JSON schema of the facts there, so that a typo in a policy is an error and not a pass", "--facts %s: there is no %s", name, schemaFile)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", schemaFile, err)
		}
		facts[name], schemas[name] = value, schema
	}
	return facts, schemas, nil
}

// digestModes are the values of --digests.
var digestModes = []string{string(sbom.DigestsAll), string(sbom.DigestsLFS), string(sbom.DigestsNone)}

func checkDigests(value string) error {
	if !slices.Contains(digestModes, value) {
		return usage("", "--digests %q is not all, lfs or none", value)
	}
	return nil
}
