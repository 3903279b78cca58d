package refs_test

import future.keywords.not

import data.mlpolicy.lib.refs

test_subject_is_the_uri if refs.subject({"uri": "hf://a/b", "name": "a/b"}) == "hf://a/b"

test_subject_is_the_name if refs.subject({"uri": "", "name": "a/b"}) == "a/b"

test_subject_is_the_file if refs.subject({"uri": "", "name": "", "at": {"path": "a.py"}}) == "a.py"

test_named_by_its_name if refs.named({"name": "a/b"}) == "a/b"

test_named_at_run_time if refs.named({"name": ""}) == "named at run time"
