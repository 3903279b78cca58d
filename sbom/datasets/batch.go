package datasets

import (
	"math/bits"
	"sync/atomic"
)

// use is what a text of a row is for.
type use uint8

const (
	useNone use = iota
	useAsk
	useAnswer
	useLabel
)

// value is one text of a row in a batch.
type value struct {
	use      use
	scan     bool // the finders read it
	from, to int  // in the text of the batch
	tokens   int  // of the batch, up to here
	hosts    int  // likewise
}

// batchRow is one row in a batch; what its texts hold is filled in by scan.
type batchRow struct {
	number int64
	line   int
	offset int64
	hash   uint64
	added  bool // of a difference: the row is new
	chat   bool // the model speaks more than once
	values int  // of the batch, up to here
	found  findings
	script [scriptCount]int
}

// rowBatch is a run of rows with their texts, so that reading the next rows and looking at
// these can go on at once. Its memory is used again.
type rowBatch struct {
	rows   []batchRow
	values []value
	text   []byte
	tokens []token
	hosts  [][]byte
	users  atomic.Int32 // stages that have not looked at it yet
}

const (
	// batchBytes and batchRows bound a batch; with its tokens it takes some 1 MiB.
	batchBytes = 128 << 10
	batchRows  = 512
)

func (b *rowBatch) full() bool { return len(b.text) >= batchBytes || len(b.rows) >= batchRows }

// reset empties the batch, and lets the memory of a gigantic row go.
func (b *rowBatch) reset() {
	if cap(b.text) > 8*batchBytes {
		b.rows, b.values, b.text, b.tokens, b.hosts = nil, nil, nil, nil, nil
	}
	b.rows, b.values, b.text, b.tokens, b.hosts = b.rows[:0], b.values[:0], b.text[:0], b.tokens[:0], b.hosts[:0]
}

// valuesOf are the values of row i, with the tokens and hosts that come before them.
func (b *rowBatch) valuesOf(i int) (values []value, tokens, hosts int) {
	from := 0
	if i > 0 {
		from = b.rows[i-1].values
	}
	if from > 0 {
		tokens, hosts = b.values[from-1].tokens, b.values[from-1].hosts
	}
	return b.values[from:b.rows[i].values], tokens, hosts
}

// each calls visit for the values of row i, in their order.
func (b *rowBatch) each(i int, visit func(v *value, text []byte, tokens []token, hosts [][]byte)) {
	values, tokens, hosts := b.valuesOf(i)
	for k := range values {
		v := &values[k]
		visit(v, b.text[v.from:v.to], b.tokens[tokens:v.tokens], b.hosts[hosts:v.hosts])
		tokens, hosts = v.tokens, v.hosts
	}
}

// take copies a row into a batch, the texts in the order in which they are looked at.
func (p *profiler) take(b *rowBatch, r *row) {
	p.d.Rows++
	h, text := newHash(), 0
	for i := range r.fields {
		f := &r.fields[i]
		p.value(f)
		h.add(f)
		if f.kind == kindString {
			text += len(f.text)
		}
	}
	p.length[bits.Len(uint(text))]++
	p.speakers(r)
	chat := p.turns > 1
	if chat {
		p.takeChat(b, r)
	} else {
		p.takeExchange(b, r)
	}
	b.rows = append(b.rows, batchRow{number: r.number, line: r.line, offset: r.offset, hash: h.sum(), added: r.added, chat: chat, values: len(b.values)})
}

func (b *rowBatch) add(f *field, u use, scan bool) {
	from := len(b.text)
	b.text = append(b.text, f.text...)
	b.values = append(b.values, value{use: u, scan: scan, from: from, to: len(b.text)})
}

// takeExchange puts the prompt before the response, whatever the order of the columns, so
// that what the response takes up is known.
func (p *profiler) takeExchange(b *rowBatch, r *row) {
	for i := range r.fields {
		if f := &r.fields[i]; f.kind == kindString {
			switch p.roleOf(f) {
			case roleResponse:
			case rolePrompt:
				b.add(f, useAsk, true)
			default:
				b.add(f, useNone, true)
			}
		}
	}
	for i := range r.fields {
		switch f := &r.fields[i]; p.roleOf(f) {
		case roleResponse:
			if f.kind == kindString {
				b.add(f, useAnswer, true)
			}
		case roleLabel:
			b.add(f, useLabel, false) // a label that is text was looked at above
		}
	}
}

// takeChat keeps the messages in their order.
func (p *profiler) takeChat(b *rowBatch, r *row) {
	for i := range r.fields {
		f := &r.fields[i]
		if f.kind != kindString {
			continue
		}
		u := useNone
		switch p.roleOf(f) {
		case rolePrompt:
			u = useAsk
		case roleResponse:
			u = useAnswer
		case roleLabel:
			u = useLabel
		}
		b.add(f, u, true)
	}
}

// scanBatch cuts the texts of a batch into tokens and counts what the finders find.
func (p *profiler) scanBatch(b *rowBatch) {
	s := p.scan
	s.keep, s.tokens, s.hosts = true, b.tokens, b.hosts
	k := 0
	for i := range b.rows {
		r := &b.rows[i]
		s.found, s.script = findings{}, [scriptCount]int{}
		for ; k < r.values; k++ {
			if v := &b.values[k]; v.scan {
				s.more(b.text[v.from:v.to])
			}
			b.values[k].tokens, b.values[k].hosts = len(s.tokens), len(s.hosts)
		}
		r.found, r.script = s.found, s.script
	}
	b.tokens, b.hosts = s.tokens, s.hosts
	s.tokens, s.hosts = nil, nil
}
