package datasets

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func fileOf(name string, content []byte) *sbom.File { return sbom.NewFile(name, content) }

// fuzzFile profiles content under a name, twice: no panic, the same result, and counts
// that fit together.
func fuzzFile(t *testing.T, name string, content []byte) {
	t.Helper()
	var profiles [2][]byte
	for i := range profiles {
		var inv sbom.Inventory
		if err := collect(context.Background(), fileOf(name, content), &inv, Options{}); err != nil {
			t.Fatal(err)
		}
		d := inv.Datasets[0]
		if d.Rows < 0 || d.Duplicates > d.Rows || d.Profile == "" || len(inv.Problems) > maxProblems+2 {
			t.Fatalf("%+v, %d problems", d, len(inv.Problems))
		}
		b, err := json.Marshal(inv.Datasets)
		if err != nil {
			t.Fatal(err)
		}
		profiles[i] = b
	}
	if !bytes.Equal(profiles[0], profiles[1]) {
		t.Fatalf("two profiles differ:\n%s\n%s", profiles[0], profiles[1])
	}
}

func FuzzJSONL(f *testing.F) {
	f.Add([]byte("{\"instruction\":\"a\\u00e9\\ud83d\\ude00\",\"output\":[1,-2.5e3,true,null,{}]}\n{\"x\""))
	f.Add([]byte("\xef\xbb\xbf{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\r\n[]\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		fuzzFile(t, "a.jsonl", content)
		// what the parser takes, encoding/json takes as well, and the other way round
		for line := range bytes.SplitSeq(content, []byte("\n")) {
			var s schema
			p, r := jsonParser{schema: &s}, row{}
			ours, theirs := p.parse(line, &r) == nil, json.Valid(line)
			if ours && !theirs || theirs && !ours && len(line) < maxDepth {
				t.Fatalf("%q: ours %v, encoding/json %v", line, ours, theirs)
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`[{"text":"a"}, {"text":"b"}]`))
	f.Add([]byte(`{"data":[{"text":"a\"]"}],"x":1}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		fuzzFile(t, "data/a.json", append([]byte(`[{"text":"`), content...))
		readWhole(t, content)
	})
}

// readWhole reads a JSON document whatever it starts with.
func readWhole(t *testing.T, content []byte) {
	t.Helper()
	var s schema
	in := input{r: bytes.NewReader(content), report: func(int, int64, string, string) {}, invalid: func() {}}
	if err := readJSON(context.Background(), in, &s, func(*row) {}); err != nil {
		t.Fatal(err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n\"\"\"\",2\n"))
	f.Add([]byte("a,b\n1,\"never closed\n2,3\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		fuzzFile(t, "a.csv", content)
		fuzzFile(t, "a.tsv", content)
	})
}

func FuzzText(f *testing.F) {
	f.Add([]byte("mail jo@acme-mail.com or +49 30 12345678\nDE89 3704 0044 0532 0130 00 4111 1111 1111 1111\n\xff\u200b\u202e"))
	f.Fuzz(func(t *testing.T, content []byte) { fuzzFile(t, "data/a.txt", content) })
}

func FuzzCompressed(f *testing.F) {
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte("{\"text\":\"a\"}\n"))
	w.Close()
	f.Add(gz.Bytes())
	z, err := zstd.NewWriter(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(z.EncodeAll([]byte("{\"text\":\"a\"}\n"), nil))
	f.Fuzz(func(t *testing.T, content []byte) {
		fuzzFile(t, "a.jsonl.gz", content)
		fuzzFile(t, "a.jsonl.zst", content)
	})
}

func FuzzParquet(f *testing.F) {
	f.Add(parquetFile(f))
	f.Fuzz(func(t *testing.T, content []byte) { fuzzFile(t, "a.parquet", content) })
}

func FuzzArrow(f *testing.F) {
	file, stream := arrowFiles(f)
	f.Add(file)
	f.Add(stream)
	f.Fuzz(func(t *testing.T, content []byte) { fuzzFile(t, "a.arrow", content) })
}
