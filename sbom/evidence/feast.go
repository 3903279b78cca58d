package evidence

import (
	"bytes"
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// featureViews reads the feature views that a repository of Feast defines in Python
// (Feast, "Feature view" and "On demand feature view").
var featureViews = sbom.Collector{
	Name:     "evidence/feature-views",
	Families: []sbom.Family{sbom.FamilyFeatures},
	Match:    func(f *sbom.File) bool { return python.Reads(f) },
	MaxBytes: maxPythonBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if !bytes.Contains(content, []byte("feast")) {
			return nil
		}
		m := python.Of(f)
		r := &feastReader{module: m, names: map[string]python.Expr{}}
		python.InspectBody(m.Body, func(n python.Node) bool {
			switch n := n.(type) {
			case *python.Assign:
				if len(n.Targets) == 1 && dottedName(n.Targets[0]) != "" {
					r.names[dottedName(n.Targets[0])] = n.Value
				}
			}
			return true
		})
		python.InspectBody(m.Body, func(n python.Node) bool {
			switch n := n.(type) {
			case *python.Call:
				r.view(n, out)
			case *python.Func:
				r.decorated(n, out)
			}
			return true
		})
		return nil
	},
}

// viewClasses are the classes whose calls define a view.
var viewClasses = map[string]bool{"FeatureView": true, "BatchFeatureView": true, "StreamFeatureView": true, "OnDemandFeatureView": true}

type feastReader struct {
	module *python.Module
	names  map[string]python.Expr
}

func (r *feastReader) view(call *python.Call, out *sbom.Inventory) {
	class := dottedName(call.Func)
	if !viewClasses[class[strings.LastIndex(class, ".")+1:]] {
		return
	}
	v := sbom.Feature{At: r.module.AtNode(call)}
	r.keywords(&v, call)
	if v.Name != "" {
		out.Features = append(out.Features, v)
	}
}

// decorated reads @on_demand_feature_view and @stream_feature_view over a function,
// whose name is that of the view.
func (r *feastReader) decorated(f *python.Func, out *sbom.Inventory) {
	for _, d := range f.Decorators {
		call, ok := d.(*python.Call)
		if !ok {
			continue
		}
		switch name := dottedName(call.Func); name[strings.LastIndex(name, ".")+1:] {
		case "on_demand_feature_view", "stream_feature_view", "batch_feature_view":
			v := sbom.Feature{Name: f.Name, At: r.module.AtNode(call)}
			r.keywords(&v, call)
			out.Features = append(out.Features, v)
		}
	}
}

func (r *feastReader) keywords(v *sbom.Feature, call *python.Call) {
	for _, k := range call.Keywords {
		switch k.Name {
		case "name":
			if s, ok := r.resolve(k.Value).(*python.Str); ok {
				v.Name = s.Value
			}
		case "owner":
			v.Owner = "unresolved"
			if s, ok := r.resolve(k.Value).(*python.Str); ok {
				v.Owner = s.Value
			}
		case "ttl":
			if c, ok := k.Value.(*python.Const); !ok || c.Text != "None" {
				v.TTL = strings.Join(strings.Fields(r.module.Text[k.Value.Pos():k.Value.End()]), " ")
			}
		case "schema", "features":
			v.Fields = append(v.Fields, r.fields(k.Value)...)
		case "source", "sources", "batch_source":
			v.Sources = append(v.Sources, r.sources(k.Value)...)
		case "stream_source":
			v.Stream = strings.Join(r.sources(k.Value), ",")
		case "tags":
			if d, ok := r.resolve(k.Value).(*python.Dict); ok {
				v.Tags = append(v.Tags, dictKeys(d)...)
			}
		}
	}
}

func (r *feastReader) resolve(e python.Expr) python.Expr {
	if name := dottedName(e); name != "" && r.names[name] != nil {
		return r.names[name]
	}
	return e
}

// fields are the names of Field(name=…) in a list.
func (r *feastReader) fields(e python.Expr) []string {
	var out []string
	list, ok := r.resolve(e).(*python.List)
	if !ok {
		return nil
	}
	for _, item := range list.Elts {
		call, ok := r.resolve(item).(*python.Call)
		if !ok {
			continue
		}
		for _, k := range call.Keywords {
			if s, isText := k.Value.(*python.Str); isText && k.Name == "name" {
				out = append(out, s.Value)
			}
		}
		if len(call.Args) > 0 {
			if s, isText := call.Args[0].(*python.Str); isText {
				out = append(out, s.Value)
			}
		}
	}
	return out
}

// sources say where the values come from: the address of a source, else its name.
func (r *feastReader) sources(e python.Expr) []string {
	resolved := r.resolve(e)
	if list, ok := resolved.(*python.List); ok {
		var out []string
		for _, item := range list.Elts {
			out = append(out, r.sources(item)...)
		}
		return out
	}
	call, ok := resolved.(*python.Call)
	if !ok {
		return nonEmpty(dottedName(e))
	}
	for _, want := range []string{"path", "table", "query", "topic", "name"} {
		for _, k := range call.Keywords {
			if s, isText := r.resolve(k.Value).(*python.Str); isText && k.Name == want {
				return []string{s.Value}
			}
		}
	}
	return nonEmpty(dottedName(e), dottedName(call.Func))[:1]
}

func dictKeys(d *python.Dict) []string {
	var out []string
	for _, key := range d.Keys {
		if s, ok := key.(*python.Str); ok {
			out = append(out, s.Value)
		}
	}
	return out
}
