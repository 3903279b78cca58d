package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// controlID is the form of an id: a prefix that belongs to one pack, and a number.
var controlID = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]*[A-Z][A-Z0-9]*)*-[0-9]{3,5}$`)

// customKeys are the keys of `custom` in the annotations of a control, and whether each
// must be there.
var customKeys = map[string]bool{
	"id": true, "stages": true, "severity": true, "applies_to": true, "requires": true, "fix": true, "maps": true,
	"settings": false, "reads_raw": false,
}

// mapKeys are the catalogues a control is joined to.
var mapKeys = []string{"owasp_ml", "owasp_llm", "atlas", "nist_ai_rmf", "cwe", "eu_ai_act", "threats"}

var severities = []Severity{Critical, High, Medium, Low}

var settingTypes = []string{"string", "number", "boolean", "set", "list", "map"}

// ownSections are sections that nobody collects: mlpolicy knows them itself.
var ownSections = []string{"waivers", "problems"}

// annotated is a module whose annotations say that it is a control.
type annotated struct {
	Control
	module   *ast.Module
	readsRaw bool // may look into values that no schema describes
}

// annotationReader reads the annotations of one module.
type annotationReader struct {
	pack, file string
	module     *ast.Module
	row        int // of the annotations
	ds         *diagnostics
}

func (r *annotationReader) fail(key, format string, args ...any) {
	r.ds.add(r.pack, r.file, r.lineOf(key), 0, format, args...)
}

// lineOf finds the comment line that sets a key, to point at it.
func (r *annotationReader) lineOf(key string) int {
	if key != "" {
		for _, c := range r.module.Comments {
			text := strings.TrimSpace(string(c.Text))
			if c.Location.Row > r.row && c.Location.Row < r.module.Package.Location.Row && strings.HasPrefix(text, key+":") {
				return c.Location.Row
			}
		}
	}
	return r.row
}

// readControl makes a Control of the package annotations of a module, or nil and
// diagnostics.
func readControl(pack, file string, m *ast.Module, ds *diagnostics) *annotated {
	var a *ast.Annotations
	for _, candidate := range m.Annotations {
		if candidate.Scope == "package" {
			a = candidate
		}
	}
	if a == nil || len(a.Custom) == 0 {
		ds.add(pack, file, m.Package.Location.Row, 0,
			"package %s has a rule deny and no annotations: a control needs a METADATA block with title and custom before its package", packageName(m))
		return nil
	}
	before := len(*ds)
	r := &annotationReader{pack: pack, file: file, module: m, row: a.Location.Row, ds: ds}
	c := &annotated{module: m, Control: Control{
		Title: a.Title, Description: strings.TrimSpace(a.Description), Pack: pack, Package: packageName(m), Path: file, Rule: "deny",
	}}
	if c.Title == "" {
		r.fail("", "annotations have no title")
	}
	for _, ref := range a.RelatedResources {
		c.References = append(c.References, ref.Ref.String())
	}
	for _, key := range slices.Sorted(maps.Keys(a.Custom)) {
		if _, ok := customKeys[key]; !ok {
			r.fail(key, "custom has an unknown key %q%s", key, neighbours(key, slices.Sorted(maps.Keys(customKeys))))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(customKeys)) {
		if _, ok := a.Custom[key]; customKeys[key] && !ok {
			r.fail("", "custom has no %s", key)
		}
	}
	r.custom(a.Custom, c)
	if len(*ds) > before {
		return nil
	}
	return c
}

func (r *annotationReader) custom(custom map[string]any, c *annotated) {
	c.ID = r.text(custom, "id")
	if c.ID != "" && !controlID.MatchString(c.ID) {
		r.fail("id", "id %q is not a prefix in capitals and a number, like ACME-001", c.ID)
	}
	for _, s := range r.texts(custom, "stages") {
		if !slices.Contains(Stages, Stage(s)) {
			r.fail("stages", "unknown stage %q%s", s, neighbours(s, words(Stages)))
		}
		c.Stages = append(c.Stages, Stage(s))
	}
	c.Severity = Severity(r.text(custom, "severity"))
	if c.Severity != "" && !slices.Contains(severities, c.Severity) {
		r.fail("severity", "unknown severity %q%s", c.Severity, neighbours(string(c.Severity), words(severities)))
	}
	c.AppliesTo = r.families(custom, "applies_to")
	c.Requires = r.families(custom, "requires")
	c.Fix = r.text(custom, "fix")
	if raw, ok := custom["reads_raw"]; ok {
		if c.readsRaw, ok = raw.(bool); !ok {
			r.fail("reads_raw", "reads_raw is no boolean")
		}
	}
	r.maps(custom, c)
	r.settings(custom, c)
}

func (r *annotationReader) text(from map[string]any, key string) string {
	value, there := from[key]
	text, ok := value.(string)
	if there && (!ok || strings.TrimSpace(text) == "") {
		r.fail(key, "%s is no text", key)
	}
	return strings.TrimSpace(text)
}

// texts reads a list of at least one text.
func (r *annotationReader) texts(from map[string]any, key string) []string {
	value, there := from[key]
	out, ok := textList(value)
	if there && (!ok || len(out) == 0) {
		r.fail(key, "%s is no list of names", key)
	}
	return out
}

func textList(value any) ([]string, bool) {
	list, ok := value.([]any)
	out := make([]string, 0, len(list))
	for _, item := range list {
		text, isText := item.(string)
		ok = ok && isText && text != ""
		out = append(out, text)
	}
	return out, ok
}

func (r *annotationReader) families(custom map[string]any, key string) []string {
	known := words(sbom.Families)
	if key == "applies_to" {
		known = append(known, ownSections...)
	}
	out := r.texts(custom, key)
	for _, name := range out {
		if !slices.Contains(known, name) {
			r.fail(key, "%s: there is no section %q%s", key, name, neighbours(name, known))
		}
	}
	return out
}

func (r *annotationReader) maps(custom map[string]any, c *annotated) {
	value, there := custom["maps"]
	m, ok := value.(map[string]any)
	if !there {
		return
	}
	if !ok {
		r.fail("maps", "maps is no object of lists")
		return
	}
	into := map[string]*[]string{
		"owasp_ml": &c.Maps.OWASPML, "owasp_llm": &c.Maps.OWASPLLM, "atlas": &c.Maps.ATLAS, "nist_ai_rmf": &c.Maps.NISTAIRMF,
		"cwe": &c.Maps.CWE, "eu_ai_act": &c.Maps.EUAIAct, "threats": &c.Maps.Threats,
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		target, known := into[key]
		if !known {
			r.fail(key, "maps has an unknown key %q%s", key, neighbours(key, mapKeys))
			continue
		}
		list, ok := textList(m[key])
		if !ok {
			r.fail(key, "maps: %s is no list of names", key)
		}
		*target = list
	}
}

func (r *annotationReader) settings(custom map[string]any, c *annotated) {
	value, there := custom["settings"]
	if !there {
		return
	}
	declared, ok := value.(map[string]any)
	if !ok {
		r.fail("settings", "settings is no object")
		return
	}
	c.Settings = map[string]Setting{}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		entry, ok := declared[name].(map[string]any)
		if !ok {
			r.fail(name, "setting %s is no object with type, default and doc", name)
			continue
		}
		for key := range entry {
			if !slices.Contains([]string{"type", "default", "doc"}, key) {
				r.fail(name, "setting %s has an unknown key %q; there are: type, default, doc", name, key)
			}
		}
		s := Setting{}
		s.Type, _ = entry["type"].(string)
		s.Doc, _ = entry["doc"].(string)
		if s.Doc == "" {
			r.fail(name, "setting %s has no doc", name)
		}
		if !slices.Contains(settingTypes, s.Type) {
			r.fail(name, "setting %s has type %q; there are: %s", name, s.Type, strings.Join(settingTypes, ", "))
			continue
		}
		value, err := settingValue(s.Type, entry["default"])
		if err != nil {
			r.fail(name, "default of setting %s %v", name, err)
			continue
		}
		s.Default = value
		c.Settings[name] = s
	}
}

// settingValue checks a value against the declared type and returns it in the form that
// data documents have: string, float64, bool, []any or map[string]any. A set is a list
// without repeated entries.
func settingValue(kind string, value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("has no JSON form: %w", err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, err
	}
	ok := false
	switch kind {
	case "string":
		_, ok = plain.(string)
	case "number":
		_, ok = plain.(float64)
	case "boolean":
		_, ok = plain.(bool)
	case "list", "set":
		_, ok = plain.([]any)
	case "map":
		_, ok = plain.(map[string]any)
	}
	if !ok {
		return nil, fmt.Errorf("is no %s", kind)
	}
	if kind == "set" {
		return distinct(plain.([]any)), nil
	}
	return plain, nil
}

// distinct drops repeated entries and keeps the order of the first ones.
func distinct(list []any) []any {
	out, seen := []any{}, map[string]bool{}
	for _, item := range list {
		text, _ := json.Marshal(item)
		if !seen[string(text)] {
			seen[string(text)] = true
			out = append(out, item)
		}
	}
	return out
}

// packageName is the package of a module without "data.".
func packageName(m *ast.Module) string {
	return strings.TrimPrefix(m.Package.Path.String(), "data.")
}

// words turns named strings into plain ones.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = string(item)
	}
	return out
}
