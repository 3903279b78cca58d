package evidence

import (
	"context"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// terraform reads Terraform configuration. Resources of one folder refer to each other by
// address, so that the facts are stated by a linker once every file was read. Values
// that are not literals, or defaults of variables and locals, stay unresolved.
var terraform = sbom.Collector{
	Name:     "evidence/terraform",
	Families: cloudFamilies,
	Match:    func(f *sbom.File) bool { return f.Ext() == ".tf" || f.Ext() == ".tfvars" },
	MaxBytes: maxTerraformBytes,
	Collect:  collectTerraform,
}

// cloudFamilies are what infrastructure code is read for.
var cloudFamilies = []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyIdentities, sbom.FamilyStores, sbom.FamilyExposures, sbom.FamilyNetworkPolicies}

const (
	// maxTerraformBytes bounds a file: the largest of the modules people publish has
	// 300 KiB, generated ones ten times that.
	maxTerraformBytes = 8 << 20
	// maxValueDepth bounds nesting of values and blocks; policies written in HCL stay below 12.
	maxValueDepth = 60
	scratchCloud  = "evidence/cloud"
)

// resource is a resource of infrastructure code, whatever it is written in.
type resource struct {
	folder string // resources refer to others of the same folder only
	kind   string // type in Terraform's words: aws_sagemaker_model
	name   string
	config value
	at     sbom.At
	mode   string // resource | data | variable | local
}

func (r resource) address() string { return r.kind + "." + r.name }

// id is the address with the folder, unique in the source.
func (r resource) id() string {
	if r.folder == "." || r.folder == "" {
		return r.address()
	}
	return r.folder + ":" + r.address()
}

// value is a value of infrastructure code.
type value struct {
	text   string           // of a literal
	known  bool             // text, list or fields are what the code says
	list   []value          // of a list, or of repeated blocks
	fields map[string]value // of a map or block
	refs   []string         // addresses an expression mentions
	at     sbom.At
}

func (v value) get(keys ...string) value {
	for _, key := range keys {
		if len(v.fields) == 0 && len(v.list) > 0 {
			v = v.list[0]
		}
		v = v.fields[key]
	}
	return v
}

// has tells whether the key is written at all.
func (v value) has(key string) bool {
	if len(v.fields) == 0 && len(v.list) > 0 {
		v = v.list[0]
	}
	_, ok := v.fields[key]
	return ok
}

// given tells whether the value is written at all.
func (v value) given() bool { return v.known || len(v.refs) > 0 || len(v.list) > 0 || v.fields != nil }

// each is the entries of a list, or the value itself.
func (v value) each() []value {
	if len(v.list) > 0 {
		return v.list
	}
	if v.given() {
		return []value{v}
	}
	return nil
}

// strings is the literal texts of a list, or of a single value; what an expression
// computes is left out.
func (v value) strings() []string {
	var out []string
	for _, e := range v.each() {
		if e.known && e.text != "" {
			out = append(out, e.text)
		}
	}
	return out
}

// tri reads a boolean, or the words that Azure has for one.
func (v value) tri() sbom.Tri {
	switch {
	case !v.given():
		return sbom.Unstated
	case v.known && (strings.EqualFold(v.text, "true") || strings.EqualFold(v.text, "Enabled")):
		return sbom.Yes
	case v.known && (strings.EqualFold(v.text, "false") || strings.EqualFold(v.text, "Disabled")):
		return sbom.No
	}
	return sbom.Unresolved
}

