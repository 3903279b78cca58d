package unlisted_imports_test

import future.keywords.not

import data.mlpolicy.training.unlisted_imports.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "m.bin", "imports": [{"qualified": "acme.net.Net", "mode": "call", "state": "resolved", "member": "", "offset": 7}]}

fires := {
	"class of somebody": {},
	"many": {"imports": [{"qualified": $"acme.net.Net{n}", "mode": "call", "state": "resolved", "offset": n} | some n in numbers.range(1, 7)]},
}

silent := {
	"state dict": {"imports": [{"qualified": "torch._utils._rebuild_tensor_v2", "mode": "call", "state": "resolved", "offset": 7}]},
	"type": {"imports": [{"qualified": "torch.FloatStorage", "mode": "ref", "state": "resolved", "offset": 7}]},
	"estimator": {"imports": [{"qualified": "sklearn.linear_model._logistic.LogisticRegression", "mode": "new", "state": "resolved", "offset": 7}]},
	"instance of a class": {"imports": [{"qualified": "acme.net.Net", "mode": "new", "state": "resolved", "offset": 7}]},
	"dangerous, which another control says": {"imports": [{"qualified": "posix.system", "mode": "call", "state": "resolved", "offset": 7}]},
}

found := {
	"class of somebody": {{"at": {"offset": 7, "path": "m.bin"}, "detail": "1 names are on no list: acme.net.Net", "subject": "m.bin"}},
	"many": {{"at": {"offset": 1, "path": "m.bin"}, "detail": "7 names are on no list: acme.net.Net1, acme.net.Net2, acme.net.Net3, acme.net.Net4, acme.net.Net5, ...", "subject": "m.bin"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.weights as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.weights as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_listed if {
	count(deny) == 0 with input.weights as [base] with data.mlpolicy.settings["TRAIN-025"].allowed_imports as ["acme.net.Net"]
}

test_shows_five_names if {
	some found in deny with input.weights as [object.union(base, fires.many)]
	found.detail == "7 names are on no list: acme.net.Net1, acme.net.Net2, acme.net.Net3, acme.net.Net4, acme.net.Net5, ..."
	found.at.offset == 1
}
