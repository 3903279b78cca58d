package datasets

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// TestMutations feeds broken files to every reader: bytes flipped, cut out, doubled and
// inserted at random places of whole files. MLPOLICY_MUTATIONS sets how many of each.
func TestMutations(t *testing.T) {
	t.Parallel()
	rounds := 60
	if n, err := strconv.Atoi(os.Getenv("MLPOLICY_MUTATIONS")); err == nil {
		rounds = n
	}
	file, stream := arrowFiles(t)
	seeds := []struct {
		name    string
		content []byte
	}{
		{"a.jsonl", []byte("{\"instruction\":\"a\\u00e9\\ud83d\\ude00\",\"output\":[1,-2.5e3,true,null,{}]}\n{\"messages\":[{\"role\":\"user\",\"content\":\"jo@acme-mail.com\"}]}\n")},
		{"data/a.json", []byte(`[{"text":"a\"]"}, {"text":"b","n":[1,2,{"x":null}]}]`)},
		{"data/b.json", []byte(`{"v":"1","data":[{"question":"a","answer":"b"}],"x":{"y":[1]}}`)},
		{"a.csv", []byte("a,b\n1,\"x\ny\"\n\"\"\"\",2\n3,\"never closed\n4,5\n")},
		{"data/a.txt", []byte("DE89 3704 0044 0532 0130 00 https://u:p@h.example/x -----BEGIN \xff\u200b\u202e (212) 425-2368 <|im_start|>\n")},
		{"a.parquet", parquetFile(t)}, {"a.arrow", file}, {"b.arrow", stream},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, seed := range seeds {
		n := rounds
		if len(seed.content) > 10_000 {
			n = rounds/4 + 1
		}
		for range n {
			content := bytes.Clone(seed.content)
			for range 1 + r.IntN(4) {
				at := r.IntN(len(content) + 1)
				switch r.IntN(4) {
				case 0:
					if at < len(content) {
						content[at] ^= 1 << r.IntN(8)
					}
				case 1:
					content = append(content[:at:at], content[min(len(content), at+r.IntN(20)):]...)
				case 2:
					content = append(content[:at:at], append([]byte{byte(r.IntN(256))}, content[at:]...)...)
				default:
					to := min(len(content), at+r.IntN(50))
					content = append(content[:to:to], content[at:]...)
				}
			}
			if format, _ := formatOf(fileOf(seed.name, content)); format != "" {
				fuzzFile(t, seed.name, content)
			}
		}
	}
}