func collectTerraform(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	parsed, diags := hclsyntax.ParseConfig(content, f.Path, hcl.InitialPos)
	if diags.HasErrors() {
		d := diags[0]
		for _, family := range cloudFamilies {
			at := sbom.At{Path: f.Path, Offset: -1}
			if d.Subject != nil {
				at.Line, at.Offset = d.Subject.Start.Line, int64(d.Subject.Start.Byte)
			}
			out.AddProblem(at, family, "malformed", d.Summary)
		}
		return nil
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	r := hclReader{path: f.Path}
	for _, b := range body.Blocks {
		r.block(b, out)
	}
	if f.Ext() == ".tfvars" { // values for variables of whichever folder it is given to
		for name, a := range body.Attributes {
			out.Keep(scratchCloud, resource{folder: f.Path, mode: "variable", kind: "var", name: name, config: r.value(a.Expr, 0), at: r.at(a.NameRange)})
		}
	}
	return nil
}

type hclReader struct{ path string }

func (r hclReader) at(rng hcl.Range) sbom.At {
	return sbom.At{Path: r.path, Line: rng.Start.Line, Column: rng.Start.Column, Offset: int64(rng.Start.Byte)}
}

func (r hclReader) block(b *hclsyntax.Block, out *sbom.Inventory) {
	res := resource{folder: path.Dir(r.path), at: r.at(b.TypeRange)}
	switch {
	case (b.Type == "resource" || b.Type == "data") && len(b.Labels) == 2:
		res.mode, res.kind, res.name = b.Type, b.Labels[0], b.Labels[1]
		if b.Type == "data" {
			res.kind = "data." + res.kind
		}
		res.config = r.body(b.Body, 0)
	case b.Type == "variable" && len(b.Labels) == 1:
		res.mode, res.kind, res.name = "variable", "var", b.Labels[0]
		res.config = r.body(b.Body, 0).get("default")
	case b.Type == "module" && len(b.Labels) == 1:
		res.mode, res.kind, res.name = "module", "module", b.Labels[0]
		res.config = r.body(b.Body, 0)
	case b.Type == "locals":
		for name, a := range b.Body.Attributes {
			local := resource{folder: res.folder, mode: "local", kind: "local", name: name, config: r.value(a.Expr, 0), at: r.at(a.NameRange)}
			out.Keep(scratchCloud, local)
		}
		return
	default:
		return
	}
	out.Keep(scratchCloud, res)
}

// body reads the attributes and blocks of a body; repeated blocks become a list.
func (r hclReader) body(b *hclsyntax.Body, depth int) value {
	v := value{fields: map[string]value{}, known: true, at: r.at(b.SrcRange)}
	if depth > maxValueDepth {
		return v
	}
	for name, a := range b.Attributes {
		field := r.value(a.Expr, depth+1)
		field.at = r.at(a.NameRange)
		v.fields[name] = field
	}
	for _, inner := range b.Blocks {
		child, name := r.body(inner.Body, depth+1), inner.Type
		child.at = r.at(inner.TypeRange)
		if name == "dynamic" && len(inner.Labels) == 1 { // present, its number is not known
			name, child = inner.Labels[0], child.get("content")
		}
		if len(inner.Labels) > 0 && inner.Type != "dynamic" {
			child.fields["label"] = value{text: inner.Labels[0], known: true}
		}
		list := v.fields[name]
		list.list, list.known, list.at = append(list.list, child), true, child.at
		v.fields[name] = list
	}
	return v
}

// value reads an expression. Only what is written as a literal is known.
func (r hclReader) value(e hclsyntax.Expression, depth int) value {
	v := value{at: r.at(e.Range())}
	if depth > maxValueDepth {
		return v
	}
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		v.known, v.text = true, literalText(e.Val)
	case *hclsyntax.TemplateExpr:
		v.known = true
		for _, part := range e.Parts {
			p := r.value(part, depth+1)
			v.refs = append(v.refs, p.refs...)
			if !p.known {
				v.known = false
				p.text = "${" + strings.Join(p.refs, ",") + "}"
			}
			v.text += p.text
		}
	case *hclsyntax.TemplateWrapExpr:
		return r.value(e.Wrapped, depth+1)
	case *hclsyntax.ParenthesesExpr:
		return r.value(e.Expression, depth+1)
	case *hclsyntax.TupleConsExpr:
		v.known = true
		for _, item := range e.Exprs {
			v.list = append(v.list, r.value(item, depth+1))
		}
	case *hclsyntax.ObjectConsExpr:
		v.known, v.fields = true, map[string]value{}
		for _, item := range e.Items {
			if key := objectKey(item.KeyExpr); key != "" {
				field := r.value(item.ValueExpr, depth+1)
				field.at = r.at(item.KeyExpr.Range())
				v.fields[key] = field
			}
		}
	case *hclsyntax.FunctionCallExpr:
		if (e.Name == "jsonencode" || e.Name == "yamlencode") && len(e.Args) == 1 || e.Name == "tostring" && len(e.Args) == 1 || e.Name == "toset" && len(e.Args) == 1 {
			return r.value(e.Args[0], depth+1)
		}
		v.refs = references(e)
	default:
		v.refs = references(e)
	}
	return v
}

func literalText(v cty.Value) string {
	switch {
	case v.IsNull() || !v.IsKnown():
		return ""
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Bool:
		if v.True() {
			return "true"
		}
		return "false"
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	}
	return ""
}

func objectKey(e hclsyntax.Expression) string {
	if k, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		if name := hcl.ExprAsKeyword(k); name != "" {
			return name
		}
		e = k.Wrapped
	}
	if t, ok := e.(*hclsyntax.TemplateExpr); ok && len(t.Parts) == 1 {
		e = t.Parts[0]
	}
	if l, ok := e.(*hclsyntax.LiteralValueExpr); ok {
		return literalText(l.Val)
	}
	return ""
}

// references are the addresses an expression mentions, without the attribute: two
// resources that name the same address name the same thing.
func references(e hclsyntax.Expression) []string {
	var out []string
	for _, t := range e.Variables() {
		var parts []string
		for _, step := range t {
			switch s := step.(type) {
			case hcl.TraverseRoot:
				parts = append(parts, s.Name)
			case hcl.TraverseAttr:
				parts = append(parts, s.Name)
			}
		}
		out = append(out, addressOf(parts))
	}
	return nonEmpty(out...)
}

// addressOf cuts a traversal to the address of what it starts with.
func addressOf(parts []string) string {
	n := 2
	if len(parts) > 0 && parts[0] == "data" {
		n = 3
	}
	if len(parts) > 0 && parts[0] == "module" {
		n = 3 // an output is as good as the resource behind it
	}
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts[:min(n, len(parts))], ".")
}
