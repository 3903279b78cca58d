package datasets

import (
	"slices"
	"strings"
)

// kind is the type of one value of a row.
type kind uint8

const (
	kindNull kind = iota
	kindString
	kindInt
	kindFloat
	kindBool
	kindList
	kindObject
	kindBytes
	kindCount
)

// role is what a column is for, told by its name.
type role uint8

const (
	roleOther role = iota
	rolePrompt
	roleResponse
	roleRejected
	roleLabel
	roleSpeaker // who says the text of the same list element: user, assistant
	roleSpoken
)

// field is one leaf of a row. text is valid until the next row.
type field struct {
	column int
	item   int // element of the innermost list, 0 outside lists
	kind   kind
	text   []byte
}

// row is one record while it is looked at; its memory is reused.
type row struct {
	number int64 // 0-based
	line   int   // 1-based, 0 when the format has no lines
	offset int64 // byte offset, in the decompressed text when the file is compressed
	size   int64 // bytes of the record as stored, 0 when not known
	added  bool  // of a difference: the row is new
	fields []field
	arena  []byte // decoded strings
}

func (r *row) reset() {
	r.fields = r.fields[:0]
	r.arena = r.arena[:0]
}

// column is a column of the file with what its values look like.
type column struct {
	name   string
	role   role
	list   int // number of the list of messages that it is a part of
	values [kindCount]int64
	urls   int64 // strings that are one http address
	hashes int64 // strings that are one hex digest
}

// schema grows as rows name columns.
type schema struct {
	columns []column
	byName  map[string]int
	lists   []string // names of lists of messages
	next    int      // the column expected next: rows repeat the order of the first
	full    bool
}

// maxColumns bounds the columns of one file; wide feature tables have some thousand.
const maxColumns = 4096

// overflow is the column that stands for all beyond maxColumns.
const overflow = "…"

// column returns the index of the named column, which it adds when it is new.
func (s *schema) column(name []byte) int {
	if s.next < len(s.columns) && s.columns[s.next].name == string(name) {
		s.next++
		return s.next - 1
	}
	if i, ok := s.byName[string(name)]; ok {
		s.next = i + 1
		return i
	}
	if s.byName == nil {
		s.byName = map[string]int{}
	}
	if len(s.columns) >= maxColumns {
		s.full = true
		name = []byte(overflow)
		if i, ok := s.byName[overflow]; ok {
			return i
		}
	}
	i := len(s.columns)
	c := column{name: string(name), role: roleOf(string(name))}
	if c.role == roleSpeaker || c.role == roleSpoken {
		c.list = s.list(c.name)
	}
	s.columns = append(s.columns, c)
	s.byName[string(name)] = i
	s.next = i + 1
	return i
}

// list numbers the list of messages that a column belongs to.
func (s *schema) list(column string) int {
	name, _, _ := cutLast(column, ".")
	if i := slices.Index(s.lists, name); i >= 0 {
		return i
	}
	s.lists = append(s.lists, name)
	return len(s.lists) - 1
}

// roles are the names that instruction, chat, preference and label sets use. Nested
// names are compared by their last step.
var roles = map[string]role{
	"instruction": rolePrompt, "input": rolePrompt, "prompt": rolePrompt, "question": rolePrompt, "query": rolePrompt,
	"context": rolePrompt, "text": rolePrompt, "sentence": rolePrompt, "review": rolePrompt, "inputs": rolePrompt,
	"source": rolePrompt, "premise": rolePrompt, "hypothesis": rolePrompt, "sentence1": rolePrompt, "sentence2": rolePrompt,
	"document": rolePrompt, "article": rolePrompt, "problem": rolePrompt, "title": rolePrompt, "passage": rolePrompt,
	"output": roleResponse, "response": roleResponse, "completion": roleResponse, "answer": roleResponse,
	"chosen": roleResponse, "reply": roleResponse, "targets": roleResponse, "solution": roleResponse, "outputs": roleResponse,
	"summary": roleResponse, "rejected": roleRejected,
	"label": roleLabel, "labels": roleLabel, "class": roleLabel, "category": roleLabel, "sentiment": roleLabel,
	"target": roleLabel, "rating": roleLabel, "stars": roleLabel, "score": roleLabel,
	"role": roleSpeaker, "from": roleSpeaker, "content": roleSpoken, "value": roleSpoken,
}

func roleOf(name string) role {
	list, last, nested := cutLast(name, ".")
	if !nested {
		last = name
	}
	last = strings.ToLower(strings.TrimSuffix(last, "[]"))
	r := roles[last]
	speech := r == roleSpeaker || r == roleSpoken
	if speech && !strings.HasSuffix(list, "[]") {
		return roleOther // a role outside a list of messages says nothing
	}
	if speech && strings.HasPrefix(list, "rejected") {
		return roleRejected
	}
	if nested && !speech && strings.Contains(list, "[]") {
		return roleOther
	}
	return r
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+len(sep):], true
}
