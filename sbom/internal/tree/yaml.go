package tree

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

// YAML parses every document of a YAML stream (YAML 1.2 with the 1.1 booleans that
// yaml.v3 accepts). Documents before a broken one are returned with the error.
func YAML(data []byte) ([]*Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var docs []*Node
	b := &budget{}
	for {
		var y yaml.Node
		if err := dec.Decode(&y); err != nil {
			if errors.Is(err, io.EOF) {
				return docs, nil
			}
			return docs, yamlError(err)
		}
		n, err := fromYAML(&y, "", 0, b, nil)
		if err != nil {
			return docs, err
		}
		docs = append(docs, n)
	}
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

func yamlError(err error) error {
	e := &Error{Reason: err.Error(), Err: err}
	if m := yamlLine.FindStringSubmatch(e.Reason); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
	}
	return e
}

func fromYAML(y *yaml.Node, pointer string, depth int, b *budget, open []*yaml.Node) (*Node, error) {
	if err := b.take(depth, y.Line); err != nil {
		return nil, err
	}
	n := &Node{Line: y.Line, Column: y.Column, Pointer: pointer}
	switch y.Kind {
	case yaml.DocumentNode:
		if len(y.Content) == 0 {
			return n, nil
		}
		return fromYAML(y.Content[0], pointer, depth, b, open)
	case yaml.AliasNode:
		for _, o := range open {
			if o == y.Alias {
				return nil, &Error{Line: y.Line, Reason: "anchor contains itself", Err: ErrLimit}
			}
		}
		return fromYAML(y.Alias, pointer, depth+1, b, append(open, y.Alias))
	case yaml.ScalarNode:
		n.Kind, n.Text = scalarKind(y), y.Value
		return n, nil
	case yaml.SequenceNode:
		n.Kind = List
		for i, c := range y.Content {
			item, err := fromYAML(c, pointer+"/"+strconv.Itoa(i), depth+1, b, open)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, item)
		}
		return n, nil
	case yaml.MappingNode:
		n.Kind = Map
		return n, mapping(n, y, depth, b, open)
	}
	return n, nil
}

func mapping(n *Node, y *yaml.Node, depth int, b *budget, open []*yaml.Node) error {
	var merged []Pair
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		child, err := fromYAML(value, n.Pointer+"/"+escape(key.Value), depth+1, b, open)
		if err != nil {
			return err
		}
		if key.Tag == "!!merge" { // YAML 1.1 merge key: explicit keys win
			merged = append(merged, mergePairs(child)...)
			continue
		}
		n.Pairs = append(n.Pairs, Pair{Key: key.Value, Line: key.Line, Column: key.Column, Value: child})
	}
	n.Pairs = append(merged, n.Pairs...)
	return nil
}

func mergePairs(n *Node) []Pair {
	if n.Kind == Map {
		return n.Pairs
	}
	var out []Pair
	for i := len(n.Items) - 1; i >= 0; i-- { // of several merged maps the first wins
		out = append(out, mergePairs(n.Items[i])...)
	}
	return out
}

func scalarKind(y *yaml.Node) Kind {
	switch y.ShortTag() {
	case "!!null":
		return Null
	case "!!bool":
		return Bool
	case "!!int", "!!float":
		return Number
	}
	return String
}
