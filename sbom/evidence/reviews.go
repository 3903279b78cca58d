package evidence

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// codeowners reads CODEOWNERS as a document of rules: pattern, owners and line
// (GitHub, "About code owners"; the last match wins).
var codeowners = sbom.Collector{
	Name:     "evidence/codeowners",
	Families: []sbom.Family{sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Name() == "CODEOWNERS" && slices.Contains(ownerPlaces, f.Dir())
	},
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		rules := []any{}
		number := int64(0)
		for line := range strings.Lines(string(content)) {
			number++
			text, _, _ := strings.Cut(line, "#")
			fields := strings.Fields(text)
			if len(fields) == 0 || strings.HasPrefix(fields[0], "[") || strings.HasPrefix(fields[0], "^[") {
				continue // comment, or a section of GitLab
			}
			owners := []any{}
			for _, o := range fields[1:] {
				owners = append(owners, o)
			}
			rules = append(rules, map[string]any{"pattern": fields[0], "owners": owners, "line": number})
		}
		out.Documents = append(out.Documents, sbom.Document{Kind: "codeowners", Path: f.Path, Content: map[string]any{"rules": rules}})
		return nil
	},
}

// ownerPlaces are where a host looks for the file, in its order; the first counts.
var ownerPlaces = []string{".github", ".", "docs", ".gitlab"}

// maxUnownedListed bounds the paths that are listed without an owner, per area.
const maxUnownedListed = 20

// linkOwnership says for each ML-critical area which of its files have an owner, as a
// document of kind ownership: {codeowners, areas: {area: {owned, unowned, paths}}}.
func linkOwnership(inv *sbom.Inventory) {
	areas := area.From(inv)
	rules := ownersOf(inv)
	byArea := map[string]any{}
	for _, v := range inv.Scratch[sbom.ScratchPaths] {
		p, _ := v.(string)
		where := areas.Of(p)
		if where == "" || !owned[path.Ext(p)] && path.Base(p) != "Dockerfile" {
			continue
		}
		entry, _ := byArea[where].(map[string]any)
		if entry == nil {
			entry = map[string]any{"owned": int64(0), "unowned": int64(0), "paths": []any{}}
			byArea[where] = entry
		}
		if rule := lastMatch(rules, p); rule != nil && len(rule.Owners) > 0 {
			entry["owned"] = entry["owned"].(int64) + 1
			continue
		}
		entry["unowned"] = entry["unowned"].(int64) + 1
		if list := entry["paths"].([]any); len(list) < maxUnownedListed {
			entry["paths"] = append(list, p)
		}
	}
	if len(byArea) == 0 {
		return
	}
	file := ""
	if len(rules) > 0 {
		file = rules[0].At.Path
	}
	inv.Documents = append(inv.Documents, sbom.Document{Kind: "ownership", Path: file, Content: map[string]any{"codeowners": file, "areas": byArea}})
}

// owned are the files that people write and review.
var owned = map[string]bool{".py": true, ".ipynb": true, ".sh": true, ".yaml": true, ".yml": true, ".toml": true, ".tf": true, ".rego": true, ".hcl": true, ".sql": true, ".dvc": true}

// ownersOf reads the rules of the CODEOWNERS file of an inventory.
func ownersOf(inv *sbom.Inventory) []sbom.OwnerRule {
	var rules []sbom.OwnerRule
	for _, place := range ownerPlaces {
		for i := range inv.Documents {
			if d := &inv.Documents[i]; d.Kind == "codeowners" && path.Dir(d.Path) == place && rules == nil {
				rules = ownerRules(d)
			}
		}
	}
	return rules
}

func ownerRules(d *sbom.Document) []sbom.OwnerRule {
	content, _ := d.Content.(map[string]any)
	list, _ := content["rules"].([]any)
	rules := []sbom.OwnerRule{}
	for _, v := range list {
		r, _ := v.(map[string]any)
		line, _ := r["line"].(int64)
		rule := sbom.OwnerRule{At: sbom.At{Path: d.Path, Line: int(line)}}
		rule.Pattern, _ = r["pattern"].(string)
		owners, _ := r["owners"].([]any)
		for _, o := range owners {
			if s, ok := o.(string); ok {
				rule.Owners = append(rule.Owners, s)
			}
		}
		rules = append(rules, rule)
	}
	return rules
}

func lastMatch(rules []sbom.OwnerRule, p string) *sbom.OwnerRule {
	for i := len(rules) - 1; i >= 0; i-- {
		if ownerPattern(rules[i].Pattern, p) {
			return &rules[i]
		}
	}
	return nil
}

// ownerPattern matches a pattern of CODEOWNERS, which is one of gitignore(5) without
// negation and character ranges: a leading or inner slash anchors it at the root, a
// trailing one and a bare name own everything below.
func ownerPattern(pattern, p string) bool {
	if pattern == "*" {
		return true
	}
	anchored := strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	dir := strings.HasSuffix(pattern, "/")
	pieces := strings.Split(strings.Trim(pattern, "/"), "/")
	if !anchored {
		pieces = append([]string{"**"}, pieces...)
	}
	names := strings.Split(p, "/")
	if matchPieces(pieces, names) && !dir {
		return true
	}
	// docs/* owns the files of docs only; docs/ and docs own what is below.
	if last := pieces[len(pieces)-1]; last == "*" {
		return false
	}
	return matchPieces(append(slices.Clone(pieces), "**", "*"), names)
}

// matchPieces matches the pieces of a pattern, "**" standing for any number of names. It
// keeps, piece by piece, which numbers of leading names can be matched so far, so that a
// pattern full of "**" costs no more than pieces times names.
func matchPieces(pieces, names []string) bool {
	reach := make([]bool, len(names)+1)
	reach[0] = true
	for _, piece := range pieces {
		next := make([]bool, len(names)+1)
		for i, ok := range reach {
			switch {
			case piece == "**":
				next[i] = ok || i > 0 && next[i-1]
			case ok && i < len(names):
				matched, err := path.Match(piece, names[i])
				next[i+1] = matched && err == nil
			}
		}
		reach = next
	}
	return reach[len(names)]
}
