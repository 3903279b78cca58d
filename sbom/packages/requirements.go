package packages

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// The options of pip that are facts, by their long names (pip, "Requirements File
// Format", "Supported options").
const (
	optIndex       = "--index-url"
	optExtraIndex  = "--extra-index-url"
	optTrustedHost = "--trusted-host"
	optFindLinks   = "--find-links"
	optNoIndex     = "--no-index"
	optHashes      = "--require-hashes"
	optPre         = "--pre"
	optRequirement = "--requirement"
	optConstraint  = "--constraint"
	optEditable    = "--editable"
)

// options maps every spelling to the long name.
var options = map[string]string{
	"-i": optIndex, optIndex: optIndex, "--pypi-url": optIndex, "--default-index": optIndex,
	optExtraIndex: optExtraIndex, "--index": optExtraIndex, optTrustedHost: optTrustedHost, "--allow-insecure-host": optTrustedHost,
	"-f": optFindLinks, optFindLinks: optFindLinks, optNoIndex: optNoIndex,
	optHashes: optHashes, optPre: optPre, "-r": optRequirement, optRequirement: optRequirement,
	"-c": optConstraint, optConstraint: optConstraint, "-e": optEditable, optEditable: optEditable,
}

// flags are the options of the table that take no value.
var flags = map[string]bool{optNoIndex: true, optHashes: true, optPre: true}

func collectRequirements(ctx context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	text := decodeText(data)
	index := ""
	for _, l := range logicalLines(text) {
		if len(l.text) > maxLineBytes {
			out.AddProblem(f.At(l.number), sbom.FamilyPackages, "too_large", fmt.Sprintf("line has %d bytes, limit maxLineBytes is %d", len(l.text), maxLineBytes))
			continue
		}
		p, ok := requirementLine(l.text)
		if !ok {
			out.AddProblem(f.At(l.number), sbom.FamilyPackages, "malformed", "line is no requirement and no option of pip")
			continue
		}
		p.Source, p.At = "requirements", f.At(l.number)
		if f.Ext() == ".lock" && p.Option == "" {
			p.Source = "lock"
		}
		if p.Option == optIndex {
			index = p.URL
		}
		if p.Option == "" && p.URL == "" {
			p.Index = index
		}
		if p.Scope = scopeOfName(f.Path); p.Option != "" && p.Option != optEditable {
			p.Source, p.Scope = "option", ""
		}
		if !add(out, p) {
			break
		}
	}
	syftSecondOpinion(ctx, f, text, "requirements", out)
	return nil
}

// scopeOfName reads the purpose people put into the name of a requirements file.
func scopeOfName(p string) string {
	name := strings.ToLower(p[strings.LastIndexByte(p, '/')+1:])
	for _, word := range []string{"dev", "test", "doc", "lint", "ci.", "style", "quality", "typing", "mypy"} {
		if strings.Contains(name, word) {
			return "dev"
		}
	}
	if strings.Contains(name, "build") {
		return "build"
	}
	return "runtime"
}

type logicalLine struct {
	number int // of the first physical line
	text   string
}

// logicalLines joins continued lines and drops comments, as pip does in that order.
func logicalLines(text []byte) []logicalLine {
	var out []logicalLine
	var pending strings.Builder
	number, start := 0, 0
	for raw := range bytes.Lines(text) {
		number++
		line := strings.TrimRight(string(raw), "\r\n")
		if pending.Len() == 0 {
			start = number
		}
		comment := strings.HasPrefix(strings.TrimSpace(line), "#")
		if before, continued := strings.CutSuffix(line, `\`); continued && !comment {
			pending.WriteString(before + " ")
			continue
		}
		if !comment {
			pending.WriteString(line)
		}
		if full := stripComment(pending.String()); full != "" {
			out = append(out, logicalLine{start, full})
		}
		pending.Reset()
	}
	if full := stripComment(pending.String()); full != "" {
		out = append(out, logicalLine{start, full})
	}
	return out
}

// stripComment drops what follows a # at the start or after a space.
func stripComment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
			break
		}
	}
	return strings.TrimSpace(line)
}

// requirementLine parses one logical line of a requirements file. An option that says
// nothing about what is installed gives an entry with the option as its only field.
func requirementLine(line string) (sbom.Package, bool) {
	if strings.HasPrefix(line, "-") {
		return optionLine(line)
	}
	spec, tail := cutOptions(line)
	p, ok := requirement(spec)
	if !ok {
		return p, false
	}
	for _, option := range strings.Fields(strings.ReplaceAll(tail, "--hash ", "--hash=")) {
		if hash, is := strings.CutPrefix(option, "--hash="); is {
			p.Hashes = append(p.Hashes, strings.Trim(hash, `"'`))
		}
	}
	return p, true
}

