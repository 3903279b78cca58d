package evidence

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// openVEX reads OpenVEX (OpenVEX specification v0.2.0): statements about products, and
// about components of products where it names some.
func openVEX(name string, data []byte) ([]sbom.Vulnerability, error) {
	type product struct {
		ID            string            `json:"@id"`
		Identifiers   map[string]string `json:"identifiers"`
		Subcomponents []struct {
			ID          string            `json:"@id"`
			Identifiers map[string]string `json:"identifiers"`
		} `json:"subcomponents"`
	}
	var doc struct {
		Statements []struct {
			Vulnerability json.RawMessage   `json:"vulnerability"`
			Products      []json.RawMessage `json:"products"`
			Status        string            `json:"status"`
		} `json:"statements"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read %s as OpenVEX: %w", name, err)
	}
	out := []sbom.Vulnerability{}
	for i, s := range doc.Statements {
		state, known := vexStates[s.Status]
		if !known {
			return nil, fmt.Errorf("read %s as OpenVEX: statement %d has status %q", name, i, s.Status)
		}
		id, aliases := vexID(s.Vulnerability)
		if id == "" {
			return nil, fmt.Errorf("read %s as OpenVEX: statement %d names no vulnerability", name, i)
		}
		for _, raw := range s.Products {
			var p product
			if json.Unmarshal(raw, &p) != nil { // before v0.2.0 a product is a text
				_ = json.Unmarshal(raw, &p.ID)
			}
			names := []string{}
			for _, c := range p.Subcomponents {
				names = append(names, firstText(c.Identifiers["purl"], c.ID))
			}
			if len(names) == 0 {
				names = []string{firstText(p.Identifiers["purl"], p.ID)}
			}
			for _, purl := range names {
				pkg, version := purlName(purl)
				out = append(out, sbom.Vulnerability{Package: pkg, Version: version, ID: id, Aliases: aliases, State: state, Severity: "unknown",
					At: sbom.At{Path: name, Pointer: fmt.Sprintf("/statements/%d", i)}})
			}
		}
	}
	return bounded(name, out)
}

// vexStates are the statuses of OpenVEX.
var vexStates = map[string]string{"not_affected": "not_affected", "affected": "affected", "fixed": "fixed", "under_investigation": "under_investigation"}

func vexID(raw json.RawMessage) (string, []string) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	var v struct {
		Name    string   `json:"name"`
		Aliases []string `json:"aliases"`
	}
	_ = json.Unmarshal(raw, &v) // a malformed one has no name, which the caller reports
	return v.Name, v.Aliases
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// purlName is the name and version of a package URL; what is none is the name itself.
func purlName(purl string) (name, version string) {
	rest, ok := strings.CutPrefix(purl, "pkg:")
	if !ok {
		return purl, ""
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	rest, version, _ = strings.Cut(rest, "@")
	typ, name, _ := strings.Cut(rest, "/")
	if typ == "pypi" || typ == "conda" {
		name = name[strings.LastIndex(name, "/")+1:]
	}
	if n, err := url.PathUnescape(name); err == nil {
		name = n
	}
	if v, err := url.PathUnescape(version); err == nil {
		version = v
	}
	return name, version
}

// cyclonedxVEX reads the vulnerabilities of a CycloneDX document and their analysis
// (CycloneDX 1.6, "vulnerabilities").
func cyclonedxVEX(name string, data []byte) ([]sbom.Vulnerability, error) {
	var doc struct {
		Components []struct {
			BOMRef  string `json:"bom-ref"`
			Name    string `json:"name"`
			Version string `json:"version"`
			Purl    string `json:"purl"`
		} `json:"components"`
		Vulnerabilities []struct {
			ID         string `json:"id"`
			References []struct {
				ID string `json:"id"`
			} `json:"references"`
			Ratings []struct {
				Score    float64 `json:"score"`
				Severity string  `json:"severity"`
			} `json:"ratings"`
			Analysis struct {
				State string `json:"state"`
			} `json:"analysis"`
			Affects []struct {
				Ref string `json:"ref"`
			} `json:"affects"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read %s as CycloneDX: %w", name, err)
	}
	names := map[string][2]string{}
	for _, c := range doc.Components {
		names[c.BOMRef] = [2]string{c.Name, c.Version}
	}
	out := []sbom.Vulnerability{}
	for i, v := range doc.Vulnerabilities {
		entry := sbom.Vulnerability{ID: v.ID, State: cyclonedxState(v.Analysis.State), At: sbom.At{Path: name, Pointer: fmt.Sprintf("/vulnerabilities/%d", i)}}
		word := ""
		for _, r := range v.Ratings {
			if r.Score > entry.Score || word == "" {
				word = r.Severity
			}
			entry.Score = max(entry.Score, r.Score)
		}
		entry.Severity = cvssRating(word, entry.Score)
		for _, r := range v.References {
			if r.ID != v.ID {
				entry.Aliases = append(entry.Aliases, r.ID)
			}
		}
		for _, a := range v.Affects {
			ref := a.Ref
			if i := strings.LastIndex(ref, "#"); strings.HasPrefix(ref, "urn:cdx:") && i >= 0 { // BOM-Link
				ref = ref[i+1:]
			}
			one := entry
			if known, ok := names[ref]; ok {
				one.Package, one.Version = known[0], known[1]
			} else {
				one.Package, one.Version = purlName(ref)
			}
			out = append(out, one)
		}
	}
	return bounded(name, out)
}

// cyclonedxState maps the impact analysis states of CycloneDX to ours.
func cyclonedxState(state string) string {
	switch state {
	case "not_affected", "false_positive":
		return "not_affected"
	case "resolved", "resolved_with_pedigree":
		return "fixed"
	case "in_triage":
		return "under_investigation"
	}
	return "affected"
}
