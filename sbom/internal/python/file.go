package python

import (
	"sort"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Reads tells whether Of can read the file: Python source or a notebook.
func Reads(f *sbom.File) bool {
	switch f.Ext() {
	case ".py", ".pyi", ".pyw", ".ipynb":
		return true
	}
	return false
}

// Of parses a Python file, or the code cells of a notebook, once and shares the tree
// among collectors. It never returns nil; a file that could not be read is an empty
// module with an error.
func Of(f *sbom.File) *Module {
	return f.Memo("python", func() any {
		data, err := f.Bytes()
		if err != nil {
			return &Module{Path: f.Path, Errors: []Error{{Reason: err.Error()}}, ErrorCount: 1, lines: []Pos{0}}
		}
		if f.Ext() == ".ipynb" {
			return notebook(f)
		}
		return Parse(f.Path, data)
	}).(*Module)
}

// storedPos says where a line of Module.Text lies in the file as stored.
type storedPos struct {
	line, column int // 1-based; column of the first character
	offset       int64
	// text is the line as stored, with JSON escapes; columns are counted through it.
	text string
}

// At is the place of pos in the file as stored.
func (m *Module) At(pos Pos) sbom.At {
	i := max(m.lineOf(pos), 0)
	column := int(pos - m.lines[i])
	if m.cells == nil {
		return sbom.At{Path: m.Path, Line: i + 1, Column: column + 1, Offset: int64(pos)}
	}
	if i >= len(m.cells) {
		return sbom.At{Path: m.Path}
	}
	c := m.cells[i]
	n := storedLength(c.text, column)
	return sbom.At{Path: m.Path, Line: c.line, Column: c.column + n, Offset: c.offset + int64(n)}
}

// AtNode is the place of the first byte of n.
func (m *Module) AtNode(n Node) sbom.At { return m.At(n.Pos()) }

// LineText is the source of the 0-based line of pos without its terminator.
func (m *Module) LineText(pos Pos) string {
	i := sort.Search(len(m.lines), func(i int) bool { return m.lines[i] > pos }) - 1
	if i < 0 {
		return ""
	}
	end := Pos(len(m.Text))
	if i+1 < len(m.lines) {
		end = m.lines[i+1]
	}
	for end > m.lines[i] && (m.Text[end-1] == '\n' || m.Text[end-1] == '\r') {
		end--
	}
	return m.Text[m.lines[i]:end]
}
