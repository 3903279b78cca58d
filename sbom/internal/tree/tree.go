// Package tree reads YAML, JSON and TOML into one kind of tree that keeps the line
// and column of each key and value. It resolves anchors within a budget, expands no
// templates and keeps duplicate keys, so that a reader can report them.
package tree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxNodes bounds the nodes of one file, aliases expanded: the largest recipe or
	// lock file seen has some 200,000, an alias bomb has billions.
	maxNodes = 2_000_000
	// maxDepth bounds nesting; real documents stay below 40.
	maxDepth = 200
)

// ErrLimit is wrapped by errors about documents beyond maxNodes or maxDepth.
var ErrLimit = errors.New("document exceeds a limit")

// Error is a document that could not be parsed, with the place.
type Error struct {
	Line   int // 1-based, 0 when not known
	Reason string
	Err    error
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return e.Reason
}

func (e *Error) Unwrap() error { return e.Err }

// Kind is the kind of a Node.
type Kind int

// The kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// Node is a value in a document. A nil *Node is valid everywhere and means "absent".
type Node struct {
	Kind   Kind
	Text   string // scalar as written, without quotes
	Line   int    // 1-based line of the value in the file as stored
	Column int    // 1-based
	Pairs  []Pair // of a Map, in order, duplicates kept
	Items  []*Node
	// Pointer is the RFC 6901 pointer from the root of the document.
	Pointer string
}

// Pair is one entry of a Map.
type Pair struct {
	Key    string
	Line   int // of the key
	Column int
	Value  *Node
}

// Get walks keys from n; it returns nil when a step is absent. Of duplicate keys the
// last wins, as every loader we know does.
func (n *Node) Get(keys ...string) *Node {
	for _, key := range keys {
		if n == nil || n.Kind != Map {
			return nil
		}
		var next *Node
		for i := len(n.Pairs) - 1; i >= 0; i-- {
			if n.Pairs[i].Key == key {
				next = n.Pairs[i].Value
				break
			}
		}
		n = next
	}
	return n
}

// Has tells whether a map has the key, even with a null value.
func (n *Node) Has(key string) bool { return n.Get(key) != nil }

// Str is the text of a string, number or bool, "" for anything else.
func (n *Node) Str() string {
	if n == nil || n.Kind == Null || n.Kind == List || n.Kind == Map {
		return ""
	}
	return n.Text
}

// Strings is the texts of a list's scalars, or of a single scalar.
func (n *Node) Strings() []string {
	if n == nil {
		return nil
	}
	if n.Kind != List {
		if s := n.Str(); s != "" {
			return []string{s}
		}
		return nil
	}
	var out []string
	for _, item := range n.Items {
		if s := item.Str(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Int is the value of an integer, or fallback.
func (n *Node) Int(fallback int64) int64 {
	if n == nil || (n.Kind != Number && n.Kind != String) {
		return fallback
	}
	v, err := strconv.ParseInt(strings.ReplaceAll(n.Text, "_", ""), 0, 64)
	if err != nil {
		return fallback
	}
	return v
}

// Tri reads a boolean: absent is unstated, a template or other text is unresolved.
func (n *Node) Tri() sbom.Tri {
	switch {
	case n == nil || n.Kind == Null:
		return sbom.Unstated
	case n.Kind == Bool || n.Kind == String:
		switch strings.ToLower(n.Text) {
		case "true", "yes", "on":
			return sbom.Yes
		case "false", "no", "off":
			return sbom.No
		}
	}
	return sbom.Unresolved
}

// At is the place of the node in the file.
func (n *Node) At(path string) sbom.At {
	if n == nil {
		return sbom.At{Path: path}
	}
	return sbom.At{Path: path, Line: n.Line, Column: n.Column, Pointer: n.Pointer}
}

// KeyAt is the place of a key of n.
func (n *Node) KeyAt(path, key string) sbom.At {
	if n != nil {
		for i := len(n.Pairs) - 1; i >= 0; i-- {
			if p := n.Pairs[i]; p.Key == key {
				return sbom.At{Path: path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer}
			}
		}
	}
	return n.At(path)
}

// Walk calls visit for n and everything below it in document order, with the key
// under which the node stands ("" for list items and the root). It does not descend
// where visit returns false.
func (n *Node) Walk(visit func(key string, n *Node) bool) { n.walk("", visit) }

func (n *Node) walk(key string, visit func(string, *Node) bool) {
	if n == nil || !visit(key, n) {
		return
	}
	for _, p := range n.Pairs {
		p.Value.walk(p.Key, visit)
	}
	for _, item := range n.Items {
		item.walk("", visit)
	}
}

// Any converts the tree to plain Go values: map[string]any, []any, string, int64,
// float64, bool and nil.
func (n *Node) Any() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Map:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key] = p.Value.Any()
		}
		return m
	case List:
		l := make([]any, len(n.Items))
		for i, item := range n.Items {
			l[i] = item.Any()
		}
		return l
	case Bool:
		return strings.EqualFold(n.Text, "true")
	case Number:
		return number(n.Text)
	case String:
		return n.Text
	}
	return nil
}

func number(text string) any {
	clean := strings.ReplaceAll(text, "_", "")
	if v, err := strconv.ParseInt(clean, 0, 64); err == nil {
		return v
	}
	if v, err := strconv.ParseFloat(clean, 64); err == nil && v-v == 0 { // not NaN, not Inf: JSON has neither
		return v
	}
	return text
}

// escape is RFC 6901 section 3.
func escape(token string) string {
	if !strings.ContainsAny(token, "~/") {
		return token
	}
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

// budget counts nodes of one file.
type budget struct{ nodes int }

func (b *budget) take(depth, line int) error {
	b.nodes++
	if b.nodes > maxNodes {
		return &Error{Line: line, Reason: fmt.Sprintf("more than maxNodes (%d) values", maxNodes), Err: ErrLimit}
	}
	if depth > maxDepth {
		return &Error{Line: line, Reason: fmt.Sprintf("nested deeper than maxDepth (%d)", maxDepth), Err: ErrLimit}
	}
	return nil
}
