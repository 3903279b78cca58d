package gate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/cyclonedx"
)

// The five witnesses to the bytes of a model.
const (
	onDisk      = "disk"
	inBOM       = "bom"
	inSignature = "signature"
	inRegistry  = "registry"
	inVSA       = "vsa"
)

// Witnesses lists them in the order of the table.
var Witnesses = []string{onDisk, inBOM, inSignature, inRegistry, inVSA}

// Row is one file, or the model as a whole, and what each witness says of it.
type Row struct {
	Name string `json:"name"` // path, or "(model)"
	// Digests holds, per witness that knows the file, its hex SHA-256; "absent" when the
	// witness lists files and not this one.
	Digests map[string]string `json:"digests"`
	// Odd names the witnesses that disagree with the rest; empty when all agree.
	Odd []string `json:"odd"`
}

// wholeModel is the row of the root digest.
const wholeModel = "(model)"

// compareBytes fills the table and records each disagreement as a gap of the chain.
func (g *Gate) compareBytes() {
	lists := map[string]map[string]string{onDisk: g.Disk.FileDigests()}
	if bom := g.bomDigests(); bom != nil {
		lists[inBOM] = bom
	}
	for _, s := range g.signed {
		if files := s.manifest.FileDigests(); files != nil {
			lists[inSignature] = files
		}
	}
	if g.req.Registry != nil {
		lists[inRegistry] = g.req.Registry.Files
	}
	names := map[string]bool{}
	for _, list := range lists {
		for name := range list {
			names[name] = true
		}
	}
	sharesFile := g.ofThisModel(lists)
	g.registryOfThisModel(lists)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		row := Row{Name: name, Digests: map[string]string{}}
		for witness, list := range lists {
			if digest, ok := list[name]; ok {
				row.Digests[witness] = digest
			}
		}
		_, here := row.Digests[onDisk]
		_, signed := row.Digests[inSignature]
		_, inBill := row.Digests[inBOM]
		// A registry may hold more than is deployed; what is signed, or in the BOM of this
		// very model, must be there.
		switch {
		case !here && (signed || inBill && sharesFile):
			row.Digests[onDisk] = "absent"
		case !here:
			continue
		}
		g.addRow(row)
	}
	g.addRow(g.rootRow())
}

// ofThisModel tells whether the BOM names a file of the model, and records it when it
// names files and none of these.
func (g *Gate) ofThisModel(lists map[string]map[string]string) bool {
	for name := range lists[inBOM] {
		if _, ok := lists[onDisk][name]; ok {
			return true
		}
	}
	if len(lists[inBOM]) > 0 {
		g.gap("the ML-BOM %s names %d files and none of the model", g.req.BOM.Name, len(lists[inBOM]))
	}
	return false
}

// registryOfThisModel records a registry that lists files and none of the model: it would
// bear witness to nothing.
func (g *Gate) registryOfThisModel(lists map[string]map[string]string) {
	for name := range lists[inRegistry] {
		if _, ok := lists[onDisk][name]; ok {
			return
		}
	}
	if len(lists[inRegistry]) > 0 {
		g.gap("the registry %s lists %d files and none of the model", g.req.Registry.Source, len(lists[inRegistry]))
	}
}

func (g *Gate) gap(format string, args ...any) {
	g.Provenance.Gaps = append(g.Provenance.Gaps, sbom.ProvenanceGap{Digest: g.root(), Code: "other_bytes", Reason: fmt.Sprintf(format, args...)})
}

func (g *Gate) rootRow() Row {
	row := Row{Name: wholeModel, Digests: map[string]string{onDisk: g.Disk.Root}}
	for _, s := range g.signed {
		row.Digests[inSignature] = s.manifest.Root
		if s.valid {
			row.Digests[onDisk] = s.manifest.Root // compared file by file: the signer may have left files out
		}
	}
	if g.rootUnknown() != "" {
		delete(row.Digests, onDisk)
	}
	if root := g.lastPassed(); root != "" {
		row.Digests[inVSA] = root
	}
	if g.req.Registry != nil && g.req.Registry.Root != "" {
		row.Digests[inRegistry] = g.req.Registry.Root
	}
	return row
}

