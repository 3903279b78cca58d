package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

const (
	// maxSettingsFileBytes bounds the files that are read for settings: people write
	// thresholds by hand, so larger JSON is data, and larger code is generated or padded:
	// the first is no match, the second a Problem (see sbom.File.Within).
	maxSettingsFileBytes = 512 << 10
	// maxSettingsPerFile bounds what one file adds; the largest hand-written parameter
	// file seen has some 300.
	maxSettingsPerFile = 1000
	// maxSettingTextBytes is up to what length a text is kept; a longer one (a prompt)
	// is kept as its digest.
	maxSettingTextBytes = 120
)

// settings keeps thresholds, filters and switches of a file with their lines, as a
// document of kind settings: key → {value, line}. The key is the pointer in a document,
// and the name of the variable or argument in Python. Two sources are compared by it.
var settings = sbom.Collector{
	Name:     "evidence/settings",
	Families: []sbom.Family{sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		switch f.Ext() {
		case ".yaml", ".yml", ".toml", ".py":
			return f.Within(maxSettingsFileBytes)
		case ".json":
			return f.Within(maxSettingsFileBytes) && !settingsElsewhere.MatchString(f.Name())
		}
		return false
	},
	MaxBytes: maxSettingsFileBytes,
	Collect:  collectSettings,
}

// settingsElsewhere are JSON files of other readers, locks and generated vocabularies.
var settingsElsewhere = regexp.MustCompile(`(?i)^(config|tokenizer|tokenizer_config|generation_config|adapter_config|vocab|package|package-lock|tsconfig|special_tokens_map|added_tokens|trainer_state)\.json$|\.index\.json$|lock`)

// settingParts are what the name of a setting that bounds, filters or steers contains,
// wherever it stands in the name and with underscores left out.
var settingParts = []string{
	"threshold", "cutoff", "filter", "dedup", "duplicat", "decontaminat", "clean", "scrub", "redact", "anonymis", "anonymiz", "toxic",
	"moderat", "quarantine", "validat", "sanitis", "sanitiz", "blocklist", "denylist", "minhash", "simhash", "similarity",
	"samplerate", "sampleratio", "samplingrate", "samplingratio", "systemprompt", "systemmessage", "systeminstruction",
	"prompttemplate", "temperature", "repetitionpenalty", "guardrail", "stopsequences", "safetysettings", "pvalue",
}

// settingWords are parts of a name that mean a bound only when they stand alone.
var settingWords = map[string]bool{
	"min": true, "max": true, "minimum": true, "maximum": true, "floor": true, "ceiling": true, "tolerance": true, "alpha": true,
	"upper": true, "lower": true, "pii": true,
}

// isSetting tells whether a key, or the last part of a name, bounds, filters or steers.
// It is asked for every key of every document, which is why it is no regular expression.
func isSetting(name string) bool {
	name = strings.ToLower(name)
	plain := strings.ReplaceAll(name, "_", "")
	for _, part := range settingParts {
		if strings.Contains(plain, part) {
			return true
		}
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '.' || r == '_' || r == '-' })
	for _, part := range parts {
		if settingWords[part] {
			return true
		}
	}
	if n := len(parts); n > 0 {
		switch last := parts[n-1]; {
		case last == "topp" || last == "topk":
			return true
		case n > 1 && parts[n-2] == "top" && (last == "p" || last == "k"):
			return true
		}
	}
	return false
}

func collectSettings(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	found := map[string]any{}
	if f.Ext() == ".py" {
		pythonSettings(python.Of(f), found)
	} else if docs := tree.Of(f); len(docs.Docs) == 1 {
		treeSettings(docs.Root(), found)
	}
	if len(found) > 0 {
		out.Documents = append(out.Documents, sbom.Document{Kind: "settings", Path: f.Path, Content: found})
	}
	return nil
}

func addSetting(found map[string]any, key string, value any, line int) {
	if _, known := found[key]; known || len(found) >= maxSettingsPerFile {
		return
	}
	if s, ok := value.(string); ok {
		if secretKey(key) {
			return
		}
		if len(s) > maxSettingTextBytes {
			sum := sha256.Sum256([]byte(s))
			value = "sha256:" + hex.EncodeToString(sum[:])
		}
	}
	found[key] = map[string]any{"value": value, "line": int64(line)}
}

// treeSettings keeps scalars and lists of scalars that stand under a setting's key.
func treeSettings(root *tree.Node, found map[string]any) {
	if root.Has("jobs") || root.Has("apiVersion") || root.Has("$schema") && root.Has("properties") {
		return // workflows, resources and schemas have facts of their own
	}
	root.Walk(func(_ string, n *tree.Node) bool {
		switch {
		case !isSetting(n.Pointer):
			return true
		case n.Kind == tree.List && scalarsOnly(n):
			addSetting(found, n.Pointer, n.Any(), n.Line)
			return false
		case n.Kind == tree.Number || n.Kind == tree.Bool || n.Kind == tree.String:
			addSetting(found, n.Pointer, n.Any(), n.Line)
		}
		return true
	})
}

