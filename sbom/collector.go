package sbom

import "context"

// Collector turns one file into facts. It is a value: adding a format is one new file
// with its test data and one line in a list.
type Collector struct {
	Name     string   // "weights/gguf"; stable, shown in the BOM
	Families []Family // the families it looks for; at least one
	// Match decides from the path, the size and the first bytes; it never reads.
	Match func(*File) bool
	// MaxBytes is the largest file it reads: files above it are not handed to Collect;
	// they become a Problem too_large of each family; 0 is no limit. Match has a limit
	// of its own only for files of bulk, see File.Within.
	MaxBytes int64
	// Collect appends what the file says to out, which is empty when it is called
	// and belongs to this file alone. What cannot be read goes to out.Problems; a
	// returned error becomes a Problem of every family of the collector.
	Collect func(ctx context.Context, f *File, out *Inventory) error
}

// Linker joins facts of several files after all of them were collected. Linkers run
// in the order of their list and must be deterministic.
type Linker struct {
	Name string
	Link func(*Inventory)
}

// AddProblem appends a problem with the given place and reason.
func (inv *Inventory) AddProblem(at At, family Family, code, reason string) {
	inv.Problems = append(inv.Problems, Problem{
		Path: at.Path, Offset: at.Offset, Line: at.Line, Family: family, Code: code, Reason: reason,
	})
}

// Keep stores a value for linkers under key.
func (inv *Inventory) Keep(key string, value any) {
	if inv.Scratch == nil {
		inv.Scratch = map[string][]any{}
	}
	inv.Scratch[key] = append(inv.Scratch[key], value)
}
