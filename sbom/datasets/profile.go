package datasets

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxProblems bounds the Problems that one file may add; what is beyond is counted in
// the last of them.
const maxProblems = 20

// reader turns the text of a file into rows.
type reader func(ctx context.Context, in input, s *schema, emit func(*row)) error

// streams are the formats that are read front to back.
var streams = map[string]reader{
	"jsonl": readJSONL, "json": readJSON, "csv": readCSV(','), "tsv": readCSV('\t'), "text": readText,
}

// profileFile reads the file and appends its profile; what cannot be read is a Problem
// and the rest is profiled.
func profileFile(ctx context.Context, f *sbom.File, out *sbom.Inventory, d sbom.Dataset, opts Options) error {
	p := newProfiler(d, opts)
	if f.Size <= smallFileBytes {
		if content, err := f.Bytes(); err == nil {
			sum := md5.Sum(content) // what DVC names files by; no use in trust
			p.d.MD5 = hex.EncodeToString(sum[:])
		}
	}
	defer p.close()
	problems := problemLog{out: out, path: f.Path}
	in := input{report: problems.add, invalid: func() { p.d.Malformed++ }}
	if f.Size > smallFileBytes || d.Encoding != "" {
		p.start()
	}
	err := p.readInto(ctx, f, in, p.add)
	p.drain()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.skip("profile", "reading stopped early: "+err.Error())
		out.AddProblem(stoppedAt(f.Path, err), sbom.FamilyDatasets, stoppedCode(err), err.Error())
	}
	problems.done()
	if err := p.finish(ctx); err != nil {
		return err
	}
	if p.sketch.limit != 1<<64-1 {
		p.skip("contamination", fmt.Sprintf("one n-gram in %d is compared, by hash: maxGrams is %d", (1<<64-1)/p.sketch.limit, maxGrams))
	}
	p.d.Contamination = p.sketch.against(opts.Benchmarks)
	p.sketch.words = nil
	out.Keep(scratchSketches, p.sketch)
	out.Datasets = append(out.Datasets, p.d)
	return nil
}

func stoppedAt(path string, err error) sbom.At {
	var at *readError
	if errors.As(err, &at) {
		return sbom.At{Path: path, Offset: at.offset}
	}
	return sbom.At{Path: path, Offset: -1}
}

func stoppedCode(err error) string {
	switch {
	case errors.Is(err, errInflated):
		return "too_large"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "truncated"
	}
	return "unreadable"
}

// problemLog turns what a reader reports into Problems, up to a bound.
type problemLog struct {
	out  *sbom.Inventory
	path string
	n    int
}

func (l *problemLog) add(line int, offset int64, code, reason string) {
	if l.n++; l.n <= maxProblems {
		l.out.AddProblem(sbom.At{Path: l.path, Line: line, Offset: offset}, sbom.FamilyDatasets, code, reason)
	}
}

func (l *problemLog) done() {
	if l.n > maxProblems {
		l.out.AddProblem(sbom.At{Path: l.path, Offset: -1}, sbom.FamilyDatasets, "too_many",
			fmt.Sprintf("%d more rows cannot be read; maxProblems (%d) are listed", l.n-maxProblems, maxProblems))
	}
}

// profiler collects the profile of one file, row by row.
type profiler struct {
	d        sbom.Dataset
	opts     Options
	schema   schema
	exact    *rowIndex
	near     *nearIndex // nil when it is not wanted
	nearErr  error
	sketch   *sketch
	triggers *triggerRows
	scan     *scanner // an object of its own: it is written to for every word, by one goroutine
	length   [65]int64
	hosts    map[string]int64
	examples map[string]int
	speaks   [][]role // who says each message, by list of messages
	turns    int      // messages of the row that the model says

	hostsFull bool
	filling   *rowBatch // rows that were taken
	pipe      *pipeline // nil when rows are looked at as they are taken
}

func newProfiler(d sbom.Dataset, opts Options) *profiler {
	d.Rows, d.Profile, d.Sampled = 0, "full", sbom.No
	d.PII, d.URLHosts, d.Scripts = map[string]int64{}, map[string]int64{}, map[string]int64{}
	d.Labels, d.Hidden, d.Lengths = map[string]int64{}, map[string]int64{}, map[string]int64{}
	p := &profiler{d: d, opts: opts, sketch: newSketch(d.Path, d.Role), exact: newRowIndex(opts.TempDir), triggers: newTriggerRows(), scan: &scanner{}, hosts: map[string]int64{}, examples: map[string]int{}}
	if opts.Full && !opts.NoNear {
		p.near = newNearIndex(opts.TempDir)
	} else {
		p.skip("near_duplicates", "no full profile was asked for")
	}
	return p
}

func (p *profiler) close() {
	p.drain()
	p.exact.close()
	if p.near != nil {
		p.near.close()
	}
}

// skip records that an analysis was not done, or not over everything.
func (p *profiler) skip(analysis, reason string) {
	p.d.Skipped[analysis] = reason
	if analysis == "profile" && p.d.Profile == "full" {
		p.d.Profile, p.d.Sampled = "sampled", sbom.Yes
	}
}

