package evidence

import (
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// codeowners reads CODEOWNERS as a document of rules: pattern, owners and line
// (GitHub, "About code owners"; the last match wins).
var codeowners = sbom.Collector{
	Name:     "evidence/codeowners",
	Families: []sbom.Family{sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Name() == "CODEOWNERS" && (f.Dir() == "." || f.Dir() == ".github" || f.Dir() == "docs" || f.Dir() == ".gitlab")
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
