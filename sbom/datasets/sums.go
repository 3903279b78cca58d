package datasets

import "math"

// exactSum adds fractions in fixed point, so that the order of a map does not show in
// the last bits of the result.
type exactSum struct{ n int64 }

const sumScale = 1 << 20

func (e *exactSum) add(x float64)  { e.n += int64(math.Round(x * sumScale)) }
func (e *exactSum) value() float64 { return float64(e.n) / sumScale }
func inverse(count uint32, rows int) float64 {
	return math.Log(float64(rows) / float64(max(1, count)))
}
