package python

import (
	"strings"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// Magic is a line of a notebook cell that is not Python ("!pip install x", "%run y"),
// or a line of a cell that begins with %%bash or the like. A line that ends with a
// backslash goes on in the next one.
type Magic struct {
	Text  string // without "!" or "%", as the shell would see it
	Shell bool   // to be run by a shell
	Cell  bool   // one of the lines of a cell that holds no Python
	// File is set for a line of a cell that %%writefile saves under that name.
	File string
	At   sbom.At
}

// Magics are the shell and magic lines of a notebook, in order.
func (m *Module) Magics() []Magic { return m.magic }

// notebook joins the code cells (nbformat 4, "cells"; 3, "worksheets") into one module
// whose lines map to the lines of the .ipynb. Each cell is parsed on its own.
func notebook(f *sbom.File) *Module {
	n := &cells{m: &Module{Path: f.Path, lines: []Pos{0}}}
	docs := tree.Of(f)
	if docs.Err != nil {
		n.m.Errors, n.m.ErrorCount = []Error{{Reason: docs.Err.Error()}}, 1
	}
	data, err := f.Bytes()
	if err != nil {
		return n.m
	}
	n.raw = string(data)
	n.lines = lineStarts(n.raw)
	root := docs.Root()
	if !speaksPython(root) {
		return n.finish()
	}
	n.all(root.Get("cells"), "source")
	if sheets := root.Get("worksheets"); sheets != nil {
		for _, s := range sheets.Items {
			n.all(s.Get("cells"), "input")
		}
	}
	return n.finish()
}

// speaksPython tells a notebook of Python, or of no stated language, from one of R or
// Julia (nbformat 4, metadata.kernelspec and metadata.language_info).
func speaksPython(root *tree.Node) bool {
	for _, n := range []*tree.Node{root.Get("metadata", "kernelspec", "language"), root.Get("metadata", "language_info", "name")} {
		if language := strings.ToLower(n.Str()); language != "" && !strings.Contains(language, "python") {
			return false
		}
	}
	return true
}

// cells collects the text of code cells with its stored positions.
type cells struct {
	m     *Module
	raw   string
	lines []Pos
	text  strings.Builder
	ends  []int // offset in text after each cell
	line  strings.Builder
	place storedPos // of the line that is being collected
	shell bool      // the cell is a script of another language run by a shell
	skip  bool      // the cell is no Python
	begun bool      // a line that is no comment was seen
	prose bool      // the cell holds Markdown
	cont  bool      // the magic line before ended with a backslash
	file  string    // name that the cell is saved under
}

func (n *cells) all(list *tree.Node, key string) {
	if list == nil {
		return
	}
	for _, c := range list.Items {
		if c.Get("cell_type").Str() != "code" {
			continue
		}
		n.shell, n.skip, n.begun, n.prose, n.cont, n.file = false, false, false, false, false, ""
		src := c.Get(key)
		if src == nil {
			continue
		}
		if src.Kind == tree.List {
			for _, s := range src.Items {
				n.element(s)
			}
		} else {
			n.element(src)
		}
		if n.line.Len() > 0 {
			n.flush()
		}
		n.ends = append(n.ends, n.text.Len())
	}
}

// element adds one JSON string, line by line.
func (n *cells) element(s *tree.Node) {
	if s.Kind != tree.String || s.Line < 1 || s.Line > len(n.lines) {
		return
	}
	offset := int(n.lines[s.Line-1]) + s.Column // after the quote
	text := s.Text
	for text != "" {
		raw := n.rawFrom(offset)
		if n.line.Len() == 0 {
			n.place = storedPos{line: s.Line, column: offset - int(n.lines[s.Line-1]) + 1, offset: int64(offset), text: raw}
		}
		end := strings.IndexByte(text, '\n')
		if end < 0 {
			n.line.WriteString(text)
			return
		}
		n.line.WriteString(text[:end])
		n.flush()
		offset += storedLength(raw, end+1)
		text = text[end+1:]
	}
}

// rawFrom is the stored text from offset to the end of its stored line.
func (n *cells) rawFrom(offset int) string {
	if offset >= len(n.raw) {
		return ""
	}
	raw := n.raw[offset:]
	if end := strings.IndexByte(raw, '\n'); end >= 0 {
		return raw[:end]
	}
	return raw
}

// flush ends a line of a cell: Python goes to the text, the rest to the magics.
func (n *cells) flush() {
	line := strings.TrimSuffix(n.line.String(), "\r")
	n.line.Reset()
	bare := strings.TrimLeft(line, " \t")
	at := sbom.At{Path: n.m.Path, Line: n.place.line, Column: n.place.column, Offset: n.place.offset}
	switch {
	case !n.begun && strings.HasPrefix(bare, "%%"): // first, but for the comments that are a form in Colab
		word, rest, _ := strings.Cut(bare[2:], " ")
		if word == "writefile" || word == "file" {
			fields := strings.Fields(rest)
			if len(fields) > 0 {
				n.file = fields[len(fields)-1]
			}
		}
		n.shell = word == "bash" || word == "sh" || word == "script" || word == "!"
		n.skip = n.shell || !pythonCells[word] && !strings.HasSuffix(n.file, ".py")
		line = ""
	case !n.begun && strings.HasPrefix(bare, "<"): // Markdown that was left a code cell: no statement begins so
		n.skip, n.prose = true, true
		line = ""
	case n.prose:
		line = ""
	case n.skip:
		if bare != "" || n.file != "" {
			n.m.magic = append(n.m.magic, Magic{Text: line, Shell: n.shell, Cell: true, File: n.file, At: at})
		}
		line = ""
	case n.cont:
		last := n.m.magic[len(n.m.magic)-1]
		n.m.magic = append(n.m.magic, Magic{Text: bare, Shell: last.Shell, At: at})
		n.cont = strings.HasSuffix(bare, "\\")
		line = ""
	case automagic(line):
		n.m.magic = append(n.m.magic, Magic{Text: bare, Shell: true, At: at})
		n.cont = strings.HasSuffix(bare, "\\")
		line = "pass"
	case assigned(line) > 0: // x = !command, x = %magic
		i := assigned(line)
		n.m.magic = append(n.m.magic, Magic{Text: strings.TrimLeft(line[i:], "!% "), Shell: line[i] == '!', At: at})
		n.cont = strings.HasSuffix(bare, "\\")
		line = line[:i] + "None"
	case strings.HasSuffix(strings.TrimRight(bare, " "), "?") && isNameStart(bare[0]) && !strings.ContainsAny(bare, "#\"'"): // name?
		line = line[:len(line)-len(bare)] + "pass"
	case strings.HasPrefix(bare, "!") && !strings.HasPrefix(bare, "!="), strings.HasPrefix(bare, "%") && len(bare) > 1 && (isNameStart(bare[1]) || bare[1] == '%'):
		text := strings.TrimLeft(bare[1:], "! ")
		shell := bare[0] == '!' || strings.HasPrefix(text, "pip ") || strings.HasPrefix(text, "conda ") || strings.HasPrefix(text, "sx ")
		n.m.magic = append(n.m.magic, Magic{Text: text, Shell: shell, At: at})
		n.cont = strings.HasSuffix(bare, "\\")
		line = line[:len(line)-len(bare)] + "pass" // keeps the block it stands in
	}
	n.begun = n.begun || bare != "" && bare[0] != '#'
	// A lone carriage return would make a line that has no place.
	line = strings.ReplaceAll(line, "\r", " ")
	n.m.cells = append(n.m.cells, n.place)
	n.text.WriteString(line)
	n.text.WriteByte('\n')
}

// automagic tells a shell command that IPython runs without "!": pip install x.
func automagic(line string) bool {
	word, rest, ok := strings.Cut(line, " ")
	switch word {
	case "pip", "pip3", "conda", "mamba", "wget", "git", "cd", "ls", "mkdir":
		rest = strings.TrimLeft(rest, " ")
		return ok && rest != "" && strings.IndexByte("=.,:+*([<>", rest[0]) < 0 && !strings.HasPrefix(rest, "in ") && !strings.HasPrefix(rest, "is ")
	}
	return false
}

// assigned is where the command of NAME = !command or NAME = %magic starts, 0 when the
// line is none.
func assigned(line string) int {
	i := strings.IndexByte(line, '=')
	if i < 1 || i+1 >= len(line) {
		return 0
	}
	for _, c := range strings.TrimSpace(line[:i]) {
		if c != '_' && c != ',' && c != ' ' && !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') {
			return 0
		}
	}
	j := i + 1
	for j < len(line) && line[j] == ' ' {
		j++
	}
	if j+1 < len(line) && (line[j] == '!' && line[j+1] != '=' || line[j] == '%' && isNameStart(line[j+1])) {
		return j
	}
	return 0
}

