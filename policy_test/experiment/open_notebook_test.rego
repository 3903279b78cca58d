package open_notebook_test

import future.keywords.not

import data.mlpolicy.experiment.open_notebook.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.workloads as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.workloads as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
