package datasets

import "sync"

// pipedBatches is how many batches are on their way at once.
const pipedBatches = 6

// pipeline looks at batches while the next ones are read: one goroutine cuts texts into
// tokens, and each analysis that takes long has one of its own. Each of them sees all
// batches in the order of the file and nothing else writes what it counts, so the result
// is the same as without.
type pipeline struct {
	free chan *rowBatch
	scan chan *rowBatch
	done sync.WaitGroup
}

// stages are the analyses that share nothing.
func (p *profiler) stages() []func(*rowBatch) {
	stages := []func(*rowBatch){p.countBatch, p.searchBatch}
	if p.near != nil {
		stages = append(stages, p.nearBatch)
	}
	return stages
}

// start makes the profiler look at rows in goroutines of their own; drain waits for them.
func (p *profiler) start() {
	l := &pipeline{free: make(chan *rowBatch, pipedBatches), scan: make(chan *rowBatch, pipedBatches)}
	for range pipedBatches {
		l.free <- &rowBatch{}
	}
	stages := p.stages()
	inputs := make([]chan *rowBatch, len(stages))
	for i, look := range stages {
		in := make(chan *rowBatch, pipedBatches)
		inputs[i] = in
		l.done.Go(func() {
			for b := range in {
				look(b)
				if b.users.Add(-1) == 0 {
					b.reset()
					l.free <- b
				}
			}
		})
	}
	l.done.Go(func() {
		for b := range l.scan {
			p.scanBatch(b)
			b.users.Store(int32(len(inputs)))
			for _, in := range inputs {
				in <- b
			}
		}
		for _, in := range inputs {
			close(in)
		}
	})
	p.pipe, p.filling = l, <-l.free
}

// add looks at one row, at once or later.
func (p *profiler) add(r *row) {
	if p.filling == nil {
		p.filling = &rowBatch{}
	}
	p.take(p.filling, r)
	if p.filling.full() {
		p.send()
	}
}

// send hands the rows that were taken on. A gigantic row is looked at alone: several of
// them at once would not fit the memory.
func (p *profiler) send() {
	b := p.filling
	if p.pipe != nil && len(b.text) <= 8*batchBytes {
		p.pipe.scan <- b
		p.filling = <-p.pipe.free
		return
	}
	if p.pipe != nil { // wait until all the others were looked at
		var others []*rowBatch
		for range pipedBatches - 1 {
			others = append(others, <-p.pipe.free)
		}
		defer func() {
			for _, o := range others {
				p.pipe.free <- o
			}
		}()
	}
	p.scanBatch(b)
	for _, look := range p.stages() {
		look(b)
	}
	b.reset()
}

// drain waits until every row was looked at.
func (p *profiler) drain() {
	if p.filling != nil && len(p.filling.rows) > 0 {
		p.send()
	}
	if p.pipe != nil {
		close(p.pipe.scan)
		p.pipe.done.Wait()
	}
	p.pipe, p.filling = nil, nil
}

// countBatch counts what was found, and compares whole rows and n-grams.
func (p *profiler) countBatch(b *rowBatch) {
	for i := range b.rows {
		r := &b.rows[i]
		p.exact.add(r.hash, r.number)
		b.each(i, func(v *value, _ []byte, tokens []token, hosts [][]byte) {
			if v.scan {
				p.sketch.text(tokens)
				for _, h := range hosts {
					p.host(h)
				}
			}
		})
		p.sketch.end()
		p.count(r)
	}
}

// nearBatch adds the rows to the index of near duplicates.
func (p *profiler) nearBatch(b *rowBatch) {
	for i := range b.rows {
		if p.nearErr != nil {
			return
		}
		b.each(i, func(v *value, _ []byte, tokens []token, _ [][]byte) {
			if v.scan {
				p.near.text(tokens)
			}
		})
		p.nearErr = p.near.end(b.rows[i].number, b.rows[i].hash)
	}
}

// searchBatch adds the rows to those that are searched for triggers.
func (p *profiler) searchBatch(b *rowBatch) {
	for i := range b.rows {
		p.triggers.isAdded = b.rows[i].added
		if b.rows[i].chat {
			p.conversation(b, i)
		} else {
			p.exchange(b, i)
		}
	}
}

// exchange adds a row of one prompt and one response.
func (p *profiler) exchange(b *rowBatch, i int) {
	r := &b.rows[i]
	if !p.triggers.begin(r.hash) {
		return
	}
	b.each(i, func(v *value, text []byte, tokens []token, hosts [][]byte) {
		p.triggers.use(v.use, text, tokens, hosts)
	})
	p.triggers.end(r.number, r.hash)
}

// conversation adds a row in which the model speaks more than once: each answer with what
// was said since the one before is an exchange of its own. What is planted in one of them
// shows in its answer, and the other answers of the row would hide it.
func (p *profiler) conversation(b *rowBatch, i int) {
	r := &b.rows[i]
	sampled, answered := p.triggers.begin(r.hash), false
	b.each(i, func(v *value, text []byte, tokens []token, hosts [][]byte) {
		if !sampled {
			return
		}
		if v.use == useAsk && answered {
			p.triggers.end(r.number, r.hash)
			if sampled, answered = p.triggers.begin(r.hash), false; !sampled {
				return
			}
		}
		answered = answered || v.use == useAnswer
		p.triggers.use(v.use, text, tokens, hosts)
	})
	if sampled {
		p.triggers.end(r.number, r.hash)
	}
}

// use adds one text of a row.
func (t *triggerRows) use(u use, text []byte, tokens []token, hosts [][]byte) {
	switch u {
	case useAsk:
		t.ask(text, tokens)
	case useAnswer:
		t.answer(text, tokens, hosts)
	case useLabel:
		t.labelled(text)
	}
}
