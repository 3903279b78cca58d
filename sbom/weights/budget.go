package weights

import (
	"errors"
	"io"
)

const (
	// maxMembers bounds the members of all containers of one file together.
	maxMembers = 200_000
	// maxNesting bounds containers in containers.
	maxNesting = 6
	// maxInflated bounds what is decompressed for one file. What is not needed is not
	// decompressed: a compressed checkpoint costs its pickles.
	maxInflated = 4 << 30
	// maxInflatedOther is maxInflated for a file whose name promises no model: an archive
	// of data costs no more than this.
	maxInflatedOther = 1 << 30
	// maxRatio bounds the expansion of one compressed member, beyond the first
	// freeBytes. DEFLATE reaches 1032 with zeros; a pickle that is 200 times larger
	// than its file is not one.
	maxRatio  = 200
	freeBytes = 64 << 20
	// maxHeldMember bounds a member that has to be held in memory to be read at all.
	maxHeldMember = 64 << 20
)

var (
	errInflated = errors.New("decompressed content exceeds maxInflated (4 GiB; maxInflatedOther, 1 GiB, under the name of no model)")
	errRatio    = errors.New("decompressed content exceeds maxRatio (200) of its compressed size")
)

// budget is what the reading of one file may still cost.
type budget struct {
	members  int
	inflated int64
}

func newBudget() *budget { return &budget{members: maxMembers, inflated: maxInflated} }

// member counts a member; false when there were too many.
func (b *budget) member() bool {
	b.members--
	return b.members >= 0
}

// limited charges what is read from a decompressor to the budget. packed is the
// size of the compressed bytes.
type limited struct {
	r      io.Reader
	budget *budget
	left   int64 // by the ratio
}

func (b *budget) limit(r io.Reader, packed int64) *limited {
	l := &limited{r: r, budget: b, left: freeBytes}
	if packed > 0 {
		n, _ := mulSat(packed, maxRatio)
		l.left = max(l.left, n)
	}
	return l
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.left -= int64(n)
	l.budget.inflated -= int64(n)
	switch {
	case l.budget.inflated < 0:
		return n, errInflated
	case l.left < 0:
		return n, errRatio
	}
	return n, err
}

// limitFault names the limit that an error of a decompressor stands for.
func limitFault(err error, what string) *fault {
	switch {
	case errors.Is(err, errInflated):
		return &fault{code: "too_large", offset: -1, reason: what + ": " + err.Error(), total: true}
	case errors.Is(err, errRatio):
		return faultf("too_large", -1, "%s: %v", what, err)
	}
	return faultf("malformed", -1, "%s: %v", what, err)
}
