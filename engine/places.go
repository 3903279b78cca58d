package engine

import (
	"reflect"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Locate fills in the lines of findings that are placed by a JSON pointer only. It must
// be called before NewBaseline and Decide, for both alike: a line's text may be part of a
// fingerprint.
func Locate(results []Result, place func(path, pointer string) (line, column int)) {
	for _, r := range results {
		for _, list := range [][]RawFinding{r.Findings, r.Unknown} {
			for i := range list {
				if at := &list[i].At; at.Line == 0 && at.Pointer != "" {
					at.Line, at.Column = place(at.Path, at.Pointer)
				}
			}
		}
	}
}

// pathsOf collects every path and name of the input that a waiver may be about.
func pathsOf(in *Input) map[string]bool {
	out := map[string]bool{}
	collectPaths(reflect.ValueOf(in.Inventory), out)
	for _, r := range in.References {
		out[r.Name], out[r.URI] = true, true
	}
	for _, w := range in.Workloads {
		out[w.Name] = true
	}
	for _, p := range in.Packages {
		out[p.Name] = true
	}
	for _, f := range in.Files {
		out[f.Path] = true
	}
	for _, d := range in.Documents {
		out[d.Path] = true
	}
	for _, p := range in.Problems {
		out[p.Path] = true
	}
	delete(out, "")
	return out
}

// collectPaths adds the path of every At below v.
func collectPaths(v reflect.Value, out map[string]bool) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[sbom.At]() {
			out[v.Field(0).String()] = true // Path
			return
		}
		for i := range v.NumField() {
			collectPaths(v.Field(i), out)
		}
	case reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Struct, reflect.Slice:
			for i := range v.Len() {
				collectPaths(v.Index(i), out)
			}
		}
	}
}

// recognised says whether any collector found something it knows: a fact of any section
// but the list of files, or something that could not be read.
func recognised(in *Input) bool {
	sections := reflect.ValueOf(in.Inventory)
	for i := range sections.NumField() {
		f := sections.Field(i)
		if name := sections.Type().Field(i).Name; f.Kind() != reflect.Slice || name == "Files" {
			continue
		}
		if f.Len() > 0 {
			return true
		}
	}
	for _, f := range in.Files {
		if f.Kind != "" {
			return true
		}
	}
	return len(in.Attestations) > 0 || len(in.Signatures) > 0
}
