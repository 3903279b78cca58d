package open_notebook_test

import future.keywords.not

import data.mlpolicy.experiment.open_notebook.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "lab", "role": "notebook", "command": ["jupyter", "lab"], "args": [], "listens": [], "at": {"path": "compose.yml", "line": 3}}

fires := {
	"empty token": {"args": ["--ip=0.0.0.0", "--NotebookApp.token=''"]},
	"empty token at the end": {"args": ["--ServerApp.token="]},
	"in a shell line": {"command": ["sh", "-c", "start-notebook.sh --NotebookApp.token='' --allow-root"]},
	"listener": {"listens": [{"address": "0.0.0.0", "auth": "no"}]},
}

silent := {
	"token": {"args": ["--ServerApp.token=$TOKEN"]},
	"loopback": {"args": ["--ip=127.0.0.1", "--NotebookApp.token=''"]},
	"listener with a login": {"listens": [{"address": "0.0.0.0", "auth": "yes"}]},
	"listener on loopback": {"listens": [{"address": "127.0.0.1", "auth": "no"}]},
	"another role": {"role": "other", "listens": [{"address": "0.0.0.0", "auth": "no"}]},
	"test": {"args": ["--NotebookApp.token="], "at": {"path": "tests/compose.yml"}},
}

found := {
	"empty token": {{"at": {"line": 3, "path": "compose.yml"}, "detail": "notebook server lab is started with an empty token", "subject": "lab"}},
	"empty token at the end": {{"at": {"line": 3, "path": "compose.yml"}, "detail": "notebook server lab is started with an empty token", "subject": "lab"}},
	"in a shell line": {{"at": {"line": 3, "path": "compose.yml"}, "detail": "notebook server lab is started with an empty token", "subject": "lab"}},
	"listener": {{"at": {"line": 3, "path": "compose.yml"}, "detail": "notebook server lab listens on 0.0.0.0 without authentication", "subject": "lab"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.workloads as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.workloads as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
