package app

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"slices"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// contextLines is how many lines are shown before and after the line of a finding.
	contextLines = 2
	// maxContexts bounds the findings of a decision whose lines are kept.
	maxContexts = 500
	// maxContextFile bounds the files whose lines are kept; code is smaller.
	maxContextFile = 1 << 20
	// maxContextLine bounds one line.
	maxContextLine = 300
	// secretLines is how near to a secret no line is kept. A secret has the line it starts
	// on, and may go on: a private RSA key of 8192 bits has some 100 lines.
	secretLines = 100
)

// ContextLine is one line around a finding.
type ContextLine struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// codeContext keeps the lines around findings for the pages, and none near a secret: its
// value never leaves the scanner.
func codeContext(tree fs.FS, d *engine.Decision, secrets []sbom.Secret) ([]byte, error) {
	secretAt := map[string][]int{}
	for _, s := range secrets {
		secretAt[s.At.Path] = append(secretAt[s.At.Path], s.At.Line)
	}
	files := map[string][][]byte{}
	out := map[string][]ContextLine{}
	for _, s := range d.Stages {
		for _, c := range s.Controls {
			for _, f := range c.Findings {
				key := place(f.At)
				if _, ok := out[key]; ok || f.At.Line < 1 || len(out) >= maxContexts {
					continue
				}
				if !near(f.At.Line, secretAt[f.At.Path]) {
					out[key] = around(lines(tree, files, f.At.Path), f.At)
				}
			}
		}
	}
	return json.Marshal(out)
}

// lines are the lines of a text file, read once, nil when it is none.
func lines(tree fs.FS, files map[string][][]byte, name string) [][]byte {
	if l, ok := files[name]; ok {
		return l
	}
	files[name] = nil
	info, err := fs.Stat(tree, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxContextFile {
		return nil
	}
	content, err := fs.ReadFile(tree, name)
	if err != nil || bytes.IndexByte(content, 0) >= 0 {
		return nil
	}
	files[name] = bytes.Split(content, []byte("\n"))
	return files[name]
}

// near tells whether a secret is close to a line. One whose line is not known is near all.
func near(line int, secrets []int) bool {
	return slices.ContainsFunc(secrets, func(s int) bool { return s < 1 || line >= s-secretLines && line <= s+secretLines })
}

func around(all [][]byte, at sbom.At) []ContextLine {
	var out []ContextLine
	for n := max(at.Line-contextLines, 1); n <= min(at.Line+contextLines, len(all)); n++ {
		text := clip(string(bytes.ToValidUTF8(bytes.TrimRight(all[n-1], "\r"), []byte("\uFFFD"))), maxContextLine)
		out = append(out, ContextLine{n, text})
	}
	return out
}
