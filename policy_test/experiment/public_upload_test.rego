package public_upload_test

import future.keywords.not

import data.mlpolicy.experiment.public_upload.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"callee": "model.push_to_hub", "args": {"0": "acme/m"}, "unresolved": [], "at": {"path": "a.py", "line": 5}}

fires := {
	"push": {},
	"push in public": {"args": {"private": "False"}},
	"create": {"callee": "huggingface_hub.create_repo"},
	"training arguments": {"callee": "transformers.TrainingArguments", "args": {"push_to_hub": "True"}},
	"training arguments in public": {"callee": "trl.SFTConfig", "args": {"push_to_hub": "True", "hub_private_repo": "False"}},
	"anonymous": {"callee": "wandb.init", "args": {"anonymous": "allow"}},
}

silent := {
	"another call": {"callee": "acme.init", "args": {"anonymous": "allow"}},
	"another configuration": {"callee": "acme.Config", "args": {"push_to_hub": "True"}},
	"private": {"args": {"private": "True"}},
	"positional": {"args": {"0": "acme/m", "3": "True"}},
	"decided at run time": {"unresolved": ["private"]},
	"unpacked": {"unresolved": ["**"]},
	"trainer": {"callee": "trainer.push_to_hub"},
	"self": {"callee": "self.push_to_hub"},
	"card": {"callee": "card.push_to_hub"},
	"model card": {"callee": "model_card.push_to_hub"},
	"private training": {"callee": "trl.SFTConfig", "args": {"push_to_hub": "True", "hub_private_repo": "True"}},
	"training without push": {"callee": "trl.SFTConfig", "args": {"push_to_hub": "False"}},
	"private repository": {"callee": "huggingface_hub.create_repo", "args": {"private": "True"}},
	"named run": {"callee": "wandb.init", "args": {"anonymous": "never"}},
	"test": {"at": {"path": "tests/a.py"}},
}

found := {
	"push": {{"at": {"line": 5, "path": "a.py"}, "detail": "model.push_to_hub publishes: private is not given", "subject": "a.py"}},
	"push in public": {{"at": {"line": 5, "path": "a.py"}, "detail": "model.push_to_hub publishes: private is False", "subject": "a.py"}},
	"create": {{"at": {"line": 5, "path": "a.py"}, "detail": "huggingface_hub.create_repo creates a public repository: private is not given", "subject": "a.py"}},
	"training arguments": {{"at": {"line": 5, "path": "a.py"}, "detail": "transformers.TrainingArguments publishes the model: hub_private_repo is not given", "subject": "a.py"}},
	"training arguments in public": {{"at": {"line": 5, "path": "a.py"}, "detail": "trl.SFTConfig publishes the model: hub_private_repo is False", "subject": "a.py"}},
	"anonymous": {{"at": {"line": 5, "path": "a.py"}, "detail": "wandb.init allows anonymous runs, which anybody can read", "subject": "a.py"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.calls as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.calls as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_clone if {
	count(deny) == 0 with input.calls as [object.union(object.remove(base, ["args"]), {"args": {"commit_message": "done"}})]
}

test_named_repository if {
	count(deny) == 1 with input.calls as [object.union(object.remove(base, ["args"]), {"args": {"repo_id": "acme/m"}})]
}
