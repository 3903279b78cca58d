package engine

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Budgets of the raw parts of the input. A repository with thousands of manifests stays
// below a tenth of the first; a BOM of 5,000 components is 3 MB.
const (
	MaxDocumentsBytes = 16 << 20
	MaxBOMBytes       = 32 << 20
)

// Reasons why a raw part is not in the input.
const (
	reasonUnread = "not recorded: no loaded policy reads it"
)

// Trim prepares the raw parts of an input before it is evaluated and recorded: documents
// and BOM that no loaded control reads are left out, and marked as not looked for, so
// that a later policy that does read them says unknown instead of pass; what exceeds its
// budget is left out with a Problem.
func (p *Policy) Trim(in *Input) error {
	if p.Reads("documents") {
		if err := budgetDocuments(in); err != nil {
			return err
		}
	} else {
		in.Documents = nil
		unrecorded(in, sbom.FamilyDocuments)
	}
	switch {
	case !p.Reads("bom"):
		in.BOM = nil
		unrecorded(in, sbom.FamilyBOM)
	case len(in.BOM) > MaxBOMBytes:
		in.BOM = nil
		in.AddProblem(sbom.At{Offset: -1}, sbom.FamilyBOM, "too_large", fmt.Sprintf("the ML-BOM is larger than %d bytes", MaxBOMBytes))
	}
	slices.SortStableFunc(in.Problems, func(a, b sbom.Problem) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

func unrecorded(in *Input, family sbom.Family) {
	in.Collected = maps.Clone(in.Collected)
	if in.Collected == nil {
		in.Collected = map[sbom.Family]sbom.Collected{}
	}
	state := in.Collected[family]
	if state.Looked {
		state.Looked, state.Reason = false, reasonUnread
		in.Collected[family] = state
	}
}

// budgetDocuments keeps documents, in their order, as long as they fit.
func budgetDocuments(in *Input) error {
	total := 0
	in.Documents = slices.Clone(in.Documents)
	for i := range in.Documents {
		d := &in.Documents[i]
		e := encoder{fields: map[reflect.Type][]field{}}
		if err := e.value(reflect.ValueOf(&d.Content).Elem(), 0); err != nil {
			return fmt.Errorf("document %s: %w", d.Path, err)
		}
		if total+len(e.out) > MaxDocumentsBytes {
			d.Content = nil
			in.AddProblem(sbom.At{Path: d.Path, Offset: -1}, sbom.FamilyDocuments, "too_large",
				fmt.Sprintf("documents together are larger than %d bytes; the content of this one is left out", MaxDocumentsBytes))
			continue
		}
		total += len(e.out)
	}
	return nil
}

// trimmed is the input without the raw parts that no loaded control reads.
func (p *Policy) trimmed(in *Input) *Input {
	if p.Reads("documents") && p.Reads("bom") {
		return in
	}
	out := *in
	if !p.Reads("documents") {
		out.Documents = nil
	}
	if !p.Reads("bom") {
		out.BOM = nil
	}
	return &out
}
