package engine

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/types"
)

// maxShapeDepth bounds the nesting of inferred shapes. The input document is six deep.
const maxShapeDepth = 16

// shape describes every value that an expression of a policy may have: the union of the
// kinds that are set. The zero shape stands for a value nothing is known of yet. A shape
// is never changed after it was made.
type shape struct {
	path   string            // where it comes from: "input.components[]", "" when from several places or written down
	any    bool              // a value the inference lost
	raw    bool              // a value that no schema describes
	scalar bool              // text, number, boolean or null
	texts  map[string]bool   // of a scalar: the only texts it may be, nil when not known
	fields map[string]*shape // object with these keys
	open   *shape            // object with keys that are data; the shape of its values
	items  *shape            // list or set; the shape of its elements
	isSet  bool              // elements are keys too
}

var (
	anyShape    = &shape{any: true}
	scalarShape = &shape{scalar: true}
)

func (s *shape) empty() bool {
	return s == nil || !s.any && !s.raw && !s.scalar && s.fields == nil && s.open == nil && s.items == nil
}

// covers says whether every value of b is one of a, as far as names go.
func (s *shape) covers(b *shape) bool {
	if s == b || b.empty() {
		return true
	}
	if s == nil || b.any && !s.any || b.raw && !s.raw || b.scalar && !s.scalar || b.isSet && !s.isSet {
		return false
	}
	if b.scalar && s.texts != nil {
		if b.texts == nil {
			return false
		}
		for text := range b.texts {
			if !s.texts[text] {
				return false
			}
		}
	}
	for name, field := range b.fields {
		if mine, ok := s.fields[name]; !ok || !mine.covers(field) {
			return false
		}
	}
	return (b.fields == nil || s.fields != nil) && (b.open == nil || s.open != nil && s.open.covers(b.open)) &&
		(b.items == nil || s.items != nil && s.items.covers(b.items))
}

// join is the union of two shapes.
func join(a, b *shape) *shape { return joinTo(a, b, 0) }

func joinTo(a, b *shape, depth int) *shape {
	switch {
	case a.covers(b):
		return a
	case b.covers(a):
		return b
	case depth > maxShapeDepth:
		return anyShape
	}
	out := &shape{
		any: a.any || b.any, raw: a.raw || b.raw, scalar: a.scalar || b.scalar, isSet: a.isSet || b.isSet,
		open: joinTo(a.open, b.open, depth+1), items: joinTo(a.items, b.items, depth+1),
	}
	out.texts = joinTexts(a, b)
	if a.path == b.path || b.path == "" {
		out.path = a.path
	} else if a.path == "" {
		out.path = b.path
	}
	if a.fields != nil || b.fields != nil {
		out.fields = maps.Clone(a.fields)
		if out.fields == nil {
			out.fields = map[string]*shape{}
		}
		for name, field := range b.fields {
			out.fields[name] = joinTo(out.fields[name], field, depth+1)
		}
	}
	return out
}

// maxTexts bounds the texts that are remembered of a scalar.
const maxTexts = 64

// joinTexts is the texts of both, nil when those of one are not known or too many.
func joinTexts(a, b *shape) map[string]bool {
	switch {
	case a == nil || !a.scalar:
		return b.texts
	case b == nil || !b.scalar:
		return a.texts
	case a.texts == nil || b.texts == nil || len(a.texts)+len(b.texts) > maxTexts:
		return nil
	}
	out := maps.Clone(a.texts)
	maps.Copy(out, b.texts)
	return out
}

// field is the shape of the values under a constant key; ok is false when no value of s
// has the key.
func (s *shape) field(name string) (f *shape, ok bool) {
	if s.empty() {
		return nil, true
	}
	if inner, there := s.fields[name]; there {
		f, ok = inner, true
	}
	if s.open != nil {
		f, ok = join(f, s.open), true
	}
	if s.isSet { // a constant step into a set asks for membership
		f, ok = join(f, s.items), true
	}
	if s.any {
		f, ok = join(f, anyShape), true
	}
	if s.raw {
		f, ok = join(f, &shape{path: s.path + "." + name, raw: true}), true
	}
	return f, ok
}

