package pipe_to_shell_test

import future.keywords.not

import data.mlpolicy.pipeline.pipe_to_shell.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"callee": "pipe to shell", "args": {"0": "https://get.example.com/install.sh", "fetch": "curl", "shell": "bash"}, "checks_hash": "no", "at": {"path": "setup.sh", "line": 3}}

fires := {
	"download": {"calls": [base]},
	"address that is not known": {"calls": [object.union(base, {"args": {"0": "$URL"}})]},
}

silent := {
	"another call": {"calls": [object.union(base, {"callee": "curl"})]},
	"digest is compared": {"calls": [object.union(base, {"checks_hash": "yes"})]},
	"documentation": {"calls": [object.union(base, {"at": {"path": "docs/setup.sh"}})]},
}

found := {
	"download": {{"at": {"line": 3, "path": "setup.sh"}, "detail": "curl of https://get.example.com/install.sh is piped into bash", "subject": "setup.sh"}},
	"address that is not known": {{"at": {"line": 3, "path": "setup.sh"}, "detail": "curl of $URL is piped into bash", "subject": "setup.sh"}},
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

test_trusted_host if {
	count(deny) == 0 with input as fires.download with data.mlpolicy.settings["CI-016"].trusted_hosts as ["get.example.com"]
}
