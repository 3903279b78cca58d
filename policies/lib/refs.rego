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
