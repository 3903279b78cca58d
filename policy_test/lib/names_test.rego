package names_test

import future.keywords.not

import data.mlpolicy.lib.names

imitations := {
	"other digit": ["me1a-llama", "mela-llama"],
	"two characters for one": ["rnistralai", "mistralai"],
	"inserted": ["mistraalai", "mistralai"],
	"deleted": ["mistrlai", "mistralai"],
	"replaced": ["mistrabai", "mistralai"],
	"swapped": ["mitsralai", "mistralai"],
	"Cyrillic": ["mistrаlai", "mistralai"],
}

test_imitates[name] if {
	some name, pair in imitations
	names.imitates(pair[0], pair[1])
}

different := {
	"same": ["mistralai", "mistralai"],
	"other case": ["MistralAI", "mistralai"],
	"two edits": ["mistrala", "mistralbi"],
	"short": ["qwan", "Qwen"],
	"other": ["acme", "mistralai"],
}

test_does_not_imitate[name] if {
	some name, pair in different
	not names.imitates(pair[0], pair[1])
}
