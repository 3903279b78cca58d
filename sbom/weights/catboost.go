package weights

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// isCatBoost recognises CatBoost's model (catboost/libs/model/model.cpp: "CBM1", size).
func isCatBoost(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("CBM1")) }

// The tables of a model (catboost/libs/model/flatbuffers/model.fbs, features.fbs,
// ctr_data.fbs), their fields in the order of the schema.
var (
	cbNumber   = fbField{kind: fbScalar, size: 4}
	cbDouble   = fbField{kind: fbScalar, size: 8}
	cbByte     = fbField{kind: fbScalar, size: 1}
	cbText     = fbField{kind: fbString}
	cbNumbers  = fbField{kind: fbVector, size: 4}
	cbDoubles  = fbField{kind: fbVector, size: 8}
	cbBytes    = fbField{kind: fbVector, size: 1}
	cbKeyValue = &fbTable{"TKeyValue", []fbField{cbText, cbText}}
	cbFloat    = &fbTable{"TFloatFeature", []fbField{cbByte, cbNumber, cbNumber, cbNumbers, cbText, cbByte}}
	cbCat      = &fbTable{"TCatFeature", []fbField{cbNumber, cbNumber, cbText, cbByte}}
	cbEmbedded = &fbTable{"TEmbeddingFeature", []fbField{cbNumber, cbNumber, cbText, cbNumber, cbByte}}
	cbOneHot   = &fbTable{"TOneHotFeature", []fbField{cbNumber, cbNumbers, {kind: fbStrings}}}
	cbCombined = &fbTable{"TFeatureCombination", []fbField{cbNumbers, cbDoubles, cbDoubles}}
	cbCtrBase  = &fbTable{"TModelCtrBase", []fbField{{kind: fbOne, table: cbCombined}, cbByte}}
	cbCtr      = &fbTable{"TModelCtr", []fbField{{kind: fbOne, table: cbCtrBase}, cbNumber, cbNumber, cbNumber, cbNumber, cbNumber}}
	cbCtrs     = &fbTable{"TCtrFeature", []fbField{{kind: fbOne, table: cbCtr}, cbNumbers}}
	cbEstimate = &fbTable{"TEstimatedFeature", []fbField{cbNumber, {kind: fbScalar, size: 16}, cbNumber, cbNumbers}}
	cbTrees    = &fbTable{"TModelTrees", []fbField{
		cbNumber, cbNumbers, cbNumbers, cbNumbers,
		{kind: fbTables, table: cbCat}, {kind: fbTables, table: cbFloat}, {kind: fbTables, table: cbOneHot}, {kind: fbTables, table: cbCtrs},
		cbDoubles, cbDoubles, cbNumbers, cbNumbers,
		{kind: fbTables, table: cbCat}, {kind: fbTables, table: cbEstimate}, cbDouble, cbDouble, cbDoubles, cbNumbers, {kind: fbTables, table: cbEmbedded},
	}}
	cbCore  = &fbTable{"TModelCore", []fbField{cbText, {kind: fbOne, table: cbTrees}, {kind: fbTables, table: cbKeyValue}, {kind: fbStrings}}}
	cbTable = &fbTable{"TCtrValueTable", []fbField{{kind: fbOne, table: cbCtrBase}, cbBytes, cbBytes, cbNumber, cbNumber}}
)

// maxCatBoostParams bounds the parameters that are looked at; those seen have 6 KB.
const maxCatBoostParams = 1 << 20