// cutOptions splits the per-requirement options off: the first word that starts with a
// dash ends the requirement.
func cutOptions(line string) (spec, tail string) {
	if i := strings.Index(line, " -"); i >= 0 {
		return line[:i], line[i+1:]
	}
	return line, ""
}

func optionLine(line string) (sbom.Package, bool) {
	word, value, joined := line, "", false
	if i := strings.IndexAny(line, " =\t"); i >= 0 {
		word, value, joined = line[:i], strings.TrimSpace(line[i+1:]), true
	}
	name, known := options[word]
	if !known && len(word) > 2 && word[1] != '-' { // -rfile, -e.
		if short, is := options[word[:2]]; is {
			name, known, value, joined = short, true, strings.TrimSpace(word[2:]+" "+value), true
		}
	}
	if !known {
		return sbom.Package{Option: word}, strings.HasPrefix(word, "--")
	}
	if !joined && !flags[name] {
		return sbom.Package{}, false
	}
	value = strings.Trim(value, `"'`)
	if name == optEditable {
		spec, _ := cutOptions(value)
		p, _ := requirement(spec)
		if p.URL == "" {
			p = sbom.Package{URL: spec}
		}
		p.Option = optEditable
		return p, true
	}
	return sbom.Package{Option: name, URL: value}, true
}

// InstallArguments reads the arguments of a pip install or uv pip install command, the
// words after "install", as facts at the given place. Options that do not bear on what
// is installed or from where are left out.
func InstallArguments(args []string, at sbom.At) []sbom.Package {
	var inv sbom.Inventory
	for i := 0; i < len(args); i++ {
		word := args[i]
		line := word
		if strings.HasPrefix(word, "-") {
			name, _, joined := strings.Cut(word, "=")
			long, known := options[name]
			if !known {
				i += skipValue(word, joined)
				continue
			}
			if !joined && !flags[long] && i+1 < len(args) {
				i++
				line = word + " " + args[i]
			}
		}
		p, ok := requirementLine(line)
		if !ok {
			continue
		}
		p.At, p.Source = at, "dockerfile"
		if p.Option != "" && p.Option != optEditable {
			p.Source = "option"
		}
		add(&inv, p)
	}
	return inv.Packages
}

// skipValue is 1 for an option of pip install that takes the next word as its value.
func skipValue(word string, joined bool) int {
	if joined {
		return 0
	}
	switch word {
	case "-t", "--target", "--prefix", "--root", "--platform", "--python-version", "--implementation", "--abi",
		"--src", "--upgrade-strategy", "--config-settings", "-C", "--global-option", "--no-binary", "--only-binary",
		"--progress-bar", "--root-user-action", "--report", "--python", "--log", "--proxy", "--retries", "--timeout",
		"--exists-action", "--cert", "--client-cert", "--cache-dir", "--use-feature", "--torch-backend", "-p":
		return 1
	}
	return 0
}

// decodeText gives UTF-8 for the encodings pip accepts by byte order mark: pip freeze
// in PowerShell writes UTF-16.
func decodeText(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data[2:], binary.BigEndian)
	}
	return data
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
