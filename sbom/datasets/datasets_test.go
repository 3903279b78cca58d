package datasets

import (
	"bytes"
	"compress/gzip"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// profileOf runs the collector over one file.
func profileOf(t testing.TB, name string, content []byte, opts Options) (*sbom.Dataset, []sbom.Problem) {
	t.Helper()
	f := sbom.NewFile(name, content)
	f.SetSHA256("d1", "computed")
	c := New(opts)[0]
	if !c.Match(f) {
		return nil, nil
	}
	var inv sbom.Inventory
	if err := c.Collect(context.Background(), f, &inv); err != nil {
		t.Fatal(err)
	}
	if len(inv.Datasets) != 1 {
		t.Fatalf("%s: %d datasets", name, len(inv.Datasets))
	}
	return &inv.Datasets[0], inv.Problems
}

func TestFormats(t *testing.T) {
	t.Parallel()
	jsonl := `{"instruction":"a","output":"b"}` + "\n" + `{"instruction":"a","output":"b"}` + "\n" + `{"instruction":"c","output":"d\u00e9"}` + "\n"
	for _, c := range []struct {
		name, content, format, shape string
		rows, duplicates             int64
		columns                      string
	}{
		{"train.jsonl", jsonl, "jsonl", "alpaca", 3, 1, "instruction:string output:string"},
		{"data/x.json", `[{"instruction":"a","output":"b","n":1}, {"instruction":"c","output":"d","n":1.5}]`, "json", "alpaca", 2, 0, "instruction:string output:string n:float"},
		{"data/w.json", `{"version":"1","data":[{"question":"q","answer":"a"},{"question":"q","answer":"a"}]}`, "json", "completion", 2, 1, "question:string answer:string"},
		{"a.csv", "text,label\n\"one, \"\"two\"\"\nthree\",1\nb,2\nb,2\n", "csv", "labelled", 3, 1, "text:string label:int"},
		{"a.tsv", "text\tlabel\none\tyes\n", "tsv", "labelled", 1, 0, "text:string label:string"},
		{"urls.csv", "url\nhttps://a.example/1\nhttps://a.example/2\n", "csv", "urls", 2, 0, "url:url"},
		{"images.csv", "image_url,sha256\nhttps://a.example/1," + strings.Repeat("0a", 32) + "\n", "csv", "", 1, 0, "image_url:url sha256:hash"},
		{"data/corpus.txt", "a b\n\nc d\na b\n", "text", "text", 3, 1, "text:string"},
		{"chat.jsonl", `{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"ho"}]}`, "jsonl", "messages", 1, 0, "messages[].role:string messages[].content:string"},
		{"s.jsonl", `{"conversations":[{"from":"human","value":"hi"},{"from":"gpt","value":"ho"}]}`, "jsonl", "sharegpt", 1, 0, "conversations[].from:string conversations[].value:string"},
		{"p.jsonl", `{"prompt":"a","chosen":"b","rejected":"c"}`, "jsonl", "preference", 1, 0, "prompt:string chosen:string rejected:string"},
	} {
		d, problems := profileOf(t, c.name, []byte(c.content), Options{})
		if d == nil {
			t.Errorf("%s: no data file", c.name)
			continue
		}
		var columns []string
		for _, col := range d.Columns {
			columns = append(columns, col.Name+":"+col.Type)
		}
		if d.Format != c.format || d.Shape != c.shape || d.Rows != c.rows || d.Duplicates != c.duplicates || strings.Join(columns, " ") != c.columns || len(problems) > 0 {
			t.Errorf("%s: got %s %s rows %d dup %d %v problems %v", c.name, d.Format, d.Shape, d.Rows, d.Duplicates, columns, problems)
		}
		if d.Profile != "full" || d.Sampled != sbom.No || d.SHA256 != "d1" || d.SizeBytes != int64(len(c.content)) {
			t.Errorf("%s: profile %s sampled %s", c.name, d.Profile, d.Sampled)
		}
	}
}

func TestFilesThatAreNotData(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"package.json": `{"name":"x"}`, "config.json": `[{"text":1}]`, "requirements.txt": "torch\n", "data/LICENSE.txt": "MIT",
		"a.json": `[{"name":"x"}]`, "README.txt": "hello", "train.py": "print()", "data/params.json": `[{"text":"a"}]`, "x.json.gz": "\x1f\x8b",
	} {
		if format, _ := formatOf(sbom.NewFile(name, []byte(content))); format != "" {
			t.Errorf("%s is taken for %s", name, format)
		}
	}
}

