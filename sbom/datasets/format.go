package datasets

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// formats maps the extension of a file, without that of a compression, to a format.
var formats = map[string]string{
	".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonlines": "jsonl", ".json": "json",
	".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".txt": "text",
}

var encodings = map[string]string{".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}

// Magic numbers: Parquet, "File format"; Arrow, "IPC file format".
var (
	parquetMagic = []byte("PAR1")
	arrowMagic   = []byte("ARROW1")
)

// formatOf says what kind of data file f is, "" when it is none.
func formatOf(f *sbom.File) (format, encoding string) {
	name := strings.ToLower(f.Name())
	if e := encodings[path.Ext(name)]; e != "" {
		if inner := formats[path.Ext(strings.TrimSuffix(name, path.Ext(name)))]; inner != "" && inner != "parquet" && inner != "arrow" {
			if (inner == "text" || inner == "json") && !inDataDir(f.Path) {
				return "", ""
			}
			return inner, e
		}
		return "", ""
	}
	format = formats[path.Ext(name)]
	switch format {
	case "json":
		if !isJSONData(f) {
			return "", ""
		}
	case "text":
		if !isTextData(f.Path) || bytes.IndexByte(f.Head, 0) >= 0 {
			return "", ""
		}
	case "parquet", "arrow":
	case "":
		if bytes.HasPrefix(f.Head, parquetMagic) {
			return "parquet", ""
		}
		if bytes.HasPrefix(f.Head, arrowMagic) {
			return "arrow", ""
		}
	}
	return format, ""
}

// dataDir is a directory whose text and JSON files are data unless they say otherwise.
var dataDir = regexp.MustCompile(`(?i)(^|/)(data|datasets?|corpus|corpora|raw|processed|sft|dpo|rlhf|train|training|eval|evals|evaluation|finetun\w*|instruct\w*|splits?)/`)

// dataName is a name that such a file has elsewhere.
var dataName = regexp.MustCompile(`(?i)(^|[-_.])(train|training|valid|validation|val|dev|test|eval|corpus|dataset|data|alpaca|sft|dpo|instruct(ions)?|prompts|samples)([-_.0-9]|$)`)

// notData are names that hold something else in any directory.
var notData = regexp.MustCompile(`(?i)^(requirements.*|constraints.*|licen[cs]e.*|notice.*|readme.*|changelog.*|cmakelists|robots|vocab|merges|.*vocab.*|package(-lock)?|tsconfig.*|.*config.*|.*settings.*|tokenizer.*|special_tokens_map|added_tokens|dataset_infos?|croissant|metadata|manifest.*|.*\.schema|params|metrics.*|results?.*|.*index)\.(txt|json)$`)

func inDataDir(name string) bool { return dataDir.MatchString(name) }

func isTextData(name string) bool {
	base := path.Base(name)
	return !notData.MatchString(base) && (inDataDir(name) || dataName.MatchString(base))
}

// shapeKeys are names of members that rows of training data have.
var shapeKeys = regexp.MustCompile(`"(instruction|output|response|completion|prompt|messages|conversations|chosen|rejected|question|answer|text|label)"\s*:`)

// isJSONData tells a list of records from a configuration: it starts like a list of
// objects, or an object with one, and either lies among data or has their members.
func isJSONData(f *sbom.File) bool {
	if notData.MatchString(f.Name()) {
		return false
	}
	head := bytes.TrimSpace(bytes.TrimPrefix(f.Head, bom))
	list := len(head) > 0 && head[0] == '['
	if list {
		rest := bytes.TrimSpace(head[1:])
		list = len(rest) > 0 && rest[0] == '{'
	}
	wrapped := len(head) > 0 && head[0] == '{' && listMember.Match(head)
	return (list || wrapped) && (inDataDir(f.Path) || shapeKeys.Match(head))
}

var listMember = regexp.MustCompile(`^\{\s*(?:"[^"]*"\s*:\s*(?:"[^"]*"|[-+0-9.eE]+|true|false|null)\s*,\s*)*"(data|rows|examples|instances|train|records|items)"\s*:\s*\[\s*\{`)

var trainName = regexp.MustCompile(`(?i)(^|[-_./0-9])(train|training|sft|finetune|pretrain|dpo)([-_./0-9]|$)`)
var evalName = regexp.MustCompile(`(?i)(^|[-_./0-9])(test|testing|eval|evals|evaluation|valid|validation|val|dev|holdout|benchmarks?)([-_./0-9]|$)`)

// roleOfPath is what the name of a file says it is for.
func roleOfPath(name string) string {
	switch base := path.Base(name); {
	case evalName.MatchString(base):
		return "eval"
	case trainName.MatchString(base):
		return "train"
	case evalName.MatchString(name):
		return "eval"
	case trainName.MatchString(name):
		return "train"
	}
	return ""
}
