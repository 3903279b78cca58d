package unhashed_url_list_test

import future.keywords.not

import data.mlpolicy.data.unhashed_url_list.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "urls.parquet", "rows": 9, "shape": "", "columns": [{"name": "image_url", "type": "url"}, {"name": "caption", "type": "string"}], "at": {"path": "urls.parquet"}}

fires := {
	"images": {},
	"list of addresses": {"shape": "urls", "columns": [{"name": "u", "type": "url"}]},
}

silent := {
	"list of texts": {"shape": "urls", "columns": [{"name": "text", "type": "string"}]},
	"text in a column of that name": {"columns": [{"name": "image_url", "type": "string"}]},
	"digests beside": {"columns": [{"name": "image_url", "type": "url"}, {"name": "sha256", "type": "hash"}]},
	"address of the source": {"columns": [{"name": "url", "type": "url"}, {"name": "text", "type": "string"}]},
	"no addresses": {"columns": [{"name": "text", "type": "string"}]},
	"test": {"path": "tests/urls.csv"},
}

found := {
	"images": {{"at": {"path": "urls.parquet"}, "detail": "9 addresses (image_url) and no digest of what they lead to", "subject": "urls.parquet"}},
	"list of addresses": {{"at": {"path": "urls.parquet"}, "detail": "9 addresses (u) and no digest of what they lead to", "subject": "urls.parquet"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.datasets as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.datasets as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
