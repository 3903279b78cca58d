package datasets

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// parallelSlots is up to what number of slots two halves of the rows are counted at once:
// each needs tables of its own.
const parallelSlots = 1 << 21

// halves does something for the rows of either half at once, when it is worth it.
func (s *search) halves(ctx context.Context, parallel bool, do func(half, row int, buf []uint32) []uint32) {
	rows := len(s.t.answers)
	half := func(n, from, to int) {
		var buf []uint32
		for r := from; r < to; r++ {
			if r%everyRows == 0 && ctx.Err() != nil {
				return
			}
			if s.counts(r) {
				buf = do(n, r, buf)
			}
		}
	}
	if !parallel {
		half(0, 0, rows)
		return
	}
	var other sync.WaitGroup
	other.Go(func() { half(1, rows/2, rows) })
	half(0, 0, rows/2)
	other.Wait()
}

// countSlots counts features by slots of one or two hashes, those that are wanted of each
// row that is asked for. It returns how many features it saw as well.
func (s *search) countSlots(ctx context.Context, slots, hashes int, asked func(row int) bool, wanted bitmap) (tables [2][]uint16, features int) {
	var parts [2][2][]uint16
	var seen [2]int
	parallel, mask := slots <= parallelSlots, uint64(slots-1)
	for i := range parts {
		for k := range hashes {
			if i == 0 || parallel {
				parts[i][k] = make([]uint16, slots)
			}
		}
	}
	s.halves(ctx, parallel, func(half, row int, buf []uint32) []uint32 {
		if !asked(row) {
			return buf
		}
		first, second := parts[half][0], parts[half][1]
		return s.each(row, buf, func(h uint64, _ uint8, _ int32) {
			seen[half]++
			if wanted == nil || wanted.has(h&mask) {
				bump(&first[h&mask])
				if second != nil {
					bump(&second[h>>32&mask])
				}
			}
		})
	})
	if parallel {
		for k := range hashes {
			for i, n := range parts[1][k] {
				parts[0][k][i] = uint16(min(1<<16-1, int(parts[0][k][i])+int(n)))
			}
		}
	}
	return parts[0], seen[0] + seen[1]
}

// gather lists the occurrences of the features that are kept, in the order of the rows.
func (s *search) gather(ctx context.Context, list []occurrence, keep func(uint64) bool) []occurrence {
	lists := [2][]occurrence{list, nil}
	s.halves(ctx, true, func(half, row int, buf []uint32) []uint32 {
		return s.each(row, buf, func(h uint64, kind uint8, at int32) {
			if keep(h) {
				lists[half] = append(lists[half], occurrence{h, int32(row), at, kind})
			}
		})
	})
	return append(lists[0], lists[1]...)
}

// byHash sorts occurrences by hash and leaves those of one hash in their order: into
// buckets by the upper bits, and each bucket, which is small, by itself. It returns the
// sorted list and the memory that it does not need any more.
func byHash(list, spare []occurrence) (sorted, rest []occurrence) {
	const bucketBits = 16
	var ends [1<<bucketBits + 1]int32
	for i := range list {
		ends[list[i].hash>>(64-bucketBits)+1]++
	}
	for i := range len(ends) - 1 {
		ends[i+1] += ends[i]
	}
	sorted = slices.Grow(spare[:0], len(list))[:len(list)]
	for i := range list {
		b := list[i].hash >> (64 - bucketBits)
		sorted[ends[b]] = list[i]
		ends[b]++
	}
	from := int32(0)
	for _, to := range ends[:1<<bucketBits] {
		slices.SortStableFunc(sorted[from:to], func(a, b occurrence) int { return cmp.Compare(a.hash, b.hash) })
		from = to
	}
	return sorted, list
}

// bitmap is a set of slots that fits into a cache.
type bitmap []uint64

func newBitmap(n int) bitmap       { return make(bitmap, (n+63)/64) }
func (b bitmap) set(i uint64)      { b[i>>6] |= 1 << (i & 63) }
func (b bitmap) has(i uint64) bool { return b[i>>6]>>(i&63)&1 == 1 }

func bump(n *uint16) {
	if *n < 1<<16-1 {
		*n++
	}
}
