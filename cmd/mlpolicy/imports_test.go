package main

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/mlpolicy/mlpolicy/"

// heavy dependencies and the only places of ours that may import them.
var onlyIn = map[string][]string{
	"github.com/anchore/syft/":               {"sbom/packages"},
	"github.com/CycloneDX/cyclonedx-go":      {"sbom/cyclonedx"},
	"github.com/open-policy-agent/opa/":      {"engine", "bundles", "policy_test", "cmd/mlpolicy", "internal/workbench"},
	"github.com/spf13/cobra":                 {"cmd/mlpolicy"},
	"github.com/google/go-github/":           {"internal/app"},
	"github.com/go-git/go-git/":              {"internal/source"},
	"github.com/sigstore/sigstore-go/":       {"internal/attest"},
	"modernc.org/sqlite":                     {"internal/store"},
	"github.com/jackc/pgx/":                  {"internal/store"},
	"github.com/prometheus/prometheus/":      {"sbom/evidence"},
	"github.com/rhysd/actionlint":            {"sbom/evidence"},
	"github.com/apache/arrow-go/":            {"sbom/datasets"},
	"github.com/santhosh-tekuri/jsonschema/": {}, // tests only: its initialiser costs 10 ms
	"github.com/asaskevich/govalidator":      {},
	"github.com/stretchr/testify":            {},
}

// direct lists the direct imports of each of our packages, without tests.
func direct(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		imports[strings.TrimPrefix(fields[0], module)] = fields[1:]
	}
	return imports
}

// deps lists everything a package of ours links.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", module+pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for pkg, imports := range direct(t) {
		for _, imported := range imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			if isOurs && !mayImport(pkg, ours) {
				t.Errorf("%s imports %s: arrows point down only, cmd → internal → {engine, bundles, sbom/*} → sbom", pkg, ours)
			}
			if pkg == "sbom" && strings.Contains(imported, ".") {
				t.Errorf("sbom imports %s: it uses the standard library only", imported)
			}
		}
	}
}

// mayImport is the import law of ARCHITECTURE.md.
func mayImport(pkg, imported string) bool {
	area, _, _ := strings.Cut(pkg, "/")
	below := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if imported == p || strings.HasPrefix(imported, p+"/") {
				return true
			}
		}
		return false
	}
	switch {
	case area == "cmd" || area == "internal":
		return !below("cmd") && !below("sbom/internal")
	case pkg == "sbom":
		return false
	case pkg == "sbom/all":
		return below("sbom")
	case strings.HasPrefix(pkg, "sbom/internal/"):
		return imported == "sbom" || below("sbom/internal")
	case area == "sbom":
		return imported == "sbom" || below("sbom/internal", pkg)
	case area == "engine":
		return imported == "sbom" || below("engine")
	case area == "bundles", area == "policies":
		return false
	}
	return true // tests, benchmarks, examples
}

func TestHeavyDependenciesStayInTheirRoom(t *testing.T) {
	t.Parallel()
	for pkg, imports := range direct(t) {
		for _, imported := range imports {
			for heavy, rooms := range onlyIn {
				if strings.HasPrefix(imported+"/", strings.TrimSuffix(heavy, "/")+"/") && !inRooms(pkg, rooms) {
					t.Errorf("%s imports %s, which belongs in %v alone", pkg, imported, rooms)
				}
			}
		}
	}
}

func inRooms(pkg string, rooms []string) bool {
	for _, room := range rooms {
		if pkg == room || strings.HasPrefix(pkg, room+"/") {
			return true
		}
	}
	return strings.HasPrefix(pkg, "bench")
}

// TestLibrariesStayLight keeps what a user of the packages would have to link out of
// them, however it gets there.
func TestLibrariesStayLight(t *testing.T) {
	t.Parallel()
	for _, pkg := range []string{"engine", "sbom"} {
		for _, dep := range deps(t, pkg) {
			for _, bad := range []string{"github.com/anchore/syft", "github.com/google/go-github", "modernc.org/sqlite", "github.com/jackc/pgx", "github.com/spf13/cobra"} {
				if strings.HasPrefix(dep, bad) {
					t.Errorf("%s links %s", pkg, dep)
				}
			}
		}
	}
}

// TestBinarySpeaksNoGit keeps the network transports of go-git, and the programs they
// start, out of the binary: it reads object stores and nothing else.
func TestBinarySpeaksNoGit(t *testing.T) {
	t.Parallel()
	for _, dep := range deps(t, "cmd/mlpolicy") {
		if strings.HasPrefix(dep, "github.com/go-git/go-git/v5/plumbing/transport") {
			t.Errorf("the binary links %s", dep)
		}
	}
}
