package publisher_lookalike_test

import future.keywords.not

import data.mlpolicy.training.publisher_lookalike.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"confusable": {{"at": {"line": 1, "path": "a.py"}, "detail": "publisher meta-1lama of meta-1lama/Llama-3 reads like meta-llama, and is not", "subject": "meta-1lama/Llama-3"}},
	"one letter more": {{"at": {"line": 1, "path": "a.py"}, "detail": "publisher mistralaai of meta-1lama/Llama-3 reads like mistralai, and is not", "subject": "meta-1lama/Llama-3"}},
	"one letter less": {{"at": {"line": 1, "path": "a.py"}, "detail": "publisher mistrali of meta-1lama/Llama-3 reads like mistralai, and is not", "subject": "meta-1lama/Llama-3"}},
	"one other letter": {{"at": {"line": 1, "path": "a.py"}, "detail": "publisher mistralaj of meta-1lama/Llama-3 reads like mistralai, and is not", "subject": "meta-1lama/Llama-3"}},
	"two letters swapped": {{"at": {"line": 1, "path": "a.py"}, "detail": "publisher mistraali of meta-1lama/Llama-3 reads like mistralai, and is not", "subject": "meta-1lama/Llama-3"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.components as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.components as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_not_on_the_list if {
	exactly(deny, {{"at": {"line": 1, "path": "a.py"}, "detail": "model meta-1lama/Llama-3 is published by acme, which is not on the list", "subject": "meta-1lama/Llama-3"}}) with input.components as [object.union(base, {"namespace": "acme"})]
		with data.mlpolicy.settings["TRAIN-007"].publishers as ["meta-llama"]
}

test_on_the_list if {
	count(deny) == 0 with input.components as [base] with data.mlpolicy.settings["TRAIN-007"].publishers as ["meta-1lama"]
}

beside(line) := [base, object.union(base, {"name": "meta-llama/Llama-3", "namespace": "meta-llama", "at": {"path": "a.py", "line": line}})]

test_both_in_one_line if count(deny) == 0 with input as {"components": beside(1)}

test_both_in_two_lines if count(deny) == 1 with input as {"components": beside(2)}
