package references

import "strings"

// aside tells a name that is written for readers, or for what is fetched: the checkpoint
// that the documentation of a class shows (_CHECKPOINT_FOR_DOC in transformers), and the
// folder that a download goes to (load_file_from_url(url=…, model_dir=…)).
func aside(d *pyDecl) bool {
	key := strings.ToLower(d.key)
	return strings.HasSuffix(key, "_for_doc") || d.fetches && strings.HasSuffix(key, "_dir")
}

// splitFolder tells a folder of files from a data set of a hub: nobody calls a data set by
// the name of one of its splits.
func splitFolder(name string) bool {
	_, rest, ok := strings.Cut(name, "/")
	if !ok || strings.Contains(name, ":") {
		return false
	}
	return splitName(last(strings.ReplaceAll(rest, "/", ".")))
}

// splitName tells the usual name of a split.
func splitName(word string) bool {
	switch strings.ToLower(word) {
	case "train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval":
		return true
	}
	return false
}

// ownLists tells load_dataset of libraries that keep a list of their own examples, which
// share the name with Hugging Face's and nothing else.
func ownLists(callee string) bool {
	root, rest, ok := strings.Cut(callee, ".")
	if !ok || last(rest) != "load_dataset" {
		return false
	}
	switch root {
	case "seaborn", "sns", "tensorflow", "tf", "keras", "vega_datasets", "statsmodels", "sktime", "river", "plotly", "pydataset", "geodatasets", "arviz", "bokeh":
		return true
	}
	return false
}
