# METADATA
# description: What a URL says about the host it leads to. Nothing is looked up.
package mlpolicy.lib.hosts

import future.keywords.not

# of is the host of a URL in lower case, without user, port and brackets.
of(url) := host if {
	pattern := `^[a-z][a-z0-9+.-]*://(?:[^/?#]*@)?(?:\[([^\]]*)\]|([^/?#:]*))`
	found := regex.find_all_string_submatch_n(pattern, lower(url), 1)[0]
	host := concat("", [found[1], found[2]])
	host != ""
}

# templated holds for a URL that is filled in later, so that its host is not known.
templated(url) if regex.match(`[${}<>*%]|\byour[-_]`, url)

# loopback holds for names and addresses of the machine itself.
loopback(host) if regex.match(`^(localhost|.+\.localhost|127\.[0-9.]+|0\.0\.0\.0|::1?|host\.docker\.internal)$`, host)

# private_address holds for RFC 1918, link-local and unique local addresses.
private_address(host) if {
	regex.match(`^(10|192\.168|172\.(1[6-9]|2[0-9]|3[01])|169\.254)\.[0-9.]+$`, host)
}

private_address(host) if regex.match(`^(fe80|f[cd][0-9a-f]{2}):`, host)

# internal_name holds for names that only a cluster, a compose network or a LAN resolves.
internal_name(host) if regex.match(`^[^.:]+$`, host)

internal_name(host) if regex.match(`\.(local|internal|svc|lan|home\.arpa)$|\.svc\.`, host)

# local holds for a host that traffic reaches without leaving the site.
local(host) if loopback(host)

local(host) if private_address(host)

local(host) if internal_name(host)

# plaintext_remote holds for an http:// URL that leaves the site.
plaintext_remote(url) if {
	startswith(lower(url), "http://")
	not templated(url)
	not local(of(url))
}

# any_address holds for a listening address that accepts connections from everywhere.
any_address(address) if address in {"0.0.0.0", "::", "[::]", "*"}
