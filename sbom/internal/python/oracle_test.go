package python

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// oracleScript counts what CPython sees in every .py file of its own library.
const oracleScript = `
import ast, json, os, sys, sysconfig, time, warnings
warnings.simplefilter("ignore")
paths = sysconfig.get_paths()
every = int(sys.argv[1])
roots = sorted({paths["stdlib"], paths["purelib"], paths["platlib"], *sys.argv[2:]})
seen = set()
for root in roots:
    for d, _, files in sorted(os.walk(root)):
        for f in sorted(files):
            p = os.path.realpath(os.path.join(d, f))
            if not f.endswith(".py") or p in seen:
                continue
            seen.add(p)
            if len(seen) % every:
                continue
            with open(p, "rb") as h:
                b = h.read()
            t = time.perf_counter()
            try:
                tree = ast.parse(b)
            except Exception:
                continue
            t = time.perf_counter() - t
            n = [0] * 5
            for x in ast.walk(tree):
                if isinstance(x, ast.Call): n[0] += 1
                elif isinstance(x, ast.keyword): n[1] += 1
                elif isinstance(x, (ast.Import, ast.ImportFrom)): n[2] += 1
                elif isinstance(x, (ast.FunctionDef, ast.AsyncFunctionDef)): n[3] += 1
                elif isinstance(x, ast.ClassDef): n[4] += 1
            print(json.dumps({"path": p, "counts": n, "seconds": t}))
`

type oracleFile struct {
	Path    string  `json:"path"`
	Counts  [5]int  `json:"counts"`
	Seconds float64 `json:"seconds"`
}

// counts are what the oracle counts: calls, keywords, imports, functions, classes.
func counts(m *Module) (n [5]int) {
	InspectBody(m.Body, func(x Node) bool {
		switch x := x.(type) {
		case *Call:
			n[0]++
			n[1] += len(x.Keywords)
		case *Import:
			n[2]++
		case *Func:
			n[3]++
		case *Class:
			n[4]++
			n[1] += len(x.Keywords)
		}
		return true
	})
	return n
}

// sampleEvery is how many files the normal run leaves out for each it compares; all of
// them take a minute, most of it CPython's.
const sampleEvery = 150

// TestAgainstCPython compares files of the standard library and site-packages with
// CPython's own parser: a sample, or all of them when PYTHON_ORACLE is "full".
func TestAgainstCPython(t *testing.T) {
	if testing.Short() {
		t.Skip("runs CPython over its whole library")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not on this machine; it is the oracle of this test")
	}
	every := sampleEvery
	if os.Getenv("PYTHON_ORACLE") == "full" {
		every = 1
	}
	args := []string{"-I", "-c", oracleScript, strconv.Itoa(every)}
	if more := os.Getenv("PYTHON_CORPUS"); more != "" { // further source trees to compare
		args = append(args, more)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(python, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run the oracle: %v\n%s", err, stderr.String())
	}
	var files, differ, failed int
	var size int64
	var theirs float64
	var ours time.Duration
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var f oracleFile
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(f.Path)
		if err != nil {
			continue
		}
		start := time.Now()
		m := Parse(f.Path, text)
		ours += time.Since(start)
		theirs += f.Seconds
		size += int64(len(text))
		files++
		if m.ErrorCount > 0 {
			failed++
			t.Errorf("%s:%d: %s (CPython parses it)", f.Path, m.At(m.Errors[0].At).Line, m.Errors[0].Reason)
		}
		if got := counts(m); got != f.Counts {
			differ++
			t.Logf("%s: calls, keywords, imports, functions, classes = %v, CPython says %v", f.Path, got, f.Counts)
		}
	}
	if files == 0 {
		t.Skip("this python3 has no library sources")
	}
	t.Logf("%d files, %d differ, %d not parsed; %.1f MB/s, CPython %.1f MB/s (ratio %.1f)", files, differ, failed,
		float64(size)/1e6/ours.Seconds(), float64(size)/1e6/theirs, theirs/ours.Seconds())
	if differ*1000 > files {
		t.Errorf("%d of %d files differ, more than one in a thousand", differ, files)
	}
}
