package python

// arena hands out the commonest nodes from blocks, which halves the time of a parse.
type arena struct {
	names      []Name
	attributes []Attribute
	calls      []Call
	strs       []Str
	exprs      []Expr
}

// arenaBlock is the number of nodes allocated at once: small enough that a short file
// wastes little.
const arenaBlock = 64

func take[T any](block *[]T) *T {
	if len(*block) == 0 {
		*block = make([]T, arenaBlock)
	}
	n := &(*block)[0]
	*block = (*block)[1:]
	return n
}

// list copies a list that was built on a shared stack into its own exact slice.
func (a *arena) list(l []Expr) []Expr {
	if len(l) == 0 {
		return nil
	}
	if len(l) > arenaBlock {
		return append([]Expr(nil), l...)
	}
	if len(a.exprs) < len(l) {
		a.exprs = make([]Expr, 4*arenaBlock)
	}
	n := a.exprs[:len(l):len(l)]
	a.exprs = a.exprs[len(l):]
	copy(n, l)
	return n
}
