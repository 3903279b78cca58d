# METADATA
# description: Where in a source a finding is, and whether that place counts.
package mlpolicy.lib.places

import future.keywords.not

# skipped holds when the path matches one of the patterns.
skipped(path, patterns) if {
	some pattern in patterns
	regex.match(pattern, path)
}

# line names a line of a file, to tell whether two facts speak of the same place.
line(at) := $"{at.path}:{at.line}"

# folder is the directory of a path, "" at the root.
folder(path) := concat("/", array.slice(split(path, "/"), 0, count(split(path, "/")) - 1))

# within holds for a path in a folder, at any depth; everything is in the root.
within(_, folder) if folder == ""

within(path, folder) if startswith(path, $"{folder}/")