func (p *profiler) textLimit(size int64) int64 {
	if p.opts.Full {
		return max(size*maxInflation, smallTextBytes)
	}
	return smallTextBytes
}

func (p *profiler) finish(ctx context.Context) error {
	p.drain()
	if p.d.Labels == nil {
		p.skip("labels", fmt.Sprintf("the column holds more than maxLabelsListed (%d) values, or longer ones", maxLabelsListed))
	}
	if p.scan.cut {
		p.skip("contamination", cutTexts)
	}
	if p.schema.full {
		p.skip("columns", fmt.Sprintf("more than maxColumns (%d) columns; the others are counted as %q", maxColumns, overflow))
	}
	for i := range p.schema.columns {
		p.d.Columns = append(p.d.Columns, sbom.Column{Name: p.schema.columns[i].name, Type: typeOf(&p.schema.columns[i])})
	}
	p.d.Shape = shapeOf(p.schema.columns, p.d.Format)
	for i, n := range p.length {
		if n > 0 {
			p.d.Lengths[strconv.FormatInt(int64(1)<<i-1, 10)] = n // rows of at most that many bytes
		}
	}
	dup, err := p.exact.finish(ctx)
	if err != nil {
		return err
	}
	p.exact.rows = nil // memory for what comes next
	p.d.Duplicates = dup.rows
	p.d.Clusters = append(p.d.Clusters, dup.clusters...)
	if err := p.finishNear(ctx); err != nil {
		return err
	}
	p.finishHosts()
	return p.finishTriggers(ctx)
}

// typeOf names the type of the values of a column, mixed when there are several.
func typeOf(c *column) string {
	names := [kindCount]string{kindString: "string", kindInt: "int", kindFloat: "float", kindBool: "bool", kindList: "list", kindObject: "object", kindBytes: "bytes"}
	strs := c.values[kindString]
	if strs > 0 && c.urls*10 >= strs*9 {
		return "url"
	}
	if strs > 0 && c.hashes*10 >= strs*9 {
		return "hash"
	}
	found := ""
	for k, n := range c.values {
		if n == 0 || kind(k) == kindNull {
			continue
		}
		switch {
		case found == "":
			found = names[k]
		case kind(k) == kindFloat && found == "int":
			found = "float"
		case kind(k) == kindInt && found == "float":
		default:
			return "mixed"
		}
	}
	return found
}

// shapeOf recognises what sets for training look like by their columns.
func shapeOf(columns []column, format string) string {
	if format == "text" {
		return textShape(columns)
	}
	has := map[string]bool{}
	urls := 0
	for i := range columns {
		has[strings.ToLower(columns[i].name)] = true
		if typeOf(&columns[i]) == "url" {
			urls++
		}
	}
	suffix := func(parts ...string) bool {
		n := 0
		for _, part := range parts {
			for name := range has {
				if name == part || strings.HasSuffix(name, "."+part) {
					n++
					break
				}
			}
		}
		return n == len(parts)
	}
	switch {
	case has["chosen"] && has["rejected"], suffix("chosen[].content", "rejected[].content"):
		return "preference"
	case suffix("conversations[].from", "conversations[].value"):
		return "sharegpt"
	case suffix("messages[].role", "messages[].content"):
		return "messages"
	case has["instruction"] && (has["output"] || has["response"]):
		return "alpaca"
	case (has["prompt"] || has["question"] || has["query"] || has["input"]) && (has["completion"] || has["response"] || has["answer"] || has["output"]):
		return "completion"
	case (has["text"] || has["sentence"] || has["review"]) && (has["label"] || has["labels"] || has["class"] || has["category"] || has["sentiment"]):
		return "labelled"
	case urls > 0 && urls == len(columns):
		return "urls"
	case has["text"]:
		return "text"
	}
	return ""
}

func textShape(columns []column) string {
	if len(columns) == 1 && typeOf(&columns[0]) == "url" {
		return "urls"
	}
	return "text"
}

func isURL(b []byte) bool {
	if len(b) < 10 || len(b) > 4096 || b[0]|0x20 != 'h' {
		return false
	}
	rest, ok := cutScheme(b)
	if !ok {
		return false
	}
	for _, c := range rest {
		if c <= ' ' {
			return false
		}
	}
	return true
}

func cutScheme(b []byte) ([]byte, bool) {
	for _, scheme := range []string{"https://", "http://"} {
		if len(b) > len(scheme) && strings.EqualFold(string(b[:len(scheme)]), scheme) {
			return b[len(scheme):], true
		}
	}
	return nil, false
}

// isDigest tells a hex digest of MD5, SHA-1, SHA-256 or SHA-512, with or without the
// name of the algorithm before it.
func isDigest(b []byte) bool {
	if len(b) < 32 {
		return false
	}
	for _, prefix := range []string{"sha256:", "sha256-", "sha512:", "sha1:", "md5:"} {
		if len(b) > len(prefix) && string(b[:len(prefix)]) == prefix {
			b = b[len(prefix):]
		}
	}
	if n := len(b); n != 32 && n != 40 && n != 64 && n != 128 {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
