// Package dataview draws the profiles of data files as one HTML page: distributions,
// clusters of duplicates and trigger candidates, as SVG made on the server. The page
// loads nothing and runs nothing; texts of rows do not occur in it, but for the
// sequences of trigger candidates, escaped and with what does not show made visible.
package dataview

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mlpolicy/mlpolicy/sbom"
)

//go:embed page.html
var files embed.FS

var page = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"bars": bars, "clusters": clusters, "triggers": scatter, "visible": visible, "percent": percent, "small": small,
}).ParseFS(files, "page.html"))

// maxFiles bounds the files of one page; the rest are counted.
const maxFiles = 200

// Render writes the page for the data files of an inventory, in their order.
func Render(w io.Writer, datasets []sbom.Dataset) error {
	shown := datasets[:min(len(datasets), maxFiles)]
	err := page.Execute(w, struct {
		Datasets []sbom.Dataset
		More     int
	}{shown, len(datasets) - len(shown)})
	if err != nil {
		return fmt.Errorf("render data report: %w", err)
	}
	return nil
}

// Sizes of the drawings in pixels.
const (
	barHeight   = 18
	barWidth    = 320
	labelWidth  = 150
	maxBars     = 12
	plotWidth   = 420
	plotHeight  = 220
	plotMargin  = 36
	clusterSize = 64
)

type bar struct {
	Y, TextY, ValueX, Width int
	Label                   string
	Count                   int64
}

type barChart struct {
	Title         string
	Width, Height int
	Bars          []bar
	More          int
}

// bars draws counts by name, largest first; lengths, whose names are numbers, by number.
func bars(title string, counts map[string]int64) barChart {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		x, errX := strconv.ParseInt(a, 10, 64)
		y, errY := strconv.ParseInt(b, 10, 64)
		if title == "Bytes of text in a row, up to" && errX == nil && errY == nil {
			return cmp.Compare(x, y)
		}
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	c := barChart{Title: title, Width: labelWidth + barWidth + 80}
	most := int64(1)
	for _, n := range counts {
		most = max(most, n)
	}
	for _, name := range names {
		if len(c.Bars) >= 2*maxBars || title != "Bytes of text in a row, up to" && len(c.Bars) >= maxBars {
			c.More = len(names) - len(c.Bars)
			break
		}
		y := len(c.Bars) * barHeight
		width := max(1, int(float64(counts[name])/float64(most)*barWidth))
		c.Bars = append(c.Bars, bar{Y: y, TextY: y + 13, Width: width, ValueX: labelWidth + width + 6, Label: shorten(visible(name)), Count: counts[name]})
	}
	c.Height = max(1, len(c.Bars)*barHeight)
	return c
}

// maxLabel is how many characters stand to the left of a bar; the end of a host says more
// than its start.
const maxLabel = 21

func shorten(s string) string {
	r := []rune(s)
	if len(r) <= maxLabel {
		return s
	}
	return "…" + string(r[len(r)-maxLabel+1:])
}

type circle struct {
	X, Y, R, LabelY int
	Size            int64
	Kind, Title     string
}

type clusterChart struct {
	Width, Height int
	Circles       []circle
}

// clusters draws each cluster as a circle whose area is its size.
func clusters(list []sbom.DuplicateCluster) clusterChart {
	c := clusterChart{Height: clusterSize + 20, Width: max(1, len(list)*clusterSize)}
	most := int64(1)
	for _, x := range list {
		most = max(most, x.Size)
	}
	for i, x := range list {
		r := max(3, int(math.Sqrt(float64(x.Size)/float64(most))*(clusterSize/2-2)))
		rows := make([]string, 0, len(x.Rows))
		for _, row := range x.Rows {
			rows = append(rows, strconv.FormatInt(row, 10))
		}
		c.Circles = append(c.Circles, circle{X: i*clusterSize + clusterSize/2, Y: clusterSize / 2, R: r, LabelY: clusterSize + 14, Size: x.Size, Kind: x.Kind,
			Title: fmt.Sprintf("%d %s duplicates, rows %s", x.Size, x.Kind, strings.Join(rows, ", "))})
	}
	return c
}

type dot struct {
	X, Y  int
	Class string
	Title string
}

type scatterChart struct {
	Width, Height, Left, Right, Top, Bottom int
	Dots                                    []dot
}

// scatter draws candidates by support (logarithmic) and effect.
func scatter(list []sbom.TriggerCandidate) scatterChart {
	c := scatterChart{Width: plotWidth, Height: plotHeight, Left: plotMargin, Right: plotWidth - 8, Top: 8, Bottom: plotHeight - plotMargin}
	most := 10.0
	for i := range list {
		most = max(most, float64(list[i].Support))
	}
	for i := range list {
		t := &list[i]
		x := math.Log1p(float64(t.Support)) / math.Log1p(most)
		class := "random"
		if t.Context < 0 || t.Context > 3 {
			class = "subject"
		}
		c.Dots = append(c.Dots, dot{
			X: c.Left + int(x*float64(c.Right-c.Left)), Y: c.Bottom - int(min(1, max(0, t.Effect))*float64(c.Bottom-c.Top)),
			Class: class, Title: fmt.Sprintf("%s: %s", visible(t.Text), t.Target),
		})
	}
	return c
}

func percent(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) + " %" }
func small(x float64) string   { return strconv.FormatFloat(x, 'g', 2, 64) }

// maxVisible bounds a text that is shown.
const maxVisible = 120

// visible shows runes that have no picture, or that turn the direction of what stands
// around them, by their number.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if b.Len() >= maxVisible {
			b.WriteString("…")
			break
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "⟨%04X⟩", r)
		}
	}
	return b.String()
}
