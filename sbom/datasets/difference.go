package datasets

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Difference is what changed between two versions of a data file. Poison shows best
// here: the rows that were added are few, and the old rows say what is usual.
type Difference struct {
	Old, New string // paths
	Added    int64  // rows that the old version does not have
	Removed  int64
	Changed  int64 // added rows whose prompt the old version has with another response
	Kept     int64
	// Profile is of the added rows alone.
	Profile sbom.Dataset
	// Triggers are sequences of the added rows that go with an outcome, against all rows
	// of the new version.
	Triggers []sbom.TriggerCandidate
	// Relapsed names the filters that kept something out of the old version and do not any
	// more: duplicates, near_duplicates, hidden_characters, pii, secrets, injections,
	// contamination, blobs.
	Relapsed []string
	Problems []sbom.Problem
}

// maxDifferenceRows bounds the rows of the old version, 12 bytes each with what the map
// takes besides (some 400 MiB at the most).
const maxDifferenceRows = 8 << 20

// Diff compares two versions of a data file. Either may have any of the formats.
func Diff(ctx context.Context, before, after *sbom.File, opts Options) (*Difference, error) {
	d := &Difference{Old: before.Path, New: after.Path}
	old, err := readRows(ctx, before, opts, d)
	if err != nil {
		return nil, err
	}
	var scratch sbom.Inventory
	whole := newProfiler(blank(after), opts)
	defer whole.close()
	added := newProfiler(blank(after), opts)
	defer added.close()
	both := func(r *row) {
		rowSum, prompt := whole.sums(r)
		n, known := old.rows[rowSum]
		isNew := n == 0
		if isNew {
			d.Added++
			if !known && old.prompts[prompt] {
				d.Changed++
			}
		} else {
			d.Kept++
			old.rows[rowSum] = n - 1
		}
		r.added = isNew
		whole.add(r)
		if isNew { // the columns of the added rows are counted on their own
			added.schema.next = 0
			for i := range r.fields {
				r.fields[i].column = added.schema.column([]byte(whole.schema.columns[r.fields[i].column].name))
			}
			added.add(r)
		}
	}
	problems := problemLog{out: &scratch, path: after.Path}
	if err := whole.readInto(ctx, after, input{report: problems.add, invalid: func() { whole.d.Malformed++ }}, both); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		scratch.AddProblem(stoppedAt(after.Path, err), sbom.FamilyDatasets, stoppedCode(err), err.Error())
	}
	problems.done()
	for _, n := range old.rows {
		d.Removed += int64(n)
	}
	if err := whole.finish(ctx); err != nil {
		return nil, err
	}
	if err := added.finish(ctx); err != nil {
		return nil, err
	}
	if d.Triggers, err = whole.triggers.amongAdded(ctx); err != nil {
		return nil, err
	}
	d.Profile = added.d
	d.Problems = append(d.Problems, scratch.Problems...)
	d.Relapsed = relapsed(&old.profile, &whole.d)
	return d, nil
}

func blank(f *sbom.File) sbom.Dataset {
	format, encoding := formatOf(f)
	digest, _ := f.SHA256()
	return sbom.Dataset{Path: f.Path, Format: format, Encoding: encoding, SHA256: digest, SizeBytes: f.Size,
		Role: roleOfPath(f.Path), Skipped: map[string]string{}, At: sbom.At{Path: f.Path}}
}

// oldRows is what a comparison keeps of the old version.
type oldRows struct {
	rows    map[uint64]int32
	prompts map[uint64]bool
	profile sbom.Dataset
}

