package config

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/mlpolicy/mlpolicy/engine"
)

// nameForm is the form of the name of a pack; it is the first part of the ids of a
// conftest pack's controls.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// controlForm is the form of an id: PREFIX-123, or pack/package/rule of a conftest pack.
var controlForm = regexp.MustCompile(`^([A-Z][A-Z0-9]*(-[A-Z0-9]*[A-Z][A-Z0-9]*)*-[0-9]{3,5}|[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9_."\[\]-]+/[a-z][A-Za-z0-9_]*)$`)

func (r *reader) fail(subject hcl.Range, summary, detail string) {
	r.diags = append(r.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &subject})
}

// content reads a body; a content without anything stands for one that does not fit.
func (r *reader) content(body hcl.Body, schema *hcl.BodySchema) *hcl.BodyContent {
	content, diags := body.Content(schema)
	r.diags = append(r.diags, diags...)
	if content == nil {
		content = &hcl.BodyContent{}
	}
	return content
}

func (r *reader) text(a *hcl.Attribute) (string, bool) {
	v := r.constant(a.Expr)
	if v.IsNull() || !v.IsWhollyKnown() || v.Type() != cty.String {
		r.fail(a.Expr.Range(), "Not a text", fmt.Sprintf("%s is a text in double quotes.", a.Name))
		return "", false
	}
	return v.AsString(), true
}

func (r *reader) optional(content *hcl.BodyContent, name string) string {
	a := content.Attributes[name]
	if a == nil {
		return ""
	}
	text, _ := r.text(a)
	return text
}

// required reads a text that must not be empty; that it is there the schema checks.
func (r *reader) required(content *hcl.BodyContent, name string) string {
	text := r.optional(content, name)
	if a := content.Attributes[name]; a != nil && strings.TrimSpace(text) == "" {
		r.fail(a.Expr.Range(), "Empty text", fmt.Sprintf("%s must not be empty.", name))
	}
	return text
}

func (r *reader) list(content *hcl.BodyContent, name string) []string {
	a := content.Attributes[name]
	if a == nil {
		return nil
	}
	v := r.constant(a.Expr)
	var out []string
	ok := !v.IsNull() && v.IsWhollyKnown() && (v.Type().IsTupleType() || v.Type().IsListType() || v.Type().IsSetType())
	if ok {
		for _, item := range v.AsValueSlice() {
			if item.IsNull() || item.Type() != cty.String || item.AsString() == "" {
				ok = false
				break
			}
			out = append(out, item.AsString())
		}
	}
	if !ok {
		r.fail(a.Expr.Range(), "Not a list of texts", fmt.Sprintf("%s is a list of texts in double quotes.", name))
	}
	return out
}

// constant evaluates an expression without variables and functions: a configuration says
// the same wherever it is read.
func (r *reader) constant(e hcl.Expression) cty.Value {
	v, diags := e.Value(nil)
	r.diags = append(r.diags, diags...)
	if diags.HasErrors() {
		return cty.NullVal(cty.String)
	}
	v, _ = v.UnmarkDeep()
	return v
}

// value reads a setting in the form of JSON data.
func (r *reader) value(e hcl.Expression) any {
	v := r.constant(e)
	if v.IsNull() || !v.IsWhollyKnown() {
		return nil
	}
	text, err := ctyjson.Marshal(v, v.Type())
	var out any
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		r.fail(e.Range(), "Value of a setting", err.Error())
	}
	return out
}

func (r *reader) object(e hcl.Expression) map[string]any {
	out, ok := r.value(e).(map[string]any)
	if !ok {
		r.fail(e.Range(), "Not an object", "settings is an object of names and values in braces.")
	}
	return out
}

func (r *reader) level(a *hcl.Attribute) engine.Level {
	text, ok := r.text(a)
	level := engine.Level(text)
	if all := []engine.Level{engine.Mandatory, engine.Ratchet, engine.Advisory, engine.Off}; ok && !slices.Contains(all, level) {
		r.fail(a.Expr.Range(), "Unknown level", fmt.Sprintf("There is no level %q; there are mandatory, ratchet, advisory and off.", text))
	}
	return level
}

func (r *reader) stages(a *hcl.Attribute) []engine.Stage {
	var out []engine.Stage
	for _, name := range r.list(&hcl.BodyContent{Attributes: hcl.Attributes{a.Name: a}}, a.Name) {
		if !slices.Contains(engine.Stages, engine.Stage(name)) {
			r.unknownStage(a.Expr.Range(), name)
		}
		out = append(out, engine.Stage(name))
	}
	return out
}

func (r *reader) stageLabel(block *hcl.Block) engine.Stage {
	name := engine.Stage(block.Labels[0])
	if !slices.Contains(engine.Stages, name) {
		r.unknownStage(block.LabelRanges[0], block.Labels[0])
	}
	return name
}

func (r *reader) unknownStage(at hcl.Range, name string) {
	var all []string
	for _, s := range engine.Stages {
		all = append(all, string(s))
	}
	r.fail(at, "Unknown stage", fmt.Sprintf("There is no stage %q; there are %s.", name, strings.Join(all, ", ")))
}

func (r *reader) controlLabel(block *hcl.Block) string {
	id := block.Labels[0]
	if !controlForm.MatchString(id) {
		r.fail(block.LabelRanges[0], "Id of a control", fmt.Sprintf("%q is no id of a control: an id is a prefix and a number (TRAIN-001), or pack/package/rule for a conftest pack.", id))
	}
	return id
}

// duration reads a duration in Go's form, with its text.
func (r *reader) duration(a *hcl.Attribute) (time.Duration, string) {
	text, ok := r.text(a)
	if !ok {
		return 0, ""
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		r.fail(a.Expr.Range(), "Not a duration", fmt.Sprintf("%q is no duration like 720h or 15m.", text))
	}
	return d, text
}
