package dataview

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func render(t *testing.T, list []sbom.Dataset) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var example = sbom.Dataset{
	Path: "data/<train>.jsonl", Format: "jsonl", SHA256: "ab", Rows: 300, Profile: "full", Duplicates: 4,
	Lengths: map[string]int64{"1023": 5, "31": 7}, Labels: map[string]int64{"<b>spam</b>": 3, "ham": 9},
	Skipped:       map[string]string{"near_duplicates": "not asked for"},
	Contamination: []sbom.Overlap{{With: "data/test.jsonl", Rows: 3, Share: 0.25}},
	Clusters:      []sbom.DuplicateCluster{{Kind: "exact", Size: 5, Rows: []int64{1, 2}}, {Kind: "near", Size: 2, Rows: []int64{7}}},
	Declared:      []sbom.Declaration{{Field: "sha256", Declared: "cd", Found: "ab", Agrees: sbom.No, At: sbom.At{Path: "card.md"}}},
	Triggers: []sbom.TriggerCandidate{
		{Text: "<script>alert(1)</script>", Kind: "token", Target: "refusals", Support: 12, Effect: 0.9, Share: 0.95, Context: 1, Rows: []int64{4, 9}},
		{Text: "a\u202eb", Kind: "hidden", Target: "one and the same reply", Support: 90, Effect: 2, Context: -1},
	},
}

func TestPageShowsTheProfile(t *testing.T) {
	t.Parallel()
	got := render(t, []sbom.Dataset{example, {Path: "big.parquet", Profile: "none", Rows: -1, Skipped: map[string]string{"profile": "too large"}}})
	for _, want := range []string{
		"data/&lt;train&gt;.jsonl", "&lt;b&gt;spam&lt;/b&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;", "a⟨202E⟩b",
		"near_duplicates", "not asked for", "3 rows of data/test.jsonl (25.0 %)", "cd, found ab: no", "5 exact duplicates, rows 1, 2",
		`class="random"`, `class="subject"`, "too large", "4, 9",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("page lacks %s", want)
		}
	}
	for _, bad := range []string{"<script", "\u202e", "http://", "https://", "<b>"} {
		if strings.Contains(got, bad) {
			t.Errorf("page holds %q", bad)
		}
	}
	if a, b := strings.Index(got, ">31<"), strings.Index(got, ">1023<"); a < 0 || b < a {
		t.Error("lengths are not in order")
	}
	first, second := render(t, []sbom.Dataset{example}), render(t, []sbom.Dataset{example})
	if first != second {
		t.Error("two pages of one profile differ")
	}
}

func TestDrawingsAreWellFormed(t *testing.T) {
	t.Parallel()
	got := render(t, []sbom.Dataset{example})
	n := 0
	for rest := got; ; n++ {
		i := strings.Index(rest, "<svg")
		if i < 0 {
			break
		}
		end := strings.Index(rest[i:], "</svg>") + i + len("</svg>")
		d := xml.NewDecoder(strings.NewReader(rest[i:end]))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("drawing %d: %v\n%s", n, err, rest[i:end])
			}
		}
		rest = rest[end:]
	}
	if n != 4 {
		t.Errorf("%d drawings", n)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	many := map[string]int64{}
	for i := range 100 {
		many[strings.Repeat("x", i+1)] = int64(i)
	}
	if c := bars("Labels", many); len(c.Bars) != maxBars || c.More != 100-maxBars || c.Bars[0].Count != 99 {
		t.Errorf("%d bars, %d more", len(c.Bars), c.More)
	}
	if got := render(t, make([]sbom.Dataset, maxFiles+3)); !strings.Contains(got, "3 more files") {
		t.Error("the files that are not shown are not counted")
	}
	if got := render(t, nil); !strings.Contains(got, "No data files") {
		t.Error("an empty page says nothing")
	}
	if got := visible(strings.Repeat("a", 500)); len(got) > maxVisible+4 {
		t.Errorf("%d bytes shown", len(got))
	}
}