func scalarsOnly(n *tree.Node) bool {
	for _, item := range n.Items {
		if item.Kind == tree.List || item.Kind == tree.Map {
			return false
		}
	}
	return true
}

// pythonSettings keeps literals that are assigned to, or passed as, a setting's name.
func pythonSettings(m *python.Module, found map[string]any) {
	python.InspectBody(m.Body, func(n python.Node) bool {
		switch n := n.(type) {
		case *python.Assign:
			for _, target := range n.Targets {
				name := dottedName(target)
				if value, ok := pyLiteral(n.Value); ok && name != "" && isSetting(name) {
					addSetting(found, name, value, m.AtNode(target).Line)
				}
			}
		case *python.Call:
			callee := dottedName(n.Func)
			for _, k := range n.Keywords {
				if value, ok := pyLiteral(k.Value); ok && k.Name != "" && isSetting(k.Name) {
					addSetting(found, callee+"/"+k.Name, value, m.At(k.At).Line)
				}
			}
		}
		return true
	})
}

// dottedName is a.b.c for names and attributes, "" for anything else.
func dottedName(e python.Expr) string {
	switch e := e.(type) {
	case *python.Name:
		return e.ID
	case *python.Attribute:
		if x := dottedName(e.X); x != "" {
			return x + "." + e.Attr
		}
	}
	return ""
}

// pyLiteral is the value of a number, boolean, short string, or list of those.
func pyLiteral(e python.Expr) (any, bool) {
	switch e := e.(type) {
	case *python.Num:
		v := (&tree.Node{Kind: tree.Number, Text: e.Text}).Any()
		return v, true
	case *python.Unary:
		v, ok := pyLiteral(e.X)
		if !ok || e.Op != "-" {
			return nil, false
		}
		switch v := v.(type) {
		case int64:
			return -v, true
		case float64:
			return -v, true
		}
	case *python.Const:
		return e.Text == "True", e.Text == "True" || e.Text == "False"
	case *python.Str:
		return e.Value, !e.Bytes
	case *python.List:
		return pyLiterals(e.Elts)
	case *python.Set:
		return pyLiterals(e.Elts)
	case *python.Tuple:
		return pyLiterals(e.Elts)
	}
	return nil, false
}

func pyLiterals(list []python.Expr) (any, bool) {
	out := []any{}
	for _, e := range list {
		v, ok := pyLiteral(e)
		if _, nested := v.([]any); !ok || nested {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

// ownConfig keeps the blocks of mlpolicy.hcl by type and labels with a digest and line,
// as a document of kind mlpolicy, so that two sources can be compared block by block.
var ownConfig = sbom.Collector{
	Name:     "evidence/mlpolicy-config",
	Families: []sbom.Family{sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Name() == "mlpolicy.hcl" || strings.HasSuffix(f.Name(), ".mlpolicy.hcl")
	},
	MaxBytes: maxSettingsFileBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		file, diagnostics := hclsyntax.ParseConfig(content, f.Path, hcl.InitialPos)
		body, ok := file.Body.(*hclsyntax.Body)
		if diagnostics.HasErrors() || !ok {
			d := diagnostics[0]
			at := sbom.At{Path: f.Path, Offset: -1}
			if d.Subject != nil {
				at.Line = d.Subject.Start.Line
			}
			out.AddProblem(at, sbom.FamilyDocuments, "malformed", d.Summary)
			return nil
		}
		blocks := map[string]any{}
		for _, b := range body.Blocks {
			name := strings.Join(append([]string{b.Type}, b.Labels...), " ")
			blocks[name] = block(content, b.Range().Start.Line, b.TypeRange.Start.Byte, b.CloseBraceRange.End.Byte)
		}
		for name, a := range body.Attributes {
			blocks[name] = block(content, a.SrcRange.Start.Line, a.SrcRange.Start.Byte, a.SrcRange.End.Byte)
		}
		out.Documents = append(out.Documents, sbom.Document{Kind: "mlpolicy", Path: f.Path, Content: blocks})
		return nil
	},
}

// block is the text of a block without the spaces that formatting moves, or its digest
// when it is long.
func block(content []byte, line, from, to int) map[string]any {
	text := strings.Join(strings.Fields(string(content[from:to])), " ")
	if len(text) > maxSettingTextBytes {
		sum := sha256.Sum256([]byte(text))
		text = "sha256:" + hex.EncodeToString(sum[:])
	}
	return map[string]any{"text": text, "line": int64(line)}
}
