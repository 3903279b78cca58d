package evidence

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const grypeReport = `{"matches": [
 {"vulnerability": {"id": "GHSA-53q9", "severity": "Critical", "cvss": [{"metrics": {"baseScore": 9.8}}, {"metrics": {"baseScore": 9.1}}], "fix": {"versions": ["2.6.0"], "state": "fixed"}},
  "relatedVulnerabilities": [{"id": "CVE-2025-32434"}], "artifact": {"name": "torch", "version": "2.5.1"}}]}`

func TestVulnerabilities(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"grype", grypeReport, "torch 2.5.1 GHSA-53q9 [CVE-2025-32434] critical 9.8 affected [2.6.0]"},
		{"osv", `{"id": "OSV-1", "aliases": ["CVE-1"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
		  "affected": [{"package": {"name": "torch"}, "versions": ["2.5.1"], "ranges": [{"events": [{"introduced": "0"}, {"fixed": "2.6.0"}]}]}]}`,
			"torch 2.5.1 OSV-1 [CVE-1] critical 9.8 affected [2.6.0]"},
		{"osv list, withdrawn", `[{"id": "OSV-1", "withdrawn": "2025-01-01T00:00:00Z", "affected": [{"package": {"name": "torch"}}]}]`,
			"torch  OSV-1 [] unknown 0 not_affected []"},
		{"osv, word", `{"vulns": [{"id": "OSV-1", "database_specific": {"severity": "MODERATE"}, "affected": [{"package": {"name": "a"}}]}]}`, "a  OSV-1 [] medium 0 affected []"},
		{"osv-scanner", `{"results": [{"packages": [{"package": {"name": "torch", "version": "2.5.1"}, "vulnerabilities": [
		  {"id": "OSV-1", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:C/C:L/I:L/A:N"}], "affected": [{"ranges": [{"events": [{"fixed": "3"}]}]}]}]}]}]}`,
			"torch 2.5.1 OSV-1 [] low 3.9 affected [3]"},
		{"openvex", `{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "CVE-2", "aliases": ["GHSA-2"]},
		  "products": [{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:pypi/torch@2.5.1"}]}], "status": "not_affected"}]}`, "torch 2.5.1 CVE-2 [GHSA-2] unknown 0 not_affected []"},
		{"openvex, old", `{"statements": [{"vulnerability": "CVE-2", "products": ["pkg:pypi/torch"], "status": "fixed"}]}`, "torch  CVE-2 [] unknown 0 fixed []"},
		{"cyclonedx", `{"bomFormat": "CycloneDX", "components": [{"bom-ref": "r", "name": "torch", "version": "2.5.1"}], "vulnerabilities": [
		  {"id": "CVE-3", "ratings": [{"score": 5, "severity": "medium"}, {"score": 8.1, "severity": "high"}], "analysis": {"state": "false_positive"},
		   "references": [{"id": "GHSA-3"}], "affects": [{"ref": "urn:cdx:3e67/1#r"}]}]}`, "torch 2.5.1 CVE-3 [GHSA-3] high 8.1 not_affected []"},
		{"cyclonedx by purl", `{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-3", "affects": [{"ref": "pkg:pypi/sci%2Dpy@1?x=y"}]}]}`, "sci-py 1 CVE-3 [] unknown 0 affected []"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Vulnerabilities("v.json", []byte(test.text))
			if err != nil || len(got) != 1 {
				t.Fatalf("got %+v, %v", got, err)
			}
			v := got[0]
			if text := fmt.Sprint(v.Package, " ", v.Version, " ", v.ID, " ", v.Aliases, " ", v.Severity, " ", v.Score, " ", v.State, " ", v.Fixed); text != test.want {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
			if v.At.Path != "v.json" {
				t.Errorf("at %+v", v.At)
			}
		})
	}
}

func TestVulnerabilitiesRefuse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"hello": 1}`: "neither OSV",
		`{`:            "unexpected end",
		`[{"affected": [{"package": {"name": "a"}}]}]`:                                                    "record 0 has no id",
		`{"statements": [{"vulnerability": "CVE-2", "products": ["pkg:pypi/torch"], "status": "maybe"}]}`: `status "maybe"`,
		`{"statements": [{"products": ["pkg:pypi/torch"], "status": "fixed"}]}`:                           "names no vulnerability",
	} {
		_, err := Vulnerabilities("v.json", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
	if _, err := Vulnerabilities("v.json", []byte(`{"hello": 1}`)); !errors.Is(err, ErrNotAdvisories) {
		t.Errorf("error %v is not ErrNotAdvisories", err)
	}
}

func TestApplyVEX(t *testing.T) {
	t.Parallel()
	found, err := Vulnerabilities("grype.json", []byte(grypeReport))
	if err != nil {
		t.Fatal(err)
	}
	states := func(vex ...sbom.Vulnerability) string {
		return ApplyVEX(slices.Concat(found, vex))[0].State
	}
	if got := states(); got != "affected" {
		t.Errorf("without a statement the state is %s", got)
	}
	if got := states(sbom.Vulnerability{Package: "Torch", ID: "CVE-2025-32434", State: "not_affected"}); got != "not_affected" {
		t.Errorf("with a statement by alias the state is %s", got)
	}
	if got := states(sbom.Vulnerability{Package: "torch", Version: "2.4.0", ID: "GHSA-53q9", State: "not_affected"}); got != "affected" {
		t.Errorf("with a statement for another version the state is %s", got)
	}
	if got := states(sbom.Vulnerability{Package: "numpy", ID: "GHSA-53q9", State: "fixed"}); got != "affected" {
		t.Errorf("with a statement for another package the state is %s", got)
	}
}

func FuzzVulnerabilities(f *testing.F) {
	f.Add([]byte(grypeReport))
	f.Add([]byte(`{"statements": [{"vulnerability": "CVE-2", "products": ["pkg:pypi/torch"], "status": "fixed"}]}`))
	f.Add([]byte(`[{"id": "a", "severity": [{"score": "CVSS:3.1/AV:N"}], "affected": [{"package": {"name": "a"}}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, err := Vulnerabilities("v", data); err == nil {
			_ = ApplyVEX(list)
		}
	})
}
