package untrusted_training_test

import future.keywords.not

import data.mlpolicy.pipeline.untrusted_training.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "train", "purposes": ["train"], "condition": "contains(github.event.comment.body, '/train')", "needs": [], "runs_on": ["gpu"], "triggers": [{"event": "issue_comment"}], "steps": [{"condition": "", "run": "python train.py", "with": {}, "at": {"path": "ci.yml"}}], "at": {"path": "ci.yml", "line": 4}}

asking := {"name": "ask", "purposes": [], "condition": "github.event.comment.author_association == 'MEMBER'", "needs": [], "runs_on": [], "triggers": [], "steps": [], "at": {"path": "ci.yml"}}

fires := {
	"comment": {"pipelines": [base]},
	"machine": {"pipelines": [object.union(base, {"purposes": ["test"], "runs_on": ["linux", "a100"]})]},
	"waits for a job that does not ask": {"pipelines": [object.union(base, {"needs": ["ask"]}), object.union(asking, {"condition": ""})]},
	"somebody else asks": {"pipelines": [base, asking]},
	"asked elsewhere": {"pipelines": [object.union(base, {"needs": ["ask"]}), object.union(asking, {"at": {"path": "other.yml"}})]},
}

silent := {
	"push": {"pipelines": [object.union(base, {"triggers": [{"event": "push"}]})]},
	"cheap": {"pipelines": [object.union(base, {"purposes": ["test"], "runs_on": ["ubuntu-latest"]})]},
	"association": {"pipelines": [object.union(base, {"condition": "github.event.comment.author_association == 'MEMBER'"})]},
	"asked in a step": {"pipelines": [object.union(base, {"steps": [{"condition": "", "run": "", "with": {"script": "getCollaboratorPermissionLevel()"}, "at": {"path": "ci.yml"}}]})]},
	"waits for a job that asks": {"pipelines": [object.union(base, {"needs": ["ask"]}), asking]},
}

found := {
	"comment": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job train trains a model and anybody starts it (issue_comment)", "subject": "ci.yml"}},
	"machine": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job train runs on a100 and anybody starts it (issue_comment)", "subject": "ci.yml"}},
	"waits for a job that does not ask": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job train trains a model and anybody starts it (issue_comment)", "subject": "ci.yml"}},
	"somebody else asks": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job train trains a model and anybody starts it (issue_comment)", "subject": "ci.yml"}},
	"asked elsewhere": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job train trains a model and anybody starts it (issue_comment)", "subject": "ci.yml"}},
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
