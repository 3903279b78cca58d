package dangerous_weights_test

import future.keywords.not

import data.mlpolicy.training.dangerous_weights.deny

base := {"path": "m.bin", "sha256": "aa", "imports": [], "oddities": [], "templates": [], "operators": [], "external": []}

fires := {
	"command": {"imports": [{"qualified": "posix.system", "mode": "call", "state": "resolved", "member": "", "offset": 7}]},
	"nested pickle in a member": {"imports": [{"qualified": "torch.storage._load_from_bytes", "mode": "call", "state": "resolved", "member": "data.pkl", "offset": 7}]},
	"computed name": {"imports": [{"qualified": "", "mode": "call", "state": "computed", "member": "", "offset": 7}]},
	"dunder": {"imports": [{"qualified": "collections.OrderedDict.__init__.__globals__", "mode": "ref", "state": "resolved", "member": "", "offset": 7}]},
	"hidden content": {"oddities": [{"code": "frame_straddle", "detail": "a frame ends inside a string", "offset": 9}]},
	"template": {"templates": [{"key": "tokenizer.chat_template", "accesses": ["__globals__"], "offset": 0}]},
	"template with a private name": {"templates": [{"key": "chat_template", "accesses": ["_TemplateReference__context"], "offset": 0}]},
	"template with attr": {"templates": [{"key": "chat_template", "accesses": ["|attr"], "offset": 0}]},
	"data elsewhere": {"external": [{"location": "/etc/passwd", "kind": "absolute"}]},
	"operator": {"operators": [{"name": "PyFunc", "kind": "code", "offset": 0}]},
}

silent := {
	"state dict": {"imports": [{"qualified": "collections.OrderedDict", "mode": "call", "state": "resolved", "member": "", "offset": 7}]},
	"class of a script": {"imports": [{"qualified": "__main__.Net", "mode": "new", "state": "resolved", "member": "", "offset": 7}]},
	"data beside it": {"external": [{"location": "model.data", "kind": "relative"}]},
	"harmless oddity": {"oddities": [{"code": "extra_newline", "detail": "", "offset": 9}]},
	"harmless template": {"templates": [{"key": "chat_template", "accesses": ["strftime_now"], "offset": 0}]},
	"custom operator": {"operators": [{"name": "Acme", "kind": "custom", "offset": 0}]},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.weights as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.weights as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
