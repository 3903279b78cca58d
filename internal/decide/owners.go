package decide

import (
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// codeOwners joins the rules of CODEOWNERS with the paths that changed: the last rule
// that matches a path owns it (GitHub Docs, "About code owners").
func codeOwners(inv *sbom.Inventory, changes []sbom.Change) []sbom.OwnerRule {
	var rules []sbom.OwnerRule
	for _, doc := range inv.Documents {
		if doc.Kind != "codeowners" {
			continue
		}
		content, _ := doc.Content.(map[string]any)
		list, _ := content["rules"].([]any)
		for _, item := range list {
			rules = append(rules, ownerRule(doc.Path, item))
		}
	}
	paths := map[string]bool{}
	for _, c := range changes {
		if c.At.Path != "" {
			paths[c.At.Path] = true
		}
	}
	for p := range paths {
		for i := len(rules) - 1; i >= 0; i-- {
			if owns(rules[i].Pattern, p) {
				rules[i].Matches = append(rules[i].Matches, p)
				break
			}
		}
	}
	for i := range rules {
		slices.Sort(rules[i].Matches)
	}
	return rules
}

func ownerRule(file string, item any) sbom.OwnerRule {
	fields, _ := item.(map[string]any)
	rule := sbom.OwnerRule{At: sbom.At{Path: file}}
	rule.Pattern, _ = fields["pattern"].(string)
	if line, ok := fields["line"].(int64); ok {
		rule.At.Line = int(line)
	}
	owners, _ := fields["owners"].([]any)
	for _, o := range owners {
		if s, ok := o.(string); ok {
			rule.Owners = append(rule.Owners, s)
		}
	}
	return rule
}

// owns matches a CODEOWNERS pattern: gitignore(5) without negation, ranges and escapes.
func owns(pattern, name string) bool {
	anchored := strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	pattern, tree := strings.CutSuffix(strings.TrimPrefix(pattern, "/"), "/")
	parts := strings.Split(pattern, "/")
	if !anchored {
		parts = append([]string{"**"}, parts...)
	}
	segments := strings.Split(name, "/")
	// A pattern that names a folder owns what is below it; "docs/*" owns files in docs
	// and not in its folders.
	below := tree || !strings.HasSuffix(pattern, "*") || pattern == "*" || strings.HasSuffix(pattern, "**")
	for end := len(segments); end > 0; end-- {
		if end < len(segments) && !below || end == len(segments) && tree {
			continue
		}
		if matchPath(parts, segments[:end]) {
			return true
		}
	}
	return false
}

func matchPath(pattern, name []string) bool {
	if len(pattern) == 0 {
		return len(name) == 0
	}
	if pattern[0] == "**" {
		for i := range len(name) + 1 {
			if matchPath(pattern[1:], name[i:]) {
				return true
			}
		}
		return false
	}
	if len(name) == 0 {
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && matchPath(pattern[1:], name[1:])
}
