package decide

import (
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestProgressOfOneFile moves within a file, never runs back and never beyond the whole.
func TestProgressOfOneFile(t *testing.T) {
	t.Parallel()
	var got []int64
	p := newProgress(func(s sbom.Progress) { got = append(got, s.BytesDone) })
	p.whole(sbom.Progress{Files: 2, FilesDone: 1, Bytes: 110, BytesDone: 10})
	p.part("a", 40, 100)
	p.part("a", 100, 100)
	p.whole(sbom.Progress{Files: 2, FilesDone: 2, Bytes: 110, BytesDone: 110})
	want := []int64{10, 50, 50, 110}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
