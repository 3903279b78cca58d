# METADATA
# description: What a revision is worth, and how to say so.
package mlpolicy.lib.refs

import future.keywords.not

# hubs are the public hosts where a name is looked up at load time.
hubs := {"huggingface", "modelscope"}

# moving are the kinds of revision that can mean other bytes tomorrow.
moving := {"none", "branch", "tag", "pull"}

# wants says what is wrong with a revision, in words.
wants(_, kind) := "without a revision" if kind == "none"

wants(revision, kind) := $"at branch \"{revision}\", which moves" if kind == "branch"

wants(revision, kind) := $"at tag \"{revision}\", which can be moved" if kind == "tag"

wants(revision, kind) := $"at pull request \"{revision}\", which its author can change" if kind == "pull"

# subject is the stable name of what a reference names.
subject(ref) := ref.uri if ref.uri != ""

subject(ref) := ref.name if {
	ref.uri == ""
	ref.name != ""
}

subject(ref) := ref.at.path if {
	ref.uri == ""
	ref.name == ""
}

# named is what a reference is called, in words.
named(ref) := ref.name if ref.name != ""

named(ref) := "named at run time" if ref.name == ""

# certainty of a load: what is named at run time may be what nobody has to fear, a folder of
# the machine or a pinned copy.
certainty(ref) := "certain" if ref.name != ""

certainty(ref) := "likely" if ref.name == ""

# of_service holds for a bare name that the same place hands to a hosted service as well: what
# the hub has of that name is not meant.
of_service(ref) if {
	not contains(ref.name, "/")
	_place(ref.at) in _serviced
}

_serviced contains _place(ref.at) if {
	some ref in input.references
	not ref.host in hubs
	not ref.host in {"", "local"}
}

_place(at) := $"{at.path}:{at.line}:{at.column}"
