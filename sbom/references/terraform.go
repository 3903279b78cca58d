package references

import (
	"context"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// terraformCollector reads Terraform: arguments, variables with defaults and the
// environment of what is deployed (SageMaker, Vertex AI, containers).
var terraformCollector = sbom.Collector{
	Name:     "references/terraform",
	Families: []sbom.Family{sbom.FamilyReferences},
	Match: func(f *sbom.File) bool {
		return f.Ext() == ".tf" || f.Ext() == ".tfvars"
	},
	MaxBytes: maxRecipeBytes,
	Collect:  collectTerraform,
}

func collectTerraform(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	file, diags := hclsyntax.ParseConfig(data, f.Path, hcl.InitialPos)
	if diags.HasErrors() {
		line := 0
		if s := diags[0].Subject; s != nil {
			line = s.Start.Line
		}
		out.AddProblem(f.At(line), sbom.FamilyReferences, "malformed", diags[0].Summary)
	}
	if file == nil {
		return nil
	}
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		t := &terraform{file: f, out: out}
		t.body(body, "")
	}
	return nil
}

type terraform struct {
	file *sbom.File
	out  *sbom.Inventory
}

// body reads the attributes of a block. The default of a variable is what the
// variable's name says.
func (t *terraform) body(b *hclsyntax.Body, variable string) {
	for _, a := range sortedAttributes(b) {
		switch {
		case variable != "" && a.Name == "default":
			t.value(variable, a.Expr, a.NameRange)
		case a.Name == "description":
		default:
			t.value(a.Name, a.Expr, a.NameRange)
		}
	}
	for _, block := range b.Blocks {
		name := ""
		if block.Type == "variable" && len(block.Labels) > 0 {
			name = block.Labels[0]
		}
		t.pair(block.Body)
		t.body(block.Body, name)
	}
}

func sortedAttributes(b *hclsyntax.Body) []*hclsyntax.Attribute {
	out := make([]*hclsyntax.Attribute, 0, len(b.Attributes))
	for _, a := range b.Attributes {
		out = append(out, a)
	}
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j].SrcRange.Start.Byte < out[j-1].SrcRange.Start.Byte; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// pair reads a block of an environment variable: env { name = "MODEL_ID" value = "…" }.
func (t *terraform) pair(b *hclsyntax.Body) {
	name, value := b.Attributes["name"], b.Attributes["value"]
	if name == nil || value == nil {
		return
	}
	if key, ok := hclText(name.Expr); ok {
		t.value(key, value.Expr, name.NameRange)
	}
}

func (t *terraform) value(key string, e hclsyntax.Expression, at hcl.Range) {
	switch e := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		var name, value hclsyntax.Expression
		for _, item := range e.Items {
			k, ok := hclKey(item.KeyExpr)
			if !ok {
				continue
			}
			switch k {
			case "name":
				name = item.ValueExpr
			case "value":
				value = item.ValueExpr
			}
			t.value(k, item.ValueExpr, item.KeyExpr.Range())
		}
		if k, ok := hclText(name); ok && value != nil {
			t.value(k, value, name.Range())
		}
	case *hclsyntax.TupleConsExpr:
		if key == "args" || key == "command" || key == "arguments" {
			t.args(e)
		}
		for _, item := range e.Exprs {
			t.value(key, item, at)
		}
	case *hclsyntax.FunctionCallExpr:
		for _, arg := range e.Args {
			t.value(key, arg, at)
		}
	case *hclsyntax.ConditionalExpr:
		t.value(key, e.TrueResult, at)
		t.value(key, e.FalseResult, at)
	default:
		t.literal(key, e, at)
	}
}

func (t *terraform) literal(key string, e hclsyntax.Expression, at hcl.Range) {
	text, ok := hclText(e)
	pos, known := positionOf(key)
	if !ok || !known || pos.role == "output" {
		return
	}
	pos.shaped = pos.shaped || isWord(text) // HF_MODEL_ID takes distilbert-base-uncased too
	if kind := KindOf(text); kind == NameLocal || !pos.accepts(text) {
		return
	}
	if pos.role == "base" {
		pos.role = "serve"
	}
	t.add(pos, text, t.at(e.Range()), t.at(at), key)
}

// args reads a list of command line words.
func (t *terraform) args(e *hclsyntax.TupleConsExpr) {
	words := []word{{}}
	for _, item := range e.Exprs {
		text, known := hclText(item)
		words = append(words, word{text: text, at: t.at(item.Range()), known: known})
	}
	before := len(t.out.References)
	newShell(t.out, t.file.Path, "terraform", nil).command(words)
	for i := before; i < len(t.out.References); i++ {
		if ref := &t.out.References[i]; ref.Role == "base" {
			ref.Role = "serve"
		}
	}
}

func (t *terraform) add(pos position, text string, literal, call sbom.At, loader string) {
	ref := New(pos.kind, pos.role, text, literal)
	ref.CallAt, ref.How, ref.Loader, ref.Confidence = call, "terraform", loader, "medium"
	t.out.References = append(t.out.References, ref)
}

func (t *terraform) at(r hcl.Range) sbom.At {
	return sbom.At{Path: t.file.Path, Line: r.Start.Line, Column: r.Start.Column, Offset: int64(r.Start.Byte)}
}

// hclText is the text of a literal. A template with a part that is not known gives what
// stands before it and "${}".
func hclText(e hclsyntax.Expression) (string, bool) {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.String {
			return e.Val.AsString(), true
		}
	case *hclsyntax.TemplateExpr:
		var b strings.Builder
		for _, p := range e.Parts {
			s, ok := hclText(p)
			if !ok {
				if b.Len() == 0 {
					return "", false
				}
				return b.String() + "${}", true
			}
			b.WriteString(s)
		}
		return b.String(), true
	case *hclsyntax.TemplateWrapExpr:
		return "", false
	}
	return "", false
}

func hclKey(e hclsyntax.Expression) (string, bool) {
	if k, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		if name := hcl.ExprAsKeyword(k.Wrapped); name != "" {
			return name, true
		}
		return hclText(k.Wrapped)
	}
	return hclText(e)
}