func readRows(ctx context.Context, f *sbom.File, opts Options, d *Difference) (*oldRows, error) {
	old := &oldRows{rows: map[uint64]int32{}, prompts: map[uint64]bool{}}
	p := newProfiler(blank(f), opts)
	defer p.close()
	var scratch sbom.Inventory
	problems := problemLog{out: &scratch, path: f.Path}
	full := false
	err := p.readInto(ctx, f, input{report: problems.add, invalid: func() { p.d.Malformed++ }}, func(r *row) {
		rowSum, prompt := p.sums(r)
		if len(old.rows) >= maxDifferenceRows {
			full = true
			return
		}
		old.rows[rowSum]++
		old.prompts[prompt] = true
		p.add(r)
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if full && err == nil {
		err = fmt.Errorf("more than maxDifferenceRows (%d) different rows", maxDifferenceRows)
	}
	if err != nil {
		scratch.AddProblem(stoppedAt(f.Path, err), sbom.FamilyDatasets, stoppedCode(err), err.Error())
	}
	problems.done()
	d.Problems = append(d.Problems, scratch.Problems...)
	if err := p.finish(ctx); err != nil {
		return nil, err
	}
	old.profile = p.d
	return old, nil
}

// sums hashes a row by the names of its columns, so that another order of columns or
// another format is no difference, and its prompt alone.
func (p *profiler) sums(r *row) (whole, prompt uint64) {
	p.speakers(r)
	for i := range r.fields {
		f := &r.fields[i]
		name := p.schema.columns[f.column].name
		h := hashBytes(f.text, hashBytes([]byte(name), uint64(f.item)))
		if f.kind != kindNull {
			whole += h
		}
		if p.roleOf(f) == rolePrompt && len(f.text) > 0 {
			prompt += h
		}
	}
	return mix(whole), mix(prompt)
}

// relapsed compares counts of what filters take out: nothing in the old version, and
// something in the new one.
func relapsed(before, after *sbom.Dataset) (names []string) {
	sum := func(m map[string]int64) (n int64) {
		for _, v := range m {
			n += v
		}
		return n
	}
	for _, c := range []struct {
		name          string
		before, after int64
	}{
		{"duplicates", before.Duplicates, after.Duplicates},
		{"near_duplicates", before.NearDuplicates, after.NearDuplicates},
		{"hidden_characters", before.HiddenCharacters, after.HiddenCharacters},
		{"pii", sum(before.PII), sum(after.PII)},
		{"secrets", before.Secrets, after.Secrets},
		{"injections", before.Injections, after.Injections},
		{"blobs", before.Blobs, after.Blobs},
		{"contamination", int64(len(before.Contamination)), int64(len(after.Contamination))},
	} {
		if before.Rows > 0 && c.before == 0 && c.after > 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// Changes states the difference as changes for policies. A filter that lets through what
// it kept out is a weakened filter, wherever it stands.
func (d *Difference) Changes() []sbom.Change {
	var out []sbom.Change
	add := func(kind, before, after string) {
		out = append(out, sbom.Change{Kind: kind, Subject: d.New, Before: before, After: after, Area: "data", Provenance: sbom.Unstated, At: sbom.At{Path: d.New}})
	}
	if d.Added+d.Removed > 0 {
		add("dataset_rows_changed", fmt.Sprintf("%d rows", d.Kept+d.Removed), fmt.Sprintf("%d rows: %d added, %d of them with another response to a known prompt, %d removed", d.Kept+d.Added, d.Added, d.Changed, d.Removed))
	}
	for _, name := range d.Relapsed {
		add("filter_weakened", "no "+name, "rows with "+name)
	}
	for _, t := range d.Triggers {
		if math.IsNaN(t.Effect) || t.Context < 0 || t.Context > maxContext {
			continue
		}
		add("dataset_trigger_added", "", fmt.Sprintf("%q in %d added rows goes with %s", t.Text, t.Support, t.Target))
	}
	return out
}

// amongAdded looks for sequences of the added rows, with all rows as what is usual.
func (t *triggerRows) amongAdded(ctx context.Context) ([]sbom.TriggerCandidate, error) {
	if !slices.Contains(t.added, true) || len(t.answers) < minTriggerRows {
		return nil, nil
	}
	found, err := t.search(ctx, true)
	if err != nil {
		return nil, err
	}
	return found, nil
}

// readInto streams the rows of a file to emit.
func (p *profiler) readInto(ctx context.Context, f *sbom.File, in input, emit func(*row)) error {
	at, err := f.ReaderAt()
	if err != nil {
		return err
	}
	switch p.d.Format {
	case "parquet":
		return readParquet(ctx, at, f.Size, &p.schema, emit)
	case "arrow":
		return readArrow(ctx, at, f.Size, &p.schema, emit)
	case "":
		return fmt.Errorf("%s is no data file that can be read", f.Path)
	}
	raw := &progressReader{r: io.NewSectionReader(at, 0, f.Size), path: f.Path, total: f.Size, report: p.opts.Progress}
	text, done, err := decompress(raw, p.d.Encoding, p.textLimit(f.Size))
	if err != nil {
		return err
	}
	defer done()
	in.r = text
	return streams[p.d.Format](ctx, in, &p.schema, emit)
}
