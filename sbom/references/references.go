// Package references finds the places that name a model, an adapter, a dataset or a
// tokenizer: configuration of Hugging Face and PEFT, cards, DVC files, training
// recipes and what else can load one. One file per language or format.
//
// A name is a reference only where something loads it. What a key or flag publishes
// (a push target, an output directory, a project) is kept with role push or output and
// never becomes a component; prose, comments and documentation are not read for names.
// Nothing is guessed: a name built at run time stays unresolved with its known prefix.
package references

import "github.com/mlpolicy/mlpolicy/sbom"

// Collectors lists every reader of references.
var Collectors = []sbom.Collector{
	hubConfigCollector,
	adapterConfigCollector,
	cardCollector,
	dvcCollector,
	recipeCollector,
	shellCollector,
	modelfileCollector,
	pythonCollector,
	notebookCollector,
	javascriptCollector,
	terraformCollector,
	tritonCollector,
}

// Linkers join references with what is in the source, in this order.
var Linkers = []sbom.Linker{
	{Name: "references/imports", Link: linkImports},
	{Name: "references/own", Link: linkOwn},
	{Name: "references/written", Link: linkWritten},
	{Name: "references/local", Link: linkLocal},
	{Name: "references/directories", Link: linkDirectories},
	{Name: "references/components", Link: linkComponents},
	{Name: "references/cards", Link: linkCards},
	{Name: "references/bases", Link: linkBases},
	{Name: "references/use", Link: linkUse},
}
