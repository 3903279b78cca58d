package datasets

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxExamples is how many positions of one kind a profile lists.
	maxExamples = 5
	// maxHosts bounds the hosts that are counted, maxHostsListed those that are listed.
	maxHosts       = 20_000
	maxHostsListed = 50
	// maxLabelsListed bounds the labels that are counted; a column with more of them holds
	// no labels.
	maxLabelsListed = 200
)

// value counts the type of a value and what a whole string is.
func (p *profiler) value(f *field) {
	c := &p.schema.columns[f.column]
	c.values[f.kind]++
	if f.kind == kindString {
		switch {
		case isURL(f.text):
			c.urls++
		case isDigest(f.text):
			c.hashes++
		}
	}
	if c.role == roleLabel && f.kind != kindNull {
		p.label(f.text)
	}
}

func (p *profiler) label(text []byte) {
	if p.d.Labels == nil {
		return
	}
	if n, ok := p.d.Labels[string(text)]; ok {
		p.d.Labels[string(text)] = n + 1
		return
	}
	if len(text) > maxLabelBytes || len(p.d.Labels) >= maxLabelsListed {
		p.d.Labels = nil
		return
	}
	p.d.Labels[string(text)] = 1
}

// count adds what the finders found in the row.
func (p *profiler) count(r *batchRow) {
	f := &r.found
	if n := f.concealed(); n > 0 {
		p.d.HiddenCharacters += n
		p.example("hidden", r)
	}
	for class, n := range f.hiddens {
		if n > 0 {
			p.d.Hidden[hiddenNames[class]] += n
		}
	}
	for k, n := range f.pii {
		if n > 0 {
			p.d.PII[piiNames[k]] += n
			p.example(piiNames[k], r)
		}
	}
	p.tally(&p.d.Secrets, f.secrets, "secret", r)
	p.tally(&p.d.Injections, f.injections, "injection", r)
	p.tally(&p.d.Blobs, f.blobs, "blob", r)
	if f.invalid > 0 {
		p.d.Hidden["invalid_utf8"] += f.invalid
		p.example("invalid_utf8", r)
	}
	most := 0
	for s, n := range r.script {
		if n > r.script[most] {
			most = s
		}
	}
	if r.script[most] > 0 {
		p.d.Scripts[scriptNames[most]]++
	}
}

func (p *profiler) tally(total *int64, n int64, kind string, r *batchRow) {
	if n > 0 {
		*total += n
		p.example(kind, r)
	}
}

// example lists the position of something that was counted.
func (p *profiler) example(kind string, r *batchRow) {
	if p.examples[kind]++; p.examples[kind] <= maxExamples {
		p.d.Examples = append(p.d.Examples, sbom.DataExample{Kind: kind, Row: r.number, At: sbom.At{Path: p.d.Path, Line: r.line, Offset: r.offset}})
	}
}

func (p *profiler) host(h []byte) {
	h = bytes.ToLower(h)
	if n, ok := p.hosts[string(h)]; ok || len(p.hosts) < maxHosts {
		p.hosts[string(h)] = n + 1
		return
	}
	p.hostsFull = true
}

func (p *profiler) finishHosts() {
	if p.hostsFull {
		p.skip("url_hosts", fmt.Sprintf("more than maxHosts (%d) hosts; those first seen later are not counted", maxHosts))
	}
	hosts := slices.SortedFunc(maps.Keys(p.hosts), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.hosts[b], p.hosts[a]), strings.Compare(a, b))
	})
	for _, h := range hosts[:min(len(hosts), maxHostsListed)] {
		p.d.URLHosts[h] = p.hosts[h]
	}
	if len(hosts) > maxHostsListed && p.d.Skipped["url_hosts"] == "" {
		p.skip("url_hosts", fmt.Sprintf("%d hosts; the maxHostsListed (%d) most frequent are listed", len(hosts), maxHostsListed))
	}
}

func (p *profiler) finishNear(ctx context.Context) error {
	if p.near == nil {
		return nil
	}
	if p.nearErr != nil {
		p.skip("near_duplicates", "the index could not be kept: "+p.nearErr.Error())
		return nil
	}
	found, err := p.near.finish(ctx)
	if err != nil {
		return err
	}
	near := p.near
	defer near.close()
	p.near = nil // memory for what comes next
	p.d.NearDuplicates = found.rows
	p.d.Clusters = append(p.d.Clusters, found.clusters...)
	switch {
	case p.scan.cut:
		p.skip("near_duplicates", cutTexts)
	case near.stopped != "":
		p.skip("near_duplicates", near.stopped)
	case near.short > 0:
		p.skip("near_duplicates", fmt.Sprintf("%d rows have fewer than minShingles (%d) sequences of %d words and were compared as a whole only", near.short, minShingles, shingleWords))
	}
	return nil
}

func (p *profiler) finishTriggers(ctx context.Context) error {
	p.drain()
	if s := p.triggers.sample(); s != "" {
		p.skip("trigger_candidates", s)
	}
	found, err := p.triggers.candidates(ctx)
	if err != nil {
		return err
	}
	p.d.Triggers = found
	if len(p.triggers.answers) < minTriggerRows {
		p.skip("trigger_candidates", fmt.Sprintf("fewer than minTriggerRows (%d) rows say nothing of what is rare", minTriggerRows))
	}
	return nil
}
