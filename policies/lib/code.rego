# METADATA
# description: How to read the arguments of a call.
package mlpolicy.lib.code

import future.keywords.not

# last is what follows the last dot of a callee.
last(callee) := parts[count(parts) - 1] if parts := split(callee, ".")

# given holds when the argument is passed, whether or not its value is known.
given(call, name) if call.args[name]

given(call, name) if name in call.unresolved

given(call, _) if "**" in call.unresolved

# on holds for the ways a file spells a switch that is on.
on(value) if lower(value) in {"true", "1", "yes", "on"}

# off holds for the ways a file spells a switch that is off.
off(value) if lower(value) in {"false", "0", "no", "off"}
