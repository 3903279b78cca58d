package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of values that come from a source (documents, predicates):
// deeper than any honest file, shallow enough for every recursion over it.
const maxDepth = 200

// JSON returns the input document in its canonical form: the keys of every object sorted,
// every declared field present (lists and maps empty, strings ""), no spaces. Equal facts
// give equal bytes, and ReadInput gives back an Input with the same bytes.
func (in *Input) JSON() ([]byte, error) {
	e := encoder{fields: map[reflect.Type][]field{}}
	if err := e.value(reflect.ValueOf(in).Elem(), 0); err != nil {
		return nil, fmt.Errorf("write input: %w", err)
	}
	return e.out, nil
}

// ReadInput reads what JSON wrote. Numbers keep their text, so that the bytes do not
// change when they are written again.
func ReadInput(content []byte) (*Input, error) {
	var in Input
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("read input: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("read input: data after the document")
	}
	if in.Schema != InputSchema {
		return nil, fmt.Errorf("read input: schema is %q, want %q", in.Schema, InputSchema)
	}
	return &in, nil
}

// encoder writes Go values as canonical JSON.
type encoder struct {
	out    []byte
	fields map[reflect.Type][]field
}

// field is one field of a struct in the order of the document; index leads through
// embedded structs.
type field struct {
	name  string
	index []int
}

func (e *encoder) value(v reflect.Value, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("value is nested deeper than %d", maxDepth)
	}
	switch v.Kind() {
	case reflect.Struct:
		return e.object(v, depth)
	case reflect.Map:
		return e.mapping(v, depth)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			return e.raw(v.Bytes(), depth)
		}
		return e.list(v, depth)
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			e.out = append(e.out, "null"...)
			return nil
		}
		return e.value(v.Elem(), depth)
	case reflect.String:
		if v.Type() == reflect.TypeFor[json.Number]() {
			return e.number(v.String())
		}
		e.text(v.String())
	case reflect.Bool:
		e.out = strconv.AppendBool(e.out, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.out = strconv.AppendInt(e.out, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		e.out = strconv.AppendUint(e.out, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return e.float(v.Float())
	default:
		return fmt.Errorf("value of type %s has no JSON form", v.Type())
	}
	return nil
}

func (e *encoder) object(v reflect.Value, depth int) error {
	e.out = append(e.out, '{')
	for i, f := range e.fieldsOf(v.Type()) {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.text(f.name)
		e.out = append(e.out, ':')
		if err := e.value(v.FieldByIndex(f.index), depth+1); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	e.out = append(e.out, '}')
	return nil
}

func (e *encoder) mapping(v reflect.Value, depth int) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	e.out = append(e.out, '{')
	for i, key := range keys {
		if key.Kind() != reflect.String {
			return fmt.Errorf("map with keys of type %s has no JSON form", key.Type())
		}
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.text(key.String())
		e.out = append(e.out, ':')
		if err := e.value(v.MapIndex(key), depth+1); err != nil {
			return fmt.Errorf("%s: %w", key.String(), err)
		}
	}
	e.out = append(e.out, '}')
	return nil
}

func (e *encoder) list(v reflect.Value, depth int) error {
	e.out = append(e.out, '[')
	for i := range v.Len() {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		if err := e.value(v.Index(i), depth+1); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	e.out = append(e.out, ']')
	return nil
}

// raw writes a document that is JSON already in the canonical form; no document is an
// empty object, so that the field is an object in every input.
func (e *encoder) raw(content []byte, depth int) error {
	if len(content) == 0 {
		e.out = append(e.out, "{}"...)
		return nil
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return err
	}
	return e.value(reflect.ValueOf(&value).Elem(), depth)
}

// number keeps the text of a number that was read from JSON.
func (e *encoder) number(text string) error {
	if text == "" {
		text = "0"
	}
	if !json.Valid([]byte(text)) || !strings.ContainsAny(text[:1], "-0123456789") {
		return fmt.Errorf("%q is no number", text)
	}
	e.out = append(e.out, text...)
	return nil
}

// float writes a number the way encoding/json does.
func (e *encoder) float(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("%v has no JSON form", f)
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	e.out = append(e.out, text...)
	return nil
}

const hexDigits = "0123456789abcdef"

// text writes a string. Bytes that are not UTF-8 become the replacement character, as
// they would when the document is read.
func (e *encoder) text(s string) {
	e.out = append(e.out, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			e.out = append(e.out, s[start:i]...)
			e.escape(c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			e.out = append(e.out, s[start:i]...)
			e.out = append(e.out, "\uFFFD"...)
			start = i + 1
		}
		i += size
	}
	e.out = append(e.out, s[start:]...)
	e.out = append(e.out, '"')
}

func (e *encoder) escape(c byte) {
	switch c {
	case '"', '\\':
		e.out = append(e.out, '\\', c)
	case '\n':
		e.out = append(e.out, '\\', 'n')
	case '\t':
		e.out = append(e.out, '\\', 't')
	case '\r':
		e.out = append(e.out, '\\', 'r')
	default:
		e.out = append(e.out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
}

func (e *encoder) fieldsOf(t reflect.Type) []field {
	if f, ok := e.fields[t]; ok {
		return f
	}
	f := jsonFields(t)
	e.fields[t] = f
	return f
}

// jsonFields lists the fields of a struct under their JSON names, sorted; those of an
// embedded struct are its own.
func jsonFields(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag.Get("json") == "" {
			for _, inner := range jsonFields(f.Type) {
				out = append(out, field{inner.name, append([]int{i}, inner.index...)})
			}
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		out = append(out, field{name, []int{i}})
	}
	slices.SortFunc(out, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return out
}
