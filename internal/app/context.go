package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"

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
)

// ContextLine is one line around a finding.
type ContextLine struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// codeContext keeps the lines around findings for the pages. A line on which a secret was
// found is left out: its value never leaves the scanner.
func codeContext(tree fs.FS, d *engine.Decision, secrets []sbom.Secret) ([]byte, error) {
	secret := map[string]bool{}
	for _, s := range secrets {
		secret[place(s.At)] = true
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
				out[key] = around(lines(tree, files, f.At.Path), f.At, secret)
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

func around(all [][]byte, at sbom.At, secret map[string]bool) []ContextLine {
	var out []ContextLine
	for n := max(at.Line-contextLines, 1); n <= min(at.Line+contextLines, len(all)); n++ {
		text := clip(string(bytes.ToValidUTF8(bytes.TrimRight(all[n-1], "\r"), []byte("\uFFFD"))), maxContextLine)
		if secret[fmt.Sprintf("%s:%d", at.Path, n)] {
			text = "(a line with a secret is not kept)"
		}
		out = append(out, ContextLine{n, text})
	}
	return out
}
