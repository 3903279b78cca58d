package publisher_lookalike_test

import future.keywords.not

import data.mlpolicy.training.publisher_lookalike.deny

base := {"kind": "model", "name": "meta-1lama/Llama-3", "namespace": "meta-1lama", "host": "huggingface", "at": {"path": "a.py", "line": 1}}

fires := {
	"confusable": {},
	"one letter more": {"namespace": "mistralaai"},
	"one letter less": {"namespace": "mistrali"},
	"one other letter": {"namespace": "mistralaj"},
	"two letters swapped": {"namespace": "mistraali"},
}

silent := {
	"four letters": {"namespace": "baax"},
	"publisher": {"namespace": "meta-llama"},
	"other letters": {"namespace": "Meta-Llama"},
	"nobody known": {"namespace": "acme"},
	"not on a hub": {"host": "local"},
	"dataset": {"kind": "dataset"},
	"bare name": {"namespace": ""},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.components as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.components as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_not_on_the_list if {
	count(deny) == 1 with input.components as [object.union(base, {"namespace": "acme"})]
		with data.mlpolicy.settings["TRAIN-007"].publishers as ["meta-llama"]
}

test_on_the_list if {
	count(deny) == 0 with input.components as [base] with data.mlpolicy.settings["TRAIN-007"].publishers as ["meta-1lama"]
}
