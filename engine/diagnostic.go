package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Diagnostic is one reason why a pack does not load.
type Diagnostic struct {
	Pack    string `json:"pack"`
	File    string `json:"file"` // in the pack, "" when it is about the pack as a whole
	Line    int    `json:"line"` // 1-based, 0 when it is about the file as a whole
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// String is the diagnostic as one line: pack, file:line:column, message.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.Pack)
	if d.File != "" {
		fmt.Fprintf(&b, ": %s", d.File)
		if d.Line > 0 {
			fmt.Fprintf(&b, ":%d", d.Line)
		}
		if d.Column > 0 {
			fmt.Fprintf(&b, ":%d", d.Column)
		}
	}
	return b.String() + ": " + d.Message
}

// LoadError lists everything that is wrong with the packs of one Load, sorted by place.
type LoadError struct {
	Diagnostics []Diagnostic
}

func (e *LoadError) Error() string {
	lines := make([]string, len(e.Diagnostics))
	for i, d := range e.Diagnostics {
		lines[i] = d.String()
	}
	return "policies do not load:\n" + strings.Join(lines, "\n")
}

// diagnostics collects what is wrong while packs are loaded.
type diagnostics []Diagnostic

func (ds *diagnostics) add(pack, file string, line, column int, format string, args ...any) {
	*ds = append(*ds, Diagnostic{pack, file, line, column, fmt.Sprintf(format, args...)})
}

// err returns nil when nothing was collected.
func (ds diagnostics) err() error {
	if len(ds) == 0 {
		return nil
	}
	slices.SortFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	return &LoadError{slices.Compact(ds)}
}

// maxNeighbours bounds the names a message offers for a name that is not there.
const maxNeighbours = 5

// neighbours names what the author may have meant: the known names nearest to name.
func neighbours(name string, known []string) string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	for _, k := range known {
		near = append(near, candidate{k, editDistance(name, k)})
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	if len(near) == 0 {
		return ""
	}
	var names []string
	for _, c := range near[:min(len(near), maxNeighbours)] {
		names = append(names, c.name)
	}
	if best := near[0]; best.distance <= max(1, len(name)/2) {
		return fmt.Sprintf("; did you mean %q? (there are: %s)", best.name, strings.Join(names, ", "))
	}
	return "; there are: " + strings.Join(names, ", ")
}

// editDistance counts the insertions, deletions and substitutions between two names.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