// values is the shape of everything one step below, whatever the key.
func (s *shape) values() *shape {
	if s.empty() {
		return nil
	}
	out := join(s.open, s.items)
	for _, name := range slices.Sorted(maps.Keys(s.fields)) {
		out = join(out, s.fields[name])
	}
	if s.any {
		out = join(out, anyShape)
	}
	if s.raw {
		out = join(out, &shape{path: s.path + "[]", raw: true})
	}
	return out
}

// keys is the shape of what a variable in a step may be bound to.
func (s *shape) keys() *shape {
	if s != nil && s.isSet {
		return join(scalarShape, s.items)
	}
	return scalarShape
}

// schemaShape turns a JSON Schema of the subset that inputSchema writes, or of a fact,
// into a shape. What it does not understand is a value no name check holds for.
func schemaShape(schema any, path string) *shape {
	object, ok := schema.(map[string]any)
	if !ok {
		return &shape{path: path, raw: true}
	}
	switch object["type"] {
	case "object":
		s := &shape{path: path}
		if properties, ok := object["properties"].(map[string]any); ok {
			s.fields = map[string]*shape{}
			for name, property := range properties {
				s.fields[name] = schemaShape(property, path+"."+name)
			}
		}
		if extra, ok := object["additionalProperties"].(map[string]any); ok {
			s.open = schemaShape(extra, path+"[…]")
		} else if object["additionalProperties"] != false || s.fields == nil {
			s.open = &shape{path: path, raw: true}
		}
		return s
	case "array":
		return &shape{path: path, items: schemaShape(object["items"], path+"[]")}
	case "string", "integer", "number", "boolean", "null":
		return &shape{path: path, scalar: true}
	}
	return &shape{path: path, raw: true}
}

// dataShape is the shape of a data document, whose keys are all known.
func dataShape(value any, path string) *shape {
	switch v := value.(type) {
	case map[string]any:
		s := &shape{path: path, fields: map[string]*shape{}}
		for name, inner := range v {
			s.fields[name] = dataShape(inner, path+"."+name)
		}
		return s
	case []any:
		s := &shape{path: path}
		for _, inner := range v {
			s.items = join(s.items, dataShape(inner, path+"[]"))
		}
		if s.items == nil {
			s.items = &shape{}
		}
		return s
	}
	return &shape{path: path, scalar: true}
}

// settingShape is the shape of a setting. Configuration may replace the value, so the
// keys inside it are not known.
func settingShape(s Setting, path string) *shape {
	switch s.Type {
	case "list", "set":
		return &shape{path: path, items: join(dataShape(s.Default, path).items, elementsOf(s))}
	case "map":
		return &shape{path: path, open: join(dataShape(s.Default, path).values(), anyShape)}
	}
	return &shape{path: path, scalar: true}
}

// elementsOf is scalar when the default holds scalars or nothing, anything otherwise.
func elementsOf(s Setting) *shape {
	for _, item := range s.Default.([]any) {
		switch item.(type) {
		case map[string]any, []any:
			return anyShape
		}
	}
	return scalarShape
}

// builtinShape is the shape of what a built-in function declares to return.
func builtinShape(t types.Type) *shape {
	switch t := t.(type) {
	case types.String, types.Number, types.Boolean, types.Null:
		return scalarShape
	case *types.NamedType:
		return builtinShape(t.Type)
	case *types.Set:
		return &shape{items: builtinShape(t.Of()), isSet: true}
	case *types.Array:
		items := &shape{}
		if t.Dynamic() != nil {
			items = builtinShape(t.Dynamic())
		}
		for i := range t.Len() {
			items = join(items, builtinShape(t.Select(i)))
		}
		return &shape{items: items}
	}
	return anyShape
}
