package cyclonedx

import (
	_ "embed"
	"strings"
	"sync"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// spdx.txt holds the SPDX licence ids that the CycloneDX schemas accept in license.id; a
// test compares it with the schema that cyclonedx-go ships.
//
//go:embed spdx.txt
var spdxText string

var spdxIDs = sync.OnceValue(func() map[string]string {
	ids := map[string]string{}
	for id := range strings.Lines(spdxText) {
		id = strings.TrimSpace(id)
		ids[strings.ToLower(id)] = id
	}
	return ids
})

// licenses writes ids for what SPDX knows, in any case as hubs write them, and names for
// the rest (llama3, openrail, "other"). A single valid expression stays one.
func licenses(list []string) *cdx.Licenses {
	var out cdx.Licenses
	for _, name := range unique(list) {
		if name = strings.TrimSpace(text(name)); name == "" {
			continue
		}
		l := &cdx.License{Name: name}
		if id, ok := spdxIDs()[strings.ToLower(name)]; ok {
			l = &cdx.License{ID: id}
		} else if e, ok := expression(name); ok && len(list) == 1 {
			return &cdx.Licenses{{Expression: e}}
		}
		out = append(out, cdx.LicenseChoice{License: l})
	}
	if len(out) == 0 {
		return nil
	}
	return &out
}

// expression accepts ids joined by AND and OR (SPDX 2.3, annex D), without WITH: the
// schemas ship no list of exceptions. Parentheses must balance.
func expression(s string) (string, bool) {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))
	depth, operand := 0, true // whether an operand comes next
	for i, w := range words {
		switch w {
		case "(":
			depth++
			if !operand {
				return "", false
			}
		case ")":
			depth--
			if operand || depth < 0 {
				return "", false
			}
		case "AND", "OR":
			if operand {
				return "", false
			}
			operand = true
		default:
			id, ok := spdxIDs()[strings.ToLower(w)]
			if !ok || !operand {
				return "", false
			}
			words[i], operand = id, false
		}
	}
	if operand || depth != 0 || len(words) < 3 {
		return "", false
	}
	return strings.NewReplacer("( ", "(", " )", ")").Replace(strings.Join(words, " ")), true
}
