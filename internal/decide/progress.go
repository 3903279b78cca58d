package decide

import (
	"sync"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// progress joins what is told of whole files with what is told of the data file at hand,
// so that one file of many gigabytes moves as well.
type progress struct {
	mu      sync.Mutex
	show    func(sbom.Progress)
	files   sbom.Progress
	partial map[string]int64 // bytes read of files that are not done
	shown   int64
}

func newProgress(show func(sbom.Progress)) *progress {
	return &progress{show: show, partial: map[string]int64{}}
}

// whole takes an update of whole files.
func (p *progress) whole(s sbom.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files = s
	p.update()
}

// part takes an update of one data file.
func (p *progress) part(path string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.partial[path] = done; done >= total {
		delete(p.partial, path) // the whole file is told of next
	}
	p.files.Bytes = max(p.files.Bytes, total)
	p.files.Files = max(p.files.Files, 1)
	p.update()
}

// update shows the sum, which never runs back.
func (p *progress) update() {
	s := p.files
	for _, n := range p.partial {
		s.BytesDone += n
	}
	p.shown = max(p.shown, min(s.BytesDone, s.Bytes))
	s.BytesDone = p.shown
	p.show(s)
}
