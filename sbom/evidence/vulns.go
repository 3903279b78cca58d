package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxVulnerabilities bounds what one file lists; grype over the largest image seen lists
// some 5,000.
const maxVulnerabilities = 200_000

// ErrNotAdvisories is returned for a file in none of the formats that are read.
var ErrNotAdvisories = errors.New("neither OSV, grype, OpenVEX nor CycloneDX VEX")

// Vulnerabilities reads the advisories of a file given with --vulns: OSV records (one, a
// list, or the results of osv-scanner), grype's JSON, OpenVEX documents and CycloneDX
// documents with vulnerabilities. name is the path that the positions carry.
//
// A VEX statement that names a package and an advisory is an entry of its own; use
// ApplyVEX to join several files.
func Vulnerabilities(name string, data []byte) ([]sbom.Vulnerability, error) {
	var head struct {
		Schema     string          `json:"@context"`
		Matches    json.RawMessage `json:"matches"`
		Results    json.RawMessage `json:"results"`
		BOMFormat  string          `json:"bomFormat"`
		Statements json.RawMessage `json:"statements"`
		ID         string          `json:"id"`
		Affected   json.RawMessage `json:"affected"`
		Vulns      json.RawMessage `json:"vulns"`
	}
	trimmed := strings.TrimSpace(string(data))
	if strings.HasPrefix(trimmed, "[") {
		return osvList(name, data)
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	switch {
	case head.Matches != nil:
		return grype(name, data)
	case strings.Contains(head.Schema, "openvex") || head.Statements != nil:
		return openVEX(name, data)
	case head.BOMFormat == "CycloneDX":
		return cyclonedxVEX(name, data)
	case head.Results != nil:
		return osvScanner(name, data)
	case head.Vulns != nil:
		return osvList(name, head.Vulns)
	case head.ID != "" && head.Affected != nil:
		return osvList(name, append(append([]byte("["), data...), ']'))
	}
	return nil, fmt.Errorf("read %s: %w", name, ErrNotAdvisories)
}

// ApplyVEX joins advisories of several files: a statement that a package is not affected
// by, or is fixed for, an advisory replaces the state of that advisory.
func ApplyVEX(all []sbom.Vulnerability) []sbom.Vulnerability {
	says := map[string]string{}
	for i := range all {
		v := &all[i]
		if v.State == "" || v.State == "affected" {
			continue
		}
		for _, id := range append([]string{v.ID}, v.Aliases...) {
			says[id+"\x00"+pypiName(v.Package)] = v.State
			if v.Version != "" {
				says[id+"\x00"+pypiName(v.Package)+"\x00"+v.Version] = v.State
				delete(says, id+"\x00"+pypiName(v.Package))
			}
		}
	}
	out := slices.Clone(all)
	for i := range out {
		for _, id := range append([]string{out[i].ID}, out[i].Aliases...) {
			for _, key := range []string{id + "\x00" + pypiName(out[i].Package) + "\x00" + out[i].Version, id + "\x00" + pypiName(out[i].Package)} {
				if state := says[key]; state != "" {
					out[i].State = state
				}
			}
		}
	}
	return out
}

// pypiName is the normalised name of PEP 503.
func pypiName(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' }), "-")
}

func bounded(name string, list []sbom.Vulnerability) ([]sbom.Vulnerability, error) {
	if len(list) > maxVulnerabilities {
		return nil, fmt.Errorf("read %s: %d advisories, limit maxVulnerabilities is %d", name, len(list), maxVulnerabilities)
	}
	return list, nil
}

// osvRecord is an advisory of the Open Source Vulnerability format 1.6.
type osvRecord struct {
	ID        string        `json:"id"`
	Aliases   []string      `json:"aliases"`
	Withdrawn string        `json:"withdrawn"`
	Severity  []osvSeverity `json:"severity"`
	Affected  []struct {
		Package struct {
			Name string `json:"name"`
			Purl string `json:"purl"`
		} `json:"package"`
		Severity []osvSeverity `json:"severity"`
		Ranges   []struct {
			Events []map[string]string `json:"events"`
		} `json:"ranges"`
		Versions         []string       `json:"versions"`
		DatabaseSpecific map[string]any `json:"database_specific"`
	} `json:"affected"`
	DatabaseSpecific struct {
		Severity string `json:"severity"`
	} `json:"database_specific"`
}

type osvSeverity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

// osvList reads records without a scanner: each names the packages it is about; whether
// an installed version is among the affected ones is for the policy, so every listed
// version is an entry.
func osvList(name string, data []byte) ([]sbom.Vulnerability, error) {
	var records []osvRecord
	if err := json.Unmarshal(data, &records); err != nil {
		return nil, fmt.Errorf("read %s as OSV: %w", name, err)
	}
	var out []sbom.Vulnerability
	for i := range records {
		r := &records[i]
		if r.ID == "" {
			return nil, fmt.Errorf("read %s as OSV: record %d has no id: %w", name, i, ErrNotAdvisories)
		}
		for _, a := range r.Affected {
			versions := a.Versions
			if len(versions) == 0 {
				versions = []string{""}
			}
			for _, version := range versions {
				v := r.entry(name, a.Package.Name, version)
				for _, rng := range a.Ranges {
					for _, e := range rng.Events {
						v.Fixed = append(v.Fixed, nonEmpty(e["fixed"])...)
					}
				}
				out = append(out, v)
				if len(out) > maxVulnerabilities {
					return bounded(name, out)
				}
			}
		}
	}
	return bounded(name, out)
}

func (r *osvRecord) entry(name, pkg, version string) sbom.Vulnerability {
	v := sbom.Vulnerability{Package: pkg, Version: version, ID: r.ID, Aliases: r.Aliases, State: "affected", At: sbom.At{Path: name}}
	if r.Withdrawn != "" {
		v.State = "not_affected"
	}
	for _, s := range r.Severity {
		if score, ok := cvss3(s.Score); ok {
			v.Score = max(v.Score, score)
		}
	}
	v.Severity = cvssRating(r.DatabaseSpecific.Severity, v.Score)
	return v
}

// osvScanner reads the JSON of osv-scanner: results[].packages[].vulnerabilities[].
func osvScanner(name string, data []byte) ([]sbom.Vulnerability, error) {
	var report struct {
		Results []struct {
			Packages []struct {
				Package struct {
					Name    string `json:"name"`
					Version string `json:"version"`
				} `json:"package"`
				Vulnerabilities []osvRecord `json:"vulnerabilities"`
			} `json:"packages"`
		} `json:"results"`
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, fmt.Errorf("read %s as osv-scanner results: %w", name, err)
	}
	out := []sbom.Vulnerability{}
	for _, result := range report.Results {
		for _, p := range result.Packages {
			for i := range p.Vulnerabilities {
				v := p.Vulnerabilities[i].entry(name, p.Package.Name, p.Package.Version)
				for _, a := range p.Vulnerabilities[i].Affected {
					for _, rng := range a.Ranges {
						for _, e := range rng.Events {
							v.Fixed = append(v.Fixed, nonEmpty(e["fixed"])...)
						}
					}
				}
				out = append(out, v)
			}
		}
	}
	return bounded(name, out)
}

// grype reads grype's JSON (grype, presenter/models): matches[].vulnerability and artifact.
func grype(name string, data []byte) ([]sbom.Vulnerability, error) {
	var report struct {
		Matches []struct {
			Vulnerability struct {
				ID       string `json:"id"`
				Severity string `json:"severity"`
				CVSS     []struct {
					Metrics struct {
						BaseScore float64 `json:"baseScore"`
					} `json:"metrics"`
				} `json:"cvss"`
				Fix struct {
					Versions []string `json:"versions"`
					State    string   `json:"state"`
				} `json:"fix"`
			} `json:"vulnerability"`
			Related []struct {
				ID string `json:"id"`
			} `json:"relatedVulnerabilities"`
			Artifact struct {
				Name    string `json:"name"`
				Version string `json:"version"`
			} `json:"artifact"`
		} `json:"matches"`
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, fmt.Errorf("read %s as grype results: %w", name, err)
	}
	out := []sbom.Vulnerability{}
	for _, m := range report.Matches {
		v := sbom.Vulnerability{Package: m.Artifact.Name, Version: m.Artifact.Version, ID: m.Vulnerability.ID, State: "affected",
			Fixed: m.Vulnerability.Fix.Versions, At: sbom.At{Path: name}}
		for _, r := range m.Related {
			if r.ID != v.ID {
				v.Aliases = append(v.Aliases, r.ID)
			}
		}
		for _, c := range m.Vulnerability.CVSS {
			v.Score = max(v.Score, c.Metrics.BaseScore)
		}
		v.Severity = cvssRating(m.Vulnerability.Severity, v.Score)
		out = append(out, v)
	}
	return bounded(name, out)
}

// cvssRating reads the word, or takes the rating of the CVSS score ("CVSS v3.1
// Specification", section 5).
func cvssRating(word string, score float64) string {
	switch w := strings.ToLower(word); w {
	case "critical", "high", "medium", "low":
		return w
	case "moderate":
		return "medium"
	case "negligible", "none", "info":
		return "low"
	}
	switch {
	case score >= 9:
		return "critical"
	case score >= 7:
		return "high"
	case score >= 4:
		return "medium"
	case score > 0:
		return "low"
	}
	return "unknown"
}

// cvss3 is the base score of a CVSS v3 vector ("CVSS v3.1 Specification", section 7.1).
func cvss3(vector string) (float64, bool) {
	if !strings.HasPrefix(vector, "CVSS:3") {
		return 0, false
	}
	m := map[string]string{}
	for _, part := range strings.Split(vector, "/")[1:] {
		key, value, _ := strings.Cut(part, ":")
		m[key] = value
	}
	changed := m["S"] == "C"
	weight := func(metric string, values map[string]float64) float64 {
		w, ok := values[m[metric]]
		if !ok {
			return math.NaN()
		}
		return w
	}
	impactOf := map[string]float64{"H": 0.56, "L": 0.22, "N": 0}
	privileges := map[string]float64{"N": 0.85, "L": 0.62, "H": 0.27}
	if changed {
		privileges = map[string]float64{"N": 0.85, "L": 0.68, "H": 0.5}
	}
	iss := 1 - (1-weight("C", impactOf))*(1-weight("I", impactOf))*(1-weight("A", impactOf))
	impact := 6.42 * iss
	if changed {
		impact = 7.52*(iss-0.029) - 3.25*math.Pow(iss-0.02, 15)
	}
	exploitability := 8.22 * weight("AV", map[string]float64{"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}) *
		weight("AC", map[string]float64{"L": 0.77, "H": 0.44}) * weight("PR", privileges) * weight("UI", map[string]float64{"N": 0.85, "R": 0.62})
	score := impact + exploitability
	if changed {
		score *= 1.08
	}
	switch {
	case math.IsNaN(score):
		return 0, false
	case impact <= 0:
		return 0, true
	}
	return roundUp(math.Min(score, 10)), true
}

// roundUp is the Roundup of the specification, appendix A.
func roundUp(x float64) float64 {
	n := math.Round(x * 100_000)
	if math.Mod(n, 10_000) == 0 {
		return n / 100_000
	}
	return (math.Floor(n/10_000) + 1) / 10
}
