package sbom

import (
	"bytes"
	"regexp"
	"strings"
)

// bulkExtensions hold data more often than anything that people write: tables, records,
// vocabularies, markup that a program exports.
var bulkExtensions = map[string]bool{
	".json": true, ".jsonl": true, ".ndjson": true, ".txt": true, ".csv": true, ".tsv": true, ".xml": true,
	".html": true, ".css": true, ".svg": true, ".log": true, ".lock": true,
}

// hubConfigs are JSON files whose content steers a loader, whatever their size.
var hubConfigs = map[string]bool{
	"config.json": true, "adapter_config.json": true, "tokenizer_config.json": true, "generation_config.json": true,
}

var (
	lockName     = regexp.MustCompile(`(?i)^(pnpm-lock|(.+\.)?conda-lock)\.ya?ml$`)
	minifiedName = regexp.MustCompile(`(?i)([.-]min|\.bundle)\.[cm]?js$`)
)

// minifiedLine is the mean length of a line, in the first bytes of a script, from which
// on it is the output of a bundler: formatters break at 80 to 120.
const minifiedLine = 500

// Bulk tells a file of a generic data format: a corpus or a vocabulary in JSON, text or a
// table, a lock file, the output of a JavaScript bundler.
func (f *File) Bulk() bool {
	name := f.Name()
	switch ext := f.Ext(); ext {
	case ".js", ".mjs", ".cjs":
		return minifiedName.MatchString(name) || len(f.Head) == HeadBytes && bytes.Count(f.Head, []byte("\n")) < HeadBytes/minifiedLine
	default:
		return bulkExtensions[ext] && !hubConfigs[strings.ToLower(name)] || lockName.MatchString(name)
	}
}

// Within is for the Match of a collector that knows its files by a name that bulk has as
// well. Above the limit a file of bulk is no match: nobody writes a recipe of that size,
// and a tokenizer.json of 50 MB must not make what a repository loads unknown. Every
// other file stays a match, because code and configuration are where something can be
// hidden by padding: Collector.MaxBytes then makes it a Problem.
func (f *File) Within(limit int64) bool {
	return f.Size <= limit || !f.Bulk()
}
