# METADATA
# description: Where in a data file something was counted.
package mlpolicy.lib.rows

import future.keywords.not

# first is the place of the first row with something of these kinds, or the file itself.
first(dataset, kinds) := places[0] if {
	places := _places(dataset, kinds)
	count(places) > 0
}

first(dataset, kinds) := dataset.at if count(_places(dataset, kinds)) == 0

_places(dataset, kinds) := [example.at |
	some example in dataset.examples
	example.kind in kinds
]
