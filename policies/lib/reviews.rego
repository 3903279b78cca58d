# METADATA
# description: >-
#   Who has to agree to a change, and who did. A team that owns a path is known by name only, so the
#   approval of anybody but the author counts for it; the host of the repository knows its members.
package mlpolicy.lib.reviews

import future.keywords.not

# without_owner are the changes that nobody approved who may: an owner of the path who is not
# the author, or anybody but the author where no rule names an owner.
without_owner contains change if {
	some change in input.change
	not _approved(change)
}

_others := {login | some login in input.review.approvals; lower(login) != lower(input.review.author)}

_owners(change) := {owner |
	some rule in input.review.code_owners
	change.at.path in rule.matches
	some owner in rule.owners
}

_approved(change) if {
	count(_owners(change)) == 0
	count(_others) > 0
}

_approved(change) if {
	some owner in _owners(change)
	contains(owner, "/")
	count(_others) > 0
}

_approved(change) if {
	names := {lower(trim_prefix(owner, "@")) | some owner in _owners(change)}
	some login in _others
	lower(login) in names
}

# wanted says who should have approved.
wanted(change) := $"an owner ({listed})" if {
	count(_owners(change)) > 0
	listed := concat(", ", _owners(change))
}

wanted(change) := "anybody but its author (nobody owns the path)" if count(_owners(change)) == 0