// pythonCells are cell magics whose body is Python.
var pythonCells = map[string]bool{"time": true, "timeit": true, "capture": true, "prun": true, "python3": true, "python": true}

func (n *cells) finish() *Module {
	m := n.m
	m.Text = n.text.String()
	m.lines = lineStarts(m.Text)
	m.cells = append(m.cells, n.place) // of the empty line after the last
	start := 0
	for _, end := range n.ends {
		m.Body = append(m.Body, parsePart(m, start, end)...)
		start = end
	}
	return m
}

// storedLength is how many stored bytes hold the first column bytes of the decoded
// text: JSON escapes (RFC 8259, section 7) are longer than what they stand for.
func storedLength(text string, column int) int {
	i := 0
	for column > 0 && i < len(text) {
		if text[i] != '\\' || i+1 >= len(text) {
			i++
			column--
			continue
		}
		if text[i+1] != 'u' || i+6 > len(text) {
			i += 2
			column--
			continue
		}
		var r rune
		for _, c := range text[i+2 : i+6] {
			r = r<<4 | hexValue(c)
		}
		i += 6
		if r >= 0xd800 && r < 0xdc00 && i+6 <= len(text) { // surrogate pair: four bytes of UTF-8
			i += 6
			column -= 4
			continue
		}
		column -= max(utf8.RuneLen(r), 1)
	}
	return i
}

func hexValue(c rune) rune {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0
}
