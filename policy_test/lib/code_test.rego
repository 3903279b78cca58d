package code_test

import future.keywords.not

import data.mlpolicy.lib.code

# switches are the ways YAML, Python and environment variables write a switch.
test_on[value] if {
	some value in {"true", "True", "1", "yes", "YES", "on"}
	code.on(value)
	not code.off(value)
}

test_off[value] if {
	some value in {"false", "False", "0", "no", "off", "OFF"}
	code.off(value)
	not code.on(value)
}

test_neither[value] if {
	some value in {"", "maybe", "2"}
	not code.on(value)
	not code.off(value)
}