// readCatBoost verifies the core of a model, a FlatBuffer, and the tables of categories
// that follow it (static_ctr_provider.cpp). Its metadata are the parameters of the training.
func readCatBoost(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	c := newCursor(r, size)
	c.skip(4)
	n := c.length(uint64(c.u32()))
	if c.err != nil {
		return -1, c.err
	}
	f := &flatCheck{r: r, base: c.pos, size: n}
	core := f.root(cbCore)
	if f.err != nil {
		return -1, f.err
	}
	if format := f.text(core[0], maxNameBytes); format != "FlabuffersModel_v1" { // CURRENT_CORE_FORMAT_STRING
		f.fail(0, "model of format %q", clip(format, 40))
	}
	catBoostTrees(f, core[1].table)
	for _, item := range core[2].items { // InfoMap: what the model was trained with is JSON
		if f.text(item[0], maxNameBytes) != "params" || item[1].n > maxCatBoostParams {
			continue
		}
		if text := f.read(item[1].at, item[1].n); !json.Valid(text) || !utf8.Valid(text) {
			f.fail(item[1].at, "the parameters are no JSON")
		}
	}
	parts := core[3].n
	c.skip(n)
	name := ""
	if parts == 1 { // the identifier of what follows, behind its length
		at := core[3].at + f.u32(core[3].at)
		name = f.text(fbValue{at: at + 4, n: f.u32(at)}, maxNameBytes)
	}
	if f.err != nil {
		return -1, f.err
	}
	switch {
	case parts == 0:
	case name == "static_provider_v1":
		catBoostTables(c)
	default:
		return -1, nil // parts for text and embeddings
	}
	if c.err != nil {
		return -1, c.err
	}
	w.CoversFile = sbom.TriOf(c.pos == size)
	return c.pos, nil
}

// catBoostTables verifies the tables of categories: their number, and each behind its size.
func catBoostTables(c *cursor) {
	for range c.count(uint64(c.u32()), 8) {
		n := c.length(uint64(c.u32()))
		if c.err != nil {
			return
		}
		f := &flatCheck{r: c.r, base: c.pos, size: n}
		if f.root(cbTable); f.err != nil {
			c.err = f.err
			return
		}
		c.skip(n)
	}
}

// catBoostTrees holds the trees to each other: their splits, where each begins, the
// features they split by, and a value for each leaf.
func catBoostTrees(f *flatCheck, t map[int]fbValue) {
	if t == nil {
		f.fail(0, "model without trees")
		return
	}
	splits, sizes, starts := t[1], t[2], t[3]
	begin, leaves := int64(0), int64(0)
	var offsets []int64
	f.integers(sizes, func(_, n int64) {
		if n < 0 {
			f.fail(sizes.at, "TreeSizes has %d", n)
		}
		offsets = append(offsets, begin)
		begin += n
		leaves += leavesOf(n)
	})
	if splits.n != begin || starts.n != sizes.n {
		f.fail(sizes.at, "%d trees of %d splits, but %d splits and %d offsets", sizes.n, begin, splits.n, starts.n)
	}
	f.integers(starts, func(i, n int64) {
		if i < int64(len(offsets)) && n != offsets[i] {
			f.fail(starts.at, "tree %d begins at split %d instead of %d", i, n, offsets[i])
		}
	})
	binary := catBoostSplits(f, t)
	f.integers(splits, func(i, n int64) {
		if n < 0 || n >= binary {
			f.fail(splits.at+4*i, "split %d of %d", n, binary)
		}
	})
	dimension := max(1, t[0].number(1))
	values, weights := t[8].n, t[9].n
	if nodes := t[10].n; nodes > 0 { // trees that are not symmetric: a node for each split or leaf
		if nodes != begin || t[11].n != nodes {
			f.fail(t[10].at, "%d nodes and %d leaves of them for %d splits", nodes, t[11].n, begin)
		}
		return
	}
	if values != leaves*dimension || weights != 0 && weights != leaves {
		f.fail(t[8].at, "%d values and %d weights of %d leaves and %d dimensions", values, weights, leaves, dimension)
	}
}

// catBoostSplits is how many splits the features of a model allow: one for each border and
// each value.
func catBoostSplits(f *flatCheck, t map[int]fbValue) int64 {
	n := int64(0)
	for slot, field := range map[int]int{5: 3, 6: 1, 7: 1, 13: 3} { // float, one-hot, categories, estimated
		for _, item := range t[slot].items {
			n += item[field].n
		}
	}
	for _, slot := range []int{4, 5} {
		seen := map[int64]bool{}
		index := map[int]int{4: 0, 5: 1}[slot]
		for _, item := range t[slot].items {
			i := item[index].number(-1)
			if i < 0 || seen[i] {
				f.fail(t[slot].at, "feature %d stands twice or is none", i)
			}
			seen[i] = true
		}
	}
	return n
}
