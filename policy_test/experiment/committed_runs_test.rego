package committed_runs_test

import future.keywords.not

import data.mlpolicy.experiment.committed_runs.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"file": {"path": "mlruns/0/meta.yaml", "storage": "git"}}

fires := {
	"file": {"files": [base.file]},
	"several files of one store": {"files": [base.file, object.union(base.file, {"path": "mlruns/1/meta.yaml"})]},
	"run": {"runs": [{"committed": "yes", "at": {"path": "exp/wandb/run-1/files/config.yaml"}}]},
	"database": {"files": [{"path": "mlflow.db", "storage": "lfs"}]},
	"database that a tracker uses": {"stores": [{"kind": "tracker", "uri": "exp/mlflow.db", "at": {"path": "exp/mlflow.db"}}]},
}

silent := {
	"another store": {"stores": [{"kind": "bucket", "uri": "exp/mlflow.db", "at": {"path": "exp/mlflow.db"}}]},
	"tracker named in a run folder": {"stores": [{"kind": "tracker", "uri": "https://a.org", "at": {"path": "mlruns/x.yaml"}}]},
	"not known to be in git": {"files": [object.union(base.file, {"storage": "plain"})]},
	"run that is not committed": {"runs": [{"committed": "unstated", "at": {"path": "mlruns/1/meta.yaml"}}]},
	"test": {"files": [object.union(base.file, {"path": "tests/mlruns/0/meta.yaml"})]},
	"another file": {"files": [object.union(base.file, {"path": "src/wandb.py"})]},
}

found := {
	"file": {{"at": {"path": "mlruns/0/meta.yaml"}, "detail": "1 files of a run store are under version control", "subject": "mlruns"}},
	"several files of one store": {{"at": {"path": "mlruns/0/meta.yaml"}, "detail": "2 files of a run store are under version control", "subject": "mlruns"}},
	"run": {{"at": {"path": "exp/wandb/run-1/files/config.yaml"}, "detail": "1 files of a run store are under version control", "subject": "exp/wandb"}},
	"database": {{"at": {"path": "mlflow.db"}, "detail": "1 files of a run store are under version control", "subject": "mlflow.db"}},
	"database that a tracker uses": {{"at": {"path": "exp/mlflow.db"}, "detail": "1 files of a run store are under version control", "subject": "exp/mlflow.db"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}

test_two_stores if {
	exactly(deny, {{"at": {"path": "a/wandb/run-1/x"}, "detail": "1 files of a run store are under version control", "subject": "a/wandb"}, {"at": {"path": "mlruns/0/meta.yaml"}, "detail": "1 files of a run store are under version control", "subject": "mlruns"}}) with input.files as [base.file, {"path": "a/wandb/run-1/x", "storage": "git"}]
}
