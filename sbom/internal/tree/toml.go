package tree

import (
	"fmt"
	"sort"
	"strconv"

	"github.com/pelletier/go-toml/v2/unstable"
)

// TOML parses a TOML 1.0 document with positions.
func TOML(data []byte) (*Node, error) {
	t := &tomlReader{root: &Node{Kind: Map, Line: 1, Column: 1}}
	t.table = t.root
	t.starts = lineStarts(data)
	t.p.Reset(data)
	for t.p.NextExpression() {
		if err := t.expression(t.p.Expression()); err != nil {
			return nil, err
		}
	}
	if err := t.p.Error(); err != nil {
		e := &Error{Reason: err.Error(), Err: err}
		if pe, ok := err.(*unstable.ParserError); ok && len(pe.Highlight) > 0 {
			e.Line, _ = t.position(t.p.Range(pe.Highlight).Offset)
		}
		return nil, e
	}
	return t.root, nil
}

type tomlReader struct {
	p      unstable.Parser
	root   *Node
	table  *Node
	starts []int // offset of each line
	budget budget
}

func (t *tomlReader) expression(e *unstable.Node) error {
	switch e.Kind {
	case unstable.Table, unstable.ArrayTable:
		table, err := t.open(t.root, e.Key(), e.Kind == unstable.ArrayTable)
		if err != nil {
			return err
		}
		t.table = table
	case unstable.KeyValue:
		return t.keyValue(t.table, e, 1)
	}
	return nil
}

// open finds or makes the table under the dotted key.
func (t *tomlReader) open(n *Node, keys unstable.Iterator, array bool) (*Node, error) {
	for keys.Next() {
		k := keys.Node()
		name, line, column := string(k.Data), t.line(k), t.column(k)
		last := keys.IsLast()
		child := n.Get(name)
		if child != nil && child.Kind == List && len(child.Items) > 0 && (!array || !last) {
			child = child.Items[len(child.Items)-1]
		}
		if child == nil {
			child = &Node{Kind: Map, Line: line, Column: column, Pointer: n.Pointer + "/" + escape(name)}
			if last && array {
				child.Kind = List
			}
			n.Pairs = append(n.Pairs, Pair{Key: name, Line: line, Column: column, Value: child})
		}
		if err := t.budget.take(0, line); err != nil {
			return nil, err
		}
		if last && array {
			if child.Kind != List {
				return nil, &Error{Line: line, Reason: fmt.Sprintf("key %q is both a table and an array of tables", name)}
			}
			item := &Node{Kind: Map, Line: line, Column: column, Pointer: child.Pointer + "/" + strconv.Itoa(len(child.Items))}
			child.Items = append(child.Items, item)
			child = item
		}
		if child.Kind != Map {
			return nil, &Error{Line: line, Reason: fmt.Sprintf("key %q is not a table", name)}
		}
		n = child
	}
	return n, nil
}

func (t *tomlReader) keyValue(table *Node, e *unstable.Node, depth int) error {
	keys := e.Key()
	var last *unstable.Node
	n := table
	for keys.Next() {
		if last != nil {
			name := string(last.Data)
			child := n.Get(name)
			if child == nil {
				child = &Node{Kind: Map, Line: t.line(last), Column: t.column(last), Pointer: n.Pointer + "/" + escape(name)}
				n.Pairs = append(n.Pairs, Pair{Key: name, Line: child.Line, Column: child.Column, Value: child})
			}
			n = child
		}
		last = keys.Node()
	}
	if last == nil {
		return nil
	}
	pair := Pair{Key: string(last.Data), Line: t.line(last), Column: t.column(last)}
	value, err := t.value(e.Value(), n.Pointer+"/"+escape(pair.Key), pair.Line, depth)
	if err != nil {
		return err
	}
	pair.Value = value
	n.Pairs = append(n.Pairs, pair)
	return nil
}

func (t *tomlReader) value(v *unstable.Node, pointer string, line, depth int) (*Node, error) {
	if err := t.budget.take(depth, line); err != nil {
		return nil, err
	}
	n := &Node{Line: line, Pointer: pointer, Text: string(v.Data)}
	if v.Raw.Length > 0 {
		n.Line, n.Column = t.line(v), t.column(v)
	}
	switch v.Kind {
	case unstable.Array:
		n.Kind = List
		for it := v.Children(); it.Next(); {
			item, err := t.value(it.Node(), pointer+"/"+strconv.Itoa(len(n.Items)), n.Line, depth+1)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, item)
		}
	case unstable.InlineTable:
		n.Kind = Map
		for it := v.Children(); it.Next(); {
			if err := t.keyValue(n, it.Node(), depth+1); err != nil {
				return nil, err
			}
		}
	case unstable.Bool:
		n.Kind = Bool
	case unstable.Integer, unstable.Float:
		n.Kind = Number
	default:
		n.Kind = String
	}
	return n, nil
}

func (t *tomlReader) line(n *unstable.Node) int {
	line, _ := t.position(n.Raw.Offset)
	return line
}

func (t *tomlReader) column(n *unstable.Node) int {
	_, column := t.position(n.Raw.Offset)
	return column
}

// position is the parser's Shape without its scan from the start of the file, which
// makes a lock file of 20,000 lines quadratic.
func (t *tomlReader) position(offset uint32) (line, column int) {
	line = sort.SearchInts(t.starts, int(offset)+1)
	return line, int(offset) - t.starts[line-1] + 1
}

func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