// lastPassed is the digest of the newest passed summary of an earlier stage for the same
// resource. Summaries of the gate's own stage name what was deployed before, which a new
// version differs from.
func (g *Gate) lastPassed() string {
	newest, digest := "", ""
	for _, j := range g.Judged {
		if j.State != "verified" || j.PredicateType != attest.PredicateVSA || len(j.Subjects) != 1 || j.Stage == string(g.req.Stage) {
			continue
		}
		result, _ := j.Predicate["verificationResult"].(string)
		resource, _ := j.Predicate["resourceUri"].(string)
		at, _ := j.Predicate["timeVerified"].(string)
		if result != "PASSED" || resource != g.resource() || at < newest {
			continue
		}
		for _, d := range j.Subjects[0].Digests {
			if value, ok := strings.CutPrefix(d, "sha256:"); ok {
				newest, digest = at, value
			}
		}
	}
	return digest
}

func (g *Gate) addRow(row Row) {
	if row.Odd = odd(row.Digests); len(row.Odd) > 0 {
		var said []string
		for _, witness := range Witnesses {
			if digest, ok := row.Digests[witness]; ok {
				said = append(said, witness+" "+short(digest))
			}
		}
		g.gap("%s: %s %s (%s)", row.Name, strings.Join(row.Odd, " and "), differ(row.Odd), strings.Join(said, ", "))
	}
	g.Table = append(g.Table, row)
}

// odd names who disagrees: the minority, or everybody when there is none.
func odd(digests map[string]string) []string {
	count := map[string]int{}
	for _, d := range digests {
		count[d]++
	}
	if len(count) < 2 {
		return []string{}
	}
	best, tied := "", false
	for _, d := range slices.Sorted(maps.Keys(count)) {
		switch {
		case best == "" || count[d] > count[best]:
			best, tied = d, false
		case count[d] == count[best]:
			tied = true
		}
	}
	out := []string{}
	for _, witness := range Witnesses {
		if d, ok := digests[witness]; ok && (tied || d != best) {
			out = append(out, witness)
		}
	}
	return out
}

func short(digest string) string {
	if len(digest) > 12 {
		return digest[:12]
	}
	return digest
}

// bomDigests are the files of the ML-BOM with their digests, by path; nil without a BOM
// that can be read.
func (g *Gate) bomDigests() map[string]string {
	inv := g.bom()
	if inv == nil {
		return nil
	}
	out := map[string]string{}
	for _, w := range inv.Weights {
		if w.SHA256 != "" {
			out[w.Path] = w.SHA256
		}
	}
	for _, f := range inv.Files {
		if f.SHA256 != "" {
			out[f.Path] = f.SHA256
		}
	}
	return out
}

func (g *Gate) bom() *sbom.Inventory {
	if g.req.BOM == nil || g.bomRead {
		return g.inventory
	}
	g.bomRead = true
	b, err := cyclonedx.Read(bytes.NewReader(g.req.BOM.Data))
	if err != nil {
		g.problem(g.req.BOM.Name, sbom.FamilyProvenance, "ML-BOM: "+err.Error())
		return nil
	}
	g.inventory = b.Inventory()
	return g.inventory
}

// declared are the inputs that the ML-BOM names by digest: the chain must name them too.
func (g *Gate) declared() map[string]string {
	inv := g.bom()
	if inv == nil {
		return nil
	}
	out, own := map[string]string{}, map[string]bool{}
	for _, r := range g.Disk.Resources {
		own[r.Digest] = true // the model itself is no input of it
	}
	for _, c := range inv.Components {
		if own[c.Digests["sha256"]] {
			continue
		}
		if (c.Kind == "dataset" || c.Kind == "model" || c.Kind == "adapter") && slices.Contains([]string{"base", "train", "adapter"}, c.Role) {
			if value := c.Digests["sha256"]; value != "" {
				out["sha256:"+value] = c.Kind + " " + c.Name
			}
		}
	}
	return out
}
