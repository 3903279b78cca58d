package datasets

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// nearJaccard is from what share of common shingles on two rows are near duplicates.
	nearJaccard = 0.9
	// shingleWords is how many words one shingle has.
	shingleWords = 3
	// minShingles is how many shingles a row needs; of shorter rows only exact duplicates
	// are found.
	minShingles = 5
	// maxShingles bounds what is kept of one row: the first 8,192, 60 kilobytes of text.
	maxShingles = 8192
	// nearBands times nearBins minima make the signature. Two rows with nearJaccard agree
	// in a bin with 0.9, in a band with 0.43, in one of twelve bands with 0.9988.
	nearBands = 12
	nearBins  = 8
	// nearMemoryBytes is what shingles and band keys may take in memory each before they
	// go to disk; nearDiskBytes is the budget there, for both.
	nearMemoryBytes = 24 << 20
	nearDiskBytes   = 8 << 30
	nearParts       = 64
	// maxNearRows bounds the rows in clusters that are held at the end.
	maxNearRows = 1 << 20
	// maxPivots bounds the rows of one band that others are compared with.
	maxPivots = 16
)

// nearIndex finds rows that share most of their shingles: MinHash over bands finds
// pairs that may, and the shingles themselves say whether they do.
type nearIndex struct {
	dir     string
	blobs   blobStore
	keys    []bandKey
	maxKeys int
	parts   []*os.File
	writer  []*bufio.Writer
	spilt   int64
	shingle []uint32
	mixed   []uint64
	words   []uint64
	stopped string // why rows are no longer added
	rows    int64
	short   int64
}

// bandKey is one band of a row; at is where its shingles are.
type bandKey struct {
	key uint64
	at  int64
}

func newNearIndex(dir string) *nearIndex {
	return &nearIndex{dir: dir, blobs: blobStore{dir: dir, limit: nearMemoryBytes}, maxKeys: nearMemoryBytes / 16}
}

// text adds the words of one value of the row at hand.
func (x *nearIndex) text(tokens []token) {
	from := len(x.words)
	for i := range tokens {
		if !tokens[i].punct {
			x.words = append(x.words, tokens[i].hash)
		}
	}
	w := x.words[from:]
	for i := 0; i+shingleWords <= len(w) && len(x.shingle) < maxShingles; i++ {
		x.shingle = append(x.shingle, uint32(mix(w[i]*mixA+w[i+1]*mixB+w[i+2])))
	}
}

// multipliers make the bands' hash functions out of one (odd, so that none loses bits).
var multipliers = func() (m [nearBands]uint64) {
	for i := range m {
		m[i] = mix(uint64(i+1)*mixA) | 1
	}
	return m
}()

// end finishes the row.
func (x *nearIndex) end(row int64, hash uint64) error {
	defer func() { x.shingle, x.words = x.shingle[:0], x.words[:0] }()
	if x.stopped != "" {
		return nil
	}
	if len(x.shingle) < minShingles {
		x.short++
		return nil
	}
	at, err := x.blobs.add(row, hash, x.shingle)
	if err != nil {
		return err
	}
	x.rows++
	x.mixed = x.mixed[:0]
	for _, s := range x.shingle {
		x.mixed = append(x.mixed, mix(uint64(s)+mixA))
	}
	for b, m := range multipliers {
		var least [nearBins]uint64
		for i := range least {
			least[i] = 1<<64 - 1
		}
		for _, s := range x.mixed {
			v := s * m
			if bin := v >> 61; v < least[bin] {
				least[bin] = v
			}
		}
		key := uint64(b)
		for _, v := range least {
			key = mix(key*mixC + v)
		}
		x.keys = append(x.keys, bandKey{key, at})
	}
	if len(x.keys) >= x.maxKeys {
		return x.spill()
	}
	return nil
}

func (x *nearIndex) spill() error {
	if x.parts == nil {
		for range nearParts {
			f, err := tempFile(x.dir)
			if err != nil {
				return err
			}
			x.parts = append(x.parts, f)
			x.writer = append(x.writer, bufio.NewWriter(f))
		}
	}
	var b [16]byte
	for _, k := range x.keys {
		binary.LittleEndian.PutUint64(b[:], k.key)
		binary.LittleEndian.PutUint64(b[8:], uint64(k.at))
		if _, err := x.writer[k.key%nearParts].Write(b[:]); err != nil {
			return fmt.Errorf("write index of near duplicates: %w", err)
		}
	}
	x.spilt += int64(len(x.keys)) * 16
	x.keys = x.keys[:0]
	if x.spilt+x.blobs.size > nearDiskBytes {
		x.stopped = fmt.Sprintf("looked for among the first %d rows; the index reached nearDiskBytes (%d)", x.rows, int64(nearDiskBytes))
	}
	return nil
}

