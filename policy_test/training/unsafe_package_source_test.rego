package unsafe_package_source_test

import future.keywords.not

import data.mlpolicy.training.unsafe_package_source.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "tools", "option": "", "url": "git+https://github.com/acme/tools", "revision": "main", "scope": "", "at": {"path": "requirements.txt", "line": 2}}

fires := {
	"branch": {},
	"no revision": {"revision": ""},
	"editable": {"option": "--editable"},
	"no name": {"name": ""},
	"extra index": {"name": "", "option": "--extra-index-url", "url": "http://pypi.acme.example/simple"},
	"trusted host": {"name": "", "option": "--trusted-host", "url": "pypi.acme.example"},
}

silent := {
	"another option": {"option": "--requirement"},
	"archive": {"url": "https://host/tools-1.0.tar.gz"},
	"full commit": {"revision": "0123456789012345678901234567890123456789"},
	"index": {"url": ""},
	"development": {"scope": "dev"},
	"one index": {"option": "--index-url", "url": "https://pypi.acme.example/simple"},
	"documentation": {"at": {"path": "docs/requirements.txt"}},
	"extra index of the documentation": {"option": "--extra-index-url", "at": {"path": "docs/requirements.txt"}},
	"trusted host of the documentation": {"option": "--trusted-host", "at": {"path": "docs/requirements.txt"}},
}

found := {
	"branch": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "tools is installed from git+https://github.com/acme/tools at main, which is not a full commit", "subject": "tools"}},
	"no revision": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "tools is installed from git+https://github.com/acme/tools without a commit", "subject": "tools"}},
	"editable": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "tools is installed from git+https://github.com/acme/tools at main, which is not a full commit", "subject": "tools"}},
	"no name": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "git+https://github.com/acme/tools is installed at main, which is not a full commit", "subject": "git+https://github.com/acme/tools"}},
	"extra index": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "packages come from http://pypi.acme.example/simple or the first index, whichever has the higher version", "subject": "http://pypi.acme.example/simple"}},
	"trusted host": {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "--trusted-host pypi.acme.example installs without checking who serves the packages", "subject": "--trusted-host"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.packages as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.packages as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_known_index if {
	count(deny) == 0 with input.packages as [object.union(base, fires["extra index"])]
		with data.mlpolicy.settings["TRAIN-011"].indexes as ["http://pypi.acme.example/"]
}

test_another_index if {
	exactly(deny, {{"at": {"line": 2, "path": "requirements.txt"}, "detail": "packages come from http://pypi.acme.example/simple or the first index, whichever has the higher version", "subject": "http://pypi.acme.example/simple"}}) with input.packages as [object.union(base, fires["extra index"])]
		with data.mlpolicy.settings["TRAIN-011"].indexes as ["https://elsewhere/"]
}
