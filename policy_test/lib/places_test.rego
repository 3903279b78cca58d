package places_test

import future.keywords.not

import data.mlpolicy.lib.places

test_in_the_root if places.within("a.py", "")

test_below if places.within("one/two/a.py", "one")

test_beside if not places.within("once/a.py", "on")
