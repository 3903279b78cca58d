package engine

import (
	"encoding/json"
	"reflect"
)

// schemaDraft is the dialect of the generated schema. OPA's type checker reads draft-04
// to draft-07; nothing later is used.
const schemaDraft = "http://json-schema.org/draft-07/schema#"

// inputSchema returns the JSON Schema of the input document as JSON data, made from the
// Go types: closed objects, no unions, no references, so that OPA's type checker and the
// name check see through all of it. docs gives a description for "Type" and "Type.Field";
// facts gives the schema of a document under input.facts.
func inputSchema(docs map[string]string, facts map[string]any) map[string]any {
	s := schemaOf(reflect.TypeFor[Input](), docs)
	s["$schema"] = schemaDraft
	s["title"] = InputSchema
	if len(facts) > 0 {
		f := s["properties"].(map[string]any)["facts"].(map[string]any)
		f["properties"] = facts
	}
	return s
}

func schemaOf(t reflect.Type, docs map[string]string) map[string]any {
	if t == reflect.TypeFor[json.RawMessage]() {
		return map[string]any{"type": "object", "additionalProperties": map[string]any{}}
	}
	switch t.Kind() {
	case reflect.Struct:
		return objectSchema(t, docs)
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem(), docs)}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem(), docs)}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Interface:
		return map[string]any{} // any value: the content of a document
	}
	panic("input document has a field of type " + t.String())
}

func objectSchema(t reflect.Type, docs map[string]string) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, f := range jsonFields(t) {
		sf := t.FieldByIndex(f.index)
		property := schemaOf(sf.Type, docs)
		owner := t
		if len(f.index) > 1 {
			owner = t.FieldByIndex(f.index[:len(f.index)-1]).Type
		}
		if doc := docs[owner.Name()+"."+sf.Name]; doc != "" {
			property["description"] = doc
		}
		properties[f.name] = property
		required = append(required, f.name)
	}
	s := map[string]any{"type": "object", "additionalProperties": false, "properties": properties, "required": required}
	if doc := docs[t.Name()]; doc != "" {
		s["description"] = doc
	}
	return s
}
