package dangerous_weights_test

import future.keywords.not

import data.mlpolicy.training.dangerous_weights.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "m.bin", "sha256": "aa", "imports": [], "oddities": [], "templates": [], "operators": [], "external": []}

fires := {
	"command": {"imports": [{"qualified": "posix.system", "mode": "call", "state": "resolved", "member": "", "offset": 7}]},
	"nested pickle in a member": {"imports": [{"qualified": "torch.storage._load_from_bytes", "mode": "call", "state": "resolved", "member": "data.pkl", "offset": 7}]},
	"name that ends badly": {"imports": [{"qualified": "acme.tools.download_url", "mode": "ref", "state": "resolved", "member": "", "offset": 7}]},
	"call of a name that ends badly": {"imports": [{"qualified": "acme.tools.download_url", "mode": "call", "state": "resolved", "member": "", "offset": 7}]},
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

found := {
	"name that ends badly": {{"at": {"offset": 7, "path": "m.bin"}, "certainty": "likely", "detail": "resolves acme.tools.download_url (ref): opens connections", "key": "aa acme.tools.download_url", "subject": "m.bin"}},
	"call of a name that ends badly": {{"at": {"offset": 7, "path": "m.bin"}, "certainty": "certain", "detail": "resolves acme.tools.download_url (call): opens connections", "key": "aa acme.tools.download_url", "subject": "m.bin"}},
	"command": {{"at": {"offset": 7, "path": "m.bin"}, "certainty": "certain", "detail": "resolves posix.system (call): runs commands", "key": "aa posix.system", "subject": "m.bin"}},
	"nested pickle in a member": {{"at": {"offset": 7, "path": "m.bin"}, "certainty": "certain", "detail": "resolves torch.storage._load_from_bytes in data.pkl (call): loads another pickle", "key": "aa torch.storage._load_from_bytes", "subject": "m.bin"}},
	"computed name": {{"at": {"offset": 7, "path": "m.bin"}, "certainty": "certain", "detail": "resolves  (call): is named when the file is loaded", "key": "aa ", "subject": "m.bin"}},
	"dunder": {{"at": {"offset": 7, "path": "m.bin"}, "certainty": "certain", "detail": "resolves collections.OrderedDict.__init__.__globals__ (ref): reaches behind the object", "key": "aa collections.OrderedDict.__init__.__globals__", "subject": "m.bin"}},
	"hidden content": {{"at": {"offset": 9, "path": "m.bin"}, "detail": "hides content (frame_straddle): a frame ends inside a string", "key": "aa frame_straddle", "subject": "m.bin"}},
	"template": {{"at": {"offset": 0, "path": "m.bin"}, "detail": "template tokenizer.chat_template reaches __globals__, which no chat needs", "key": "aa tokenizer.chat_template __globals__", "subject": "m.bin"}},
	"template with a private name": {{"at": {"offset": 0, "path": "m.bin"}, "detail": "template chat_template reaches _TemplateReference__context, which no chat needs", "key": "aa chat_template _TemplateReference__context", "subject": "m.bin"}},
	"template with attr": {{"at": {"offset": 0, "path": "m.bin"}, "detail": "template chat_template reaches |attr, which no chat needs", "key": "aa chat_template |attr", "subject": "m.bin"}},
	"data elsewhere": {{"at": {"path": "m.bin"}, "detail": "has its data at /etc/passwd, outside of the model (absolute)", "key": "aa /etc/passwd", "subject": "m.bin"}},
	"operator": {{"at": {"offset": 0, "path": "m.bin"}, "detail": "operator PyFunc runs code when the model is used", "key": "aa PyFunc", "subject": "m.bin"}},
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