func TestLargeFilesAreListed(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte(`{"text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`+"\n"), smallFileBytes/40)
	d, problems := profileOf(t, "train.jsonl", big, Options{})
	if d.Profile != "none" || d.Sampled != sbom.Unresolved || d.Skipped["profile"] == "" || d.Rows != -1 || d.SHA256 == "" || len(problems) != 0 {
		t.Errorf("got %+v, %v", d, problems)
	}
	d, _ = profileOf(t, "train.jsonl", big, Options{Full: true})
	if d.Profile != "full" || d.Rows != smallFileBytes/40 || d.Duplicates != d.Rows-1 {
		t.Errorf("full: got %s, %d rows, %d duplicates", d.Profile, d.Rows, d.Duplicates)
	}
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("ab", 32) + "\nsize 12345\n"
	d, _ = profileOf(t, "train.jsonl", []byte(pointer), Options{Full: true})
	if d.Profile != "none" || d.SizeBytes != 12345 || !strings.Contains(d.Skipped["profile"], "LFS") {
		t.Errorf("pointer: %+v", d)
	}
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	text := []byte(`{"text":"a"}` + "\n" + `{"text":"b"}` + "\n")
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(text)
	w.Close()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"a.jsonl.gz": gz.Bytes(), "a.jsonl.zst": z.EncodeAll(text, nil)} {
		d, problems := profileOf(t, name, content, Options{})
		if d.Rows != 2 || d.Encoding == "" || len(problems) > 0 {
			t.Errorf("%s: %d rows, %v", name, d.Rows, problems)
		}
		d, problems = profileOf(t, name, content[:len(content)-3], Options{})
		if len(problems) == 0 || d.Profile != "sampled" {
			t.Errorf("%s truncated: profile %s, %v", name, d.Profile, problems)
		}
	}
	bomb := z.EncodeAll(bytes.Repeat(text, smallTextBytes/len(text)+1000), nil)
	if d, problems := profileOf(t, "bomb.jsonl.zst", bomb, Options{}); len(problems) != 1 || d.Profile != "sampled" || d.Rows == 0 {
		t.Errorf("bomb: %+v %v", d, problems)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		rows, bad     int64
		problem       sbom.Problem
	}{
		{"a.jsonl", "{\"text\":\"a\"}\n{\"text\":\n{\"text\":\"b\"}\n", 2, 1, sbom.Problem{Line: 2, Offset: 21, Code: "truncated"}},
		{"a.jsonl", "{\"text\":\"a\"}\nnope\n", 1, 1, sbom.Problem{Line: 2, Offset: 13, Code: "malformed"}},
		{"a.jsonl", strings.Repeat("[", 100) + "\n{}\n", 1, 1, sbom.Problem{Line: 1, Offset: 64, Code: "too_deep"}},
		{"a.jsonl", `{"text":"` + strings.Repeat("a", 3*maxRowBytes) + "\"}\n{\"text\":\"b\"}\n", 1, 1, sbom.Problem{Line: 1, Offset: 0, Code: "too_large"}},
		{"a.csv", "a,b\n1,2\n1,2,3\n3,4\n", 2, 1, sbom.Problem{Line: 3, Offset: 8, Code: "malformed"}},
		{"a.csv", "a,b\n1,\"2\n3,4\n", 1, 1, sbom.Problem{Line: 2, Offset: 4, Code: "truncated"}},
		{"data/a.json", `[{"text":"a"},{"text":b},{"text":"c"}`, 2, 1, sbom.Problem{Line: 1, Offset: 22, Code: "malformed"}},
	} {
		d, problems := profileOf(t, c.name, []byte(c.content), Options{Full: true})
		if d.Rows != c.rows || d.Malformed != c.bad || len(problems) == 0 {
			t.Errorf("%s: %d rows, %d malformed, %v", c.name, d.Rows, d.Malformed, problems)
			continue
		}
		got := problems[0]
		got.Path, got.Family, got.Reason = "", "", ""
		if diff := cmp.Diff(c.problem, got); diff != "" {
			t.Errorf("%s: %s\n%v", c.name, diff, problems)
		}
	}
	d, problems := profileOf(t, "a.jsonl", bytes.Repeat([]byte("x\n"), 50), Options{})
	if d.Malformed != 50 || len(problems) != maxProblems+1 {
		t.Errorf("%d malformed, %d problems", d.Malformed, len(problems))
	}
}

func TestExactIndexSpills(t *testing.T) {
	t.Parallel()
	var whole, spilt = newRowIndex(""), newRowIndex(t.TempDir())
	spilt.limit = 10
	defer spilt.close()
	for i := range int64(1000) {
		h := mix(uint64(i % 300))
		whole.add(h, i)
		spilt.add(h, i)
	}
	a, err := whole.finish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b, err := spilt.finish(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if a.rows != 700 || spilt.parts == nil || cmp.Diff(a.clusters, b.clusters) != "" || b.rows != 700 {
		t.Errorf("memory %d, disk %d\n%s", a.rows, b.rows, cmp.Diff(a.clusters, b.clusters))
	}
}
