package attest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDocumentBytes bounds a bundle, statement or trust document: an OMS manifest of a
// million files takes about 200 MiB.
const maxDocumentBytes = 256 << 20

// maxJSONDepth bounds nesting: a bundle around a statement around a predicate needs
// less than 20.
const maxJSONDepth = 100

// decodeJSON reads one JSON document strictly: valid UTF-8, no duplicate keys, no lone
// surrogates, nothing after the end. Numbers stay json.Number. Keys are case-sensitive,
// which encoding/json into structs is not.
func decodeJSON(data []byte) (any, error) {
	if len(data) > maxDocumentBytes {
		return nil, malformed("document has %d bytes, more than %d", len(data), maxDocumentBytes)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, malformed("document is empty")
	}
	if !utf8.Valid(data) {
		return nil, malformed("document is not UTF-8")
	}
	if !json.Valid(data) {
		var ignored json.RawMessage
		return nil, malformed("not JSON: %v", json.Unmarshal(data, &ignored))
	}
	if err := loneSurrogate(data); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	value, err := decodeValue(d, 0)
	if err != nil {
		return nil, err
	}
	if d.More() {
		return nil, malformed("something follows the document at byte %d", d.InputOffset())
	}
	return value, nil
}

// CheckJSON tells why a document cannot be read strictly, nil when it can.
func CheckJSON(data []byte) error {
	_, err := decodeJSON(data)
	return err
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxJSONDepth {
		return nil, malformed("nested deeper than %d", maxJSONDepth)
	}
	token, err := d.Token()
	if err != nil {
		return nil, malformed("not JSON: %v", err)
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			value, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

func decodeObject(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, malformed("not JSON: %v", err)
		}
		key := token.(string)
		if _, twice := object[key]; twice {
			return nil, malformed("key %q is there twice (byte %d)", key, d.InputOffset())
		}
		value, err := decodeValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		object[key] = value
	}
	_, err := d.Token()
	return object, err
}

// loneSurrogate refuses half of a \uD800 pair: the decoder would turn it into U+FFFD,
// so that two different documents would read the same.
func loneSurrogate(data []byte) error {
	for i := 0; i+1 < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if data[i+1] != 'u' {
			i++
			continue
		}
		unit := hexUnit(data, i+2)
		switch {
		case unit >= 0xDC00 && unit < 0xE000:
			return malformed("lone surrogate at byte %d", i)
		case unit >= 0xD800 && unit < 0xDC00:
			low := -1
			if i+7 < len(data) && data[i+6] == '\\' && data[i+7] == 'u' {
				low = hexUnit(data, i+8)
			}
			if low < 0xDC00 || low > 0xDFFF {
				return malformed("lone surrogate at byte %d", i)
			}
			i += 6
		}
		i += 5
	}
	return nil
}

func hexUnit(data []byte, at int) int {
	if at+4 > len(data) {
		return -1
	}
	n, err := strconv.ParseUint(string(data[at:at+4]), 16, 16)
	if err != nil {
		return -1
	}
	return int(n)
}

// fields reads the members of one JSON object. The first mistake is kept, so that a
// reader checks once at the end.
type fields struct {
	where  string
	object map[string]any
	seen   []string
	err    error
}

func objectAt(where string, value any) *fields {
	f := &fields{where: where}
	object, ok := value.(map[string]any)
	if !ok {
		f.fail("%s is not an object", where)
	}
	f.object = object
	return f
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = malformed(format, args...)
	}
}

func (f *fields) get(name string) (any, bool) {
	f.seen = append(f.seen, name)
	value, ok := f.object[name]
	return value, ok
}

// set is get for a member of which null means that it is not set (protobuf JSON).
func (f *fields) set(name string) (any, bool) {
	value, _ := f.get(name)
	return value, value != nil
}

func (f *fields) must(name string) any {
	value, ok := f.get(name)
	if !ok {
		f.fail("%s.%s is missing", f.where, name)
	}
	return value
}

func (f *fields) text(name string) string {
	s, ok := f.must(name).(string)
	if !ok {
		f.fail("%s.%s is not a string", f.where, name)
	}
	return s
}

func (f *fields) optionalText(name string) string {
	value, ok := f.get(name)
	if !ok || value == nil {
		return ""
	}
	s, ok := value.(string)
	if !ok {
		f.fail("%s.%s is not a string", f.where, name)
	}
	return s
}

func (f *fields) boolean(name string) bool {
	b, ok := f.must(name).(bool)
	if !ok {
		f.fail("%s.%s is not true or false", f.where, name)
	}
	return b
}

func (f *fields) list(name string) []any {
	l, ok := f.must(name).([]any)
	if !ok {
		f.fail("%s.%s is not a list", f.where, name)
	}
	return l
}

// bytes is a base64 member, padded, standard or URL-safe alphabet (DSSE v1.0,
// envelope.md), without line breaks.
func (f *fields) bytes(name string) []byte {
	s := f.text(name)
	if f.err != nil {
		return nil
	}
	b, err := decodeBase64(s)
	if err != nil {
		f.fail("%s.%s: %v", f.where, name, err)
	}
	return b
}

func decodeBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, fmt.Errorf("base64 with line breaks")
	}
	if b, err := base64.StdEncoding.Strict().DecodeString(s); err == nil {
		return b, nil
	}
	b, err := base64.URLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("not base64")
	}
	return b, nil
}

// only refuses members that nobody asked for.
func (f *fields) only() {
	var unknown []string
	for name := range f.object {
		if !slices.Contains(f.seen, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		f.fail("%s has unknown members: %s", f.where, strings.Join(unknown, ", "))
	}
}

// plain turns the numbers of a decoded document into float64 or int64, the types of the
// input document.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			out[key] = plain(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, member := range v {
			out[i] = plain(member)
		}
		return out
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
		return v.String()
	}
	return value
}
