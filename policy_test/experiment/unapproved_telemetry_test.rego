package unapproved_telemetry_test

import future.keywords.not

import data.mlpolicy.experiment.unapproved_telemetry.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"callee": "transformers.TrainingArguments", "args": {"report_to": "all"}, "unresolved": [], "at": {"path": "a.py", "line": 3}}

fires := {
	"all": {},
	"list of all": {"args": {"report_to": "['all']"}},
}

silent := {
	"nothing said": {"callee": "trl.SFTConfig", "args": {"report_to": "none"}},
	"named": {"args": {"report_to": "mlflow"}},
	"none": {"args": {"report_to": "none"}},
	"another call": {"callee": "print"},
	"test": {"at": {"path": "tests/a.py"}},
}

found := {
	"all": {{"at": {"line": 3, "path": "a.py"}, "detail": "transformers.TrainingArguments reports to every tracker that is installed", "subject": "a.py"}},
	"list of all": {{"at": {"line": 3, "path": "a.py"}, "detail": "transformers.TrainingArguments reports to every tracker that is installed", "subject": "a.py"}},
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

test_unlisted_tracker if {
	exactly(deny, {{"at": {"line": 3, "path": "a.py"}, "detail": "transformers.TrainingArguments reports to wandb, which is not on the list", "subject": "a.py"}}) with input.calls as [object.union(base, {"args": {"report_to": "['wandb', 'mlflow']"}})]
		with data.mlpolicy.settings["EXP-014"].trackers as ["mlflow"]
}

test_listed_tracker if {
	count(deny) == 0 with input.calls as [object.union(base, {"args": {"report_to": "['mlflow']"}})]
		with data.mlpolicy.settings["EXP-014"].trackers as ["mlflow"]
}

test_all_with_a_list if {
	exactly(deny, {{"at": {"line": 3, "path": "a.py"}, "detail": "transformers.TrainingArguments reports to every tracker that is installed", "subject": "a.py"}}) with input.calls as [base] with data.mlpolicy.settings["EXP-014"].trackers as ["mlflow"]
}

test_nothing_said_with_a_list if {
	silent_call := {"callee": base.callee, "args": {}, "unresolved": [], "at": base.at}
	exactly(deny, {{"at": {"line": 3, "path": "a.py"}, "detail": "transformers.TrainingArguments does not say where it reports to", "subject": "a.py"}}) with input.calls as [silent_call] with data.mlpolicy.settings["EXP-014"].trackers as ["mlflow"]
}

test_quiet_with_a_list if {
	count(deny) == 0 with input.calls as [object.union(base, {"args": {"report_to": "none"}})]
		with data.mlpolicy.settings["EXP-014"].trackers as ["mlflow"]
}

test_nothing_said_without_a_list if {
	count(deny) == 0 with input.calls as [{"callee": base.callee, "args": {}, "unresolved": [], "at": base.at}]
}
