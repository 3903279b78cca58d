package sbom

import "bytes"

// definitionKeys are the fields of a CustomResourceDefinition (apiextensions.k8s.io/v1).
var definitionKeys = map[string]bool{"apiVersion": true, "kind": true, "metadata": true, "spec": true, "status": true}

// BlankDefinitions returns a YAML stream with the content of every Kubernetes
// CustomResourceDefinition replaced by empty lines, so that lines and documents keep
// their numbers; the stream itself when it has none. A definition describes objects and
// runs nothing, and it is by far the largest YAML that people keep: one operator's
// are some megabytes. Blanked, they neither exhaust a limit nor cost a parse.
//
// What is blanked is unread, so a document must be a definition beyond doubt: every line
// that starts in the first column is one of the five fields, none comes twice, and kind
// and apiVersion are written out. A second kind, a merge, a quoted key, a directive, a
// template or content beside the marker leaves the document as it is.
func BlankDefinitions(stream []byte) []byte {
	if !bytes.Contains(stream, []byte("kind: CustomResourceDefinition")) {
		return stream
	}
	out := make([]byte, 0, len(stream))
	for len(stream) > 0 {
		doc := stream[:documentEnd(stream)]
		stream = stream[len(doc):]
		if !definition(doc) {
			out = append(out, doc...)
			continue
		}
		for i, line := range bytes.SplitAfter(doc, []byte("\n")) {
			switch {
			case i == 0 && marker(line):
				out = append(out, line...)
			case bytes.HasSuffix(line, []byte("\n")):
				out = append(out, '\n')
			}
		}
	}
	return out
}

// documentEnd is the length of the first document with the marker before it (YAML 1.2.2,
// section 9.1.2: a marker starts a line wherever it stands).
func documentEnd(stream []byte) int {
	from := 0
	for {
		i := bytes.Index(stream[from:], []byte("\n---"))
		if i < 0 {
			return len(stream)
		}
		from += i + 1
		if marker(stream[from:]) {
			return from
		}
		from += len("---")
	}
}

// marker tells whether a line starts a document.
func marker(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// definition tells whether a document is a CustomResourceDefinition and nothing else.
func definition(doc []byte) bool {
	seen := map[string]string{}
	for i, line := range bytes.Split(doc, []byte("\n")) {
		line = bytes.TrimRight(line, " \t\r")
		if i == 0 && marker(line) {
			if rest := bytes.TrimLeft(line[len("---"):], " \t"); len(rest) > 0 && rest[0] != '#' {
				return false
			}
			continue
		}
		if len(line) == 0 || line[0] == '#' || line[0] == ' ' {
			continue
		}
		key, value, ok := bytes.Cut(line, []byte(":"))
		if _, twice := seen[string(key)]; !ok || twice || !definitionKeys[string(key)] {
			return false
		}
		seen[string(key)] = string(bytes.TrimSpace(value))
	}
	group, _, _ := bytes.Cut([]byte(seen["apiVersion"]), []byte("/"))
	return seen["kind"] == "CustomResourceDefinition" && string(group) == "apiextensions.k8s.io"
}

// Substance is how many bytes of the file a reader has to look at: a YAML file is
// measured without its definitions (BlankDefinitions), any other file is its size.
func (f *File) Substance() int64 {
	if ext := f.Ext(); ext != ".yaml" && ext != ".yml" {
		return f.Size
	}
	content, err := f.Bytes()
	if err != nil {
		return f.Size
	}
	return f.Memo("substance", func() any { return int64(len(BlankDefinitions(content))) }).(int64)
}
