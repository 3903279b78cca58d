package datasets

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// linkDeclared puts what cards, manifests and pointers say of a data file beside what it
// is: digests, sizes, rows.
func linkDeclared(inv *sbom.Inventory) {
	byPath := map[string]*sbom.Dataset{}
	for i := range inv.Datasets {
		byPath[inv.Datasets[i].Path] = &inv.Datasets[i]
	}
	for i := range inv.Cards {
		for _, digest := range inv.Cards[i].Digests {
			declareDigest(byPath[near(byPath, inv.Cards[i].At.Path, digest.Path)], digest)
		}
	}
	for i := range inv.Registry {
		for _, digest := range inv.Registry[i].Files {
			declareDigest(byPath[near(byPath, inv.Registry[i].At.Path, digest.Path)], digest)
		}
	}
	for i := range inv.Documents {
		doc := &inv.Documents[i]
		root, _ := doc.Content.(map[string]any)
		switch {
		case root == nil:
		case doc.Kind == "dvc":
			declareDVC(byPath, doc.Path, root)
		case root["distribution"] != nil:
			declareCroissant(byPath, doc.Path, root)
		case root["dataset_info"] != nil:
			declareRows(inv, doc.Path, root["dataset_info"])
		}
	}
}

// near finds the data file that a path in a card means: relative to the card, or from
// the root.
func near(byPath map[string]*sbom.Dataset, card, name string) string {
	if full := path.Join(path.Dir(card), name); byPath[full] != nil {
		return full
	}
	return path.Clean(name)
}

func declareDigest(d *sbom.Dataset, declared sbom.CardDigest) {
	if d == nil {
		return
	}
	if declared.Value != "" && declared.Algorithm != "" {
		found := ""
		switch strings.ToLower(declared.Algorithm) {
		case "sha256":
			found = d.SHA256
		case "md5":
			found = d.MD5
		}
		declare(d, strings.ToLower(declared.Algorithm), strings.ToLower(declared.Value), found, declared.At)
	}
	if declared.SizeBytes >= 0 && (declared.SizeBytes > 0 || declared.Value != "") {
		declare(d, "size_bytes", strconv.FormatInt(declared.SizeBytes, 10), strconv.FormatInt(d.SizeBytes, 10), declared.At)
	}
}

func declare(d *sbom.Dataset, field, declared, found string, at sbom.At) {
	agrees := sbom.Unresolved
	if found != "" {
		agrees = sbom.TriOf(strings.EqualFold(declared, found))
	}
	next := sbom.Declaration{Field: field, Declared: declared, Found: found, Agrees: agrees, At: at}
	if !slices.Contains(d.Declared, next) {
		d.Declared = append(d.Declared, next)
	}
}

// declareDVC reads the outs of a pointer or lock (md5, size).
func declareDVC(byPath map[string]*sbom.Dataset, name string, root map[string]any) {
	var outs []any
	if list, ok := root["outs"].([]any); ok {
		outs = append(outs, list...)
	}
	if stages, ok := root["stages"].(map[string]any); ok {
		for _, stage := range sortedKeys(stages) {
			if m, ok := stages[stage].(map[string]any); ok {
				if list, ok := m["outs"].([]any); ok {
					outs = append(outs, list...)
				}
			}
		}
	}
	for _, item := range outs {
		out, ok := item.(map[string]any)
		if !ok {
			continue
		}
		d := byPath[near(byPath, name, text(out["path"]))]
		size := int64(-1)
		if n, err := strconv.ParseInt(text(out["size"]), 10, 64); err == nil {
			size = n
		}
		for _, algorithm := range []string{"md5", "sha256"} {
			if value := text(out[algorithm]); value != "" {
				declareDigest(d, sbom.CardDigest{Algorithm: algorithm, Value: value, SizeBytes: size, At: sbom.At{Path: name}})
				size = -1
			}
		}
	}
}

// declareCroissant reads the FileObjects of a Croissant description (Croissant 1.0,
// "FileObject": contentUrl, sha256, md5, contentSize).
func declareCroissant(byPath map[string]*sbom.Dataset, name string, root map[string]any) {
	list, _ := root["distribution"].([]any)
	for i, item := range list {
		file, ok := item.(map[string]any)
		if !ok {
			continue
		}
		d := byPath[near(byPath, name, text(file["contentUrl"]))]
		for _, algorithm := range []string{"sha256", "md5"} {
			if value := text(file[algorithm]); value != "" {
				declareDigest(d, sbom.CardDigest{Algorithm: algorithm, Value: value, SizeBytes: -1,
					At: sbom.At{Path: name, Pointer: fmt.Sprintf("/distribution/%d/%s", i, algorithm)}})
			}
		}
	}
}

// declareRows compares the splits of a card (dataset_info, splits: name, num_examples)
// with the rows of the files that are named after them.
func declareRows(inv *sbom.Inventory, card string, info any) {
	infos, ok := info.([]any)
	if !ok {
		infos = []any{info}
	}
	if len(infos) != 1 {
		return // several configurations share the names of their splits
	}
	m, ok := infos[0].(map[string]any)
	if !ok {
		return
	}
	splits, _ := m["splits"].([]any)
	for i, item := range splits {
		split, ok := item.(map[string]any)
		if !ok {
			continue
		}
		declared := text(split["num_examples"])
		name := text(split["name"])
		if declared == "" || name == "" {
			continue
		}
		rows, first, known := int64(0), -1, true
		for k := range inv.Datasets {
			d := &inv.Datasets[k]
			base := strings.ToLower(path.Base(d.Path))
			if !under(path.Dir(card), d.Path) || !(strings.HasPrefix(base, name+".") || strings.HasPrefix(base, name+"-") || path.Base(path.Dir(d.Path)) == name) {
				continue
			}
			if first < 0 {
				first = k
			}
			known = known && d.Profile == "full"
			rows += d.Rows
		}
		if first < 0 {
			continue
		}
		found := ""
		if known {
			found = strconv.FormatInt(rows, 10)
		}
		declare(&inv.Datasets[first], "rows", declared, found, sbom.At{Path: card, Pointer: fmt.Sprintf("/dataset_info/splits/%d/num_examples", i)})
	}
}

func under(dir, name string) bool { return dir == "." || strings.HasPrefix(name, dir+"/") }

// text is a scalar of a document as it would be written.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