func (x *nearIndex) close() {
	for _, f := range append(x.parts, x.blobs.file) {
		if f != nil {
			f.Close()
			_ = os.Remove(f.Name())
		}
	}
	x.parts, x.blobs.file = nil, nil
}

// finish compares the rows that share a band.
func (x *nearIndex) finish(ctx context.Context) (duplicates, error) {
	c := clusters{index: x, parent: map[int64]int64{}, row: map[int64]blobHead{}}
	if x.parts == nil {
		if err := c.groups(ctx, x.keys); err != nil {
			return duplicates{}, err
		}
		return c.result(), nil
	}
	if err := x.spill(); err != nil {
		return duplicates{}, err
	}
	x.keys = nil
	for i, f := range x.parts {
		keys, err := loadKeys(f, x.writer[i])
		if err != nil {
			return duplicates{}, err
		}
		if err := c.groups(ctx, keys); err != nil {
			return duplicates{}, err
		}
	}
	return c.result(), nil
}

// clusters joins rows that are alike: union-find over where their shingles are.
type clusters struct {
	index  *nearIndex
	parent map[int64]int64
	row    map[int64]blobHead
	pivots []pivot
	buf    []uint32
}

type pivot struct {
	at       int64
	shingles []uint32
}

// groups looks at each run of rows with the same band key.
func (c *clusters) groups(ctx context.Context, keys []bandKey) error {
	slices.SortFunc(keys, func(a, b bandKey) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return int(a.at - b.at)
	})
	for i := 0; i < len(keys); {
		j := i + 1
		for j < len(keys) && keys[j].key == keys[i].key {
			j++
		}
		if j-i > 1 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := c.group(keys[i:j]); err != nil {
				return err
			}
		}
		i = j
	}
	return nil
}

// group compares each row with the first of each kind before it.
func (c *clusters) group(keys []bandKey) error {
	c.pivots = c.pivots[:0]
	for _, k := range keys {
		if len(c.row) >= maxNearRows {
			c.index.stopped = fmt.Sprintf("more than maxNearRows (%d) rows are in clusters; the others are not counted", maxNearRows)
			return nil
		}
		if len(c.pivots) > 0 && c.find(k.at) == c.find(c.pivots[0].at) {
			continue
		}
		head, shingles, err := c.index.blobs.read(k.at, c.buf)
		if err != nil {
			return err
		}
		c.buf = shingles
		joined := false
		for p := range c.pivots {
			if jaccard(c.pivots[p].shingles, shingles) >= nearJaccard {
				c.join(c.pivots[p].at, k.at, head)
				joined = true
				break
			}
		}
		if !joined && len(c.pivots) < maxPivots {
			c.pivots = append(c.pivots, pivot{k.at, slices.Clone(shingles)})
		}
	}
	return nil
}

func (c *clusters) find(at int64) int64 {
	for {
		up, ok := c.parent[at]
		if !ok || up == at {
			return at
		}
		at = up
	}
}

func (c *clusters) join(a, b int64, head blobHead) {
	if _, ok := c.row[a]; !ok {
		first, _, err := c.index.blobs.read(a, nil)
		if err != nil {
			return // it was read a moment ago
		}
		c.row[a], c.parent[a] = first, a
	}
	if _, ok := c.row[b]; !ok {
		c.row[b], c.parent[b] = head, b
	}
	ra, rb := c.find(a), c.find(b)
	c.parent[max(ra, rb)] = min(ra, rb) // the first row leads, whatever the order
	for at := b; at != min(ra, rb); {
		up := c.parent[at]
		c.parent[at] = min(ra, rb)
		if at == up {
			break
		}
		at = up
	}
}

// result counts the rows beyond the first of their cluster, exact duplicates left out.
func (c *clusters) result() duplicates {
	members := map[int64][]blobHead{}
	for at := range c.row {
		root := c.find(at)
		members[root] = append(members[root], c.row[at])
	}
	var d duplicates
	for _, rows := range members {
		slices.SortFunc(rows, func(a, b blobHead) int { return int(a.row - b.row) })
		seen := map[uint64]bool{}
		cluster := sbom.DuplicateCluster{Kind: "near"}
		for _, r := range rows {
			if seen[r.hash] {
				continue
			}
			seen[r.hash] = true
			cluster.Size++
			if len(cluster.Rows) < maxClusterRows {
				cluster.Rows = append(cluster.Rows, r.row)
			}
		}
		if cluster.Size > 1 {
			d.rows += cluster.Size - 1
			d.keep(cluster)
		}
	}
	return d
}

// jaccard of two sorted lists without repeats.
func jaccard(a, b []uint32) float64 {
	common, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			common++
			i++
			j++
		}
	}
	return float64(common) / float64(len(a)+len(b)-common)
}
