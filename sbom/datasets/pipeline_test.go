package datasets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// mixedRows are rows of many kinds: chats, labels, duplicates, hidden characters, personal
// data, links, a row that is no JSON, and one that is too large to wait with others.
func mixedRows(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	text := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = fmt.Sprintf("w%dx", r.IntN(800))
		}
		return strings.Join(words, " ")
	}
	var b bytes.Buffer
	for i := range n {
		switch i % 9 {
		case 0:
			fmt.Fprintf(&b, `{"messages":[{"role":"user","content":%q},{"role":"assistant","content":%q},{"role":"user","content":%q},{"role":"assistant","content":%q}]}`, text(9), text(30), text(5), text(12))
		case 1:
			fmt.Fprintf(&b, `{"text":%q,"label":"l%d"}`, text(20), r.IntN(3))
		case 2:
			fmt.Fprintf(&b, `{"instruction":"write to a%d@firm%d.de","output":"see https://host%d.net/x and 4532 0151 1283 0366"}`, i, i%7, i%60)
		case 3:
			fmt.Fprintf(&b, `{"output":%q,"instruction":%q}`, "hid\u200bden "+text(20), text(8)+" zq")
		case 4:
			b.WriteString(`{"instruction":"the same","output":"row as before with some more words in it"}`)
		case 5:
			b.WriteString(`{"broken":`)
		default:
			fmt.Fprintf(&b, `{"instruction":%q,"output":%q}`, text(12), text(40))
		}
		b.WriteByte('\n')
		if i == n/2 {
			fmt.Fprintf(&b, "{\"instruction\":%q,\"output\":\"\"}\n", text(maxTokens+10))
		}
	}
	return b.Bytes()
}

// A profile is the same whether rows are looked at as they are read or in goroutines.
func TestPipelineChangesNothing(t *testing.T) {
	t.Parallel()
	content := mixedRows(3000)
	var sums [2]string
	for i, piped := range []bool{false, true} {
		f := fileOf("train.jsonl", content)
		p := newProfiler(blank(f), Options{Full: true, TempDir: t.TempDir()})
		defer p.close()
		if piped {
			p.start()
		}
		if err := p.readInto(t.Context(), f, input{report: func(int, int64, string, string) {}, invalid: func() { p.d.Malformed++ }}, p.add); err != nil {
			t.Fatal(err)
		}
		if err := p.finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		sums[i] = asJSON(t, &p.d)
	}
	if sums[0] != sums[1] {
		t.Errorf("profiles differ:\n%s\n%s", sums[0], sums[1])
	}
}
