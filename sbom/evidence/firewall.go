package evidence

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxFirewallPorts is up to how many ports a range is written out; a wider one is stated
// by its ends.
const maxFirewallPorts = 16

// lastPort is the end of the range of TCP ports.
const lastPort = 65535

// fromAnywhere are the ways to write every address.
var fromAnywhere = []string{"0.0.0.0/0", "::/0", "*", "0.0.0.0", "Internet", "Any", "any"}

// firewall states what a rule lets in from everywhere: a way in of kind firewall with its
// ports, or firewall_range with the first and the last. Which workload listens there the
// rule does not say.
func (c *cloud) firewall(r resource) {
	get := func(rule value, key string) value { return c.resolve(r.folder, rule.get(key)) }
	switch r.kind {
	case "aws_security_group", "aws_default_security_group", "aws_ec2_security_group":
		for _, key := range []string{"ingress", "security_group_ingress"} {
			for _, rule := range c.get(r, key).each() {
				c.awsRule(r, rule)
			}
		}
	case "aws_security_group_rule":
		if c.get(r, "type").text == "ingress" {
			c.awsRule(r, r.config)
		}
	case "aws_vpc_security_group_ingress_rule", "aws_ec2_security_group_ingress":
		c.awsRule(r, r.config)
	case "google_compute_firewall":
		if strings.EqualFold(c.get(r, "direction").text, "EGRESS") || c.get(r, "disabled").tri() == sbom.Yes || !c.anyone(r, c.get(r, "source_ranges")) {
			return
		}
		for _, allow := range r.config.get("allow").each() {
			if tcp(get(allow, "protocol").text) {
				c.open(r, allow, get(allow, "ports").strings())
			}
		}
	case "azurerm_network_security_group":
		for _, rule := range r.config.get("security_rule").each() {
			c.azureRule(r, rule)
		}
	case "azurerm_network_security_rule":
		c.azureRule(r, r.config)
	}
}

func tcp(protocol string) bool {
	return slices.Contains([]string{"", "tcp", "-1", "all", "*", "6", "Tcp", "TCP"}, protocol)
}

func (c *cloud) anyone(r resource, addresses value) bool {
	for _, a := range addresses.each() {
		if slices.Contains(fromAnywhere, c.resolve(r.folder, a).text) {
			return true
		}
	}
	return false
}

// awsRule reads an ingress rule of a security group, whichever resource holds it.
func (c *cloud) awsRule(r resource, rule value) {
	open := false
	for _, key := range []string{"cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "cidr_ip", "cidr_ipv6"} {
		open = open || c.anyone(r, rule.get(key))
	}
	protocol := c.resolve(r.folder, rule.get("protocol")).text
	if protocol == "" {
		protocol = c.resolve(r.folder, rule.get("ip_protocol")).text
	}
	if !open || !tcp(protocol) {
		return
	}
	from, to := c.resolve(r.folder, rule.get("from_port")).text, c.resolve(r.folder, rule.get("to_port")).text
	if protocol == "-1" {
		c.open(r, rule, nil)
	} else if from != "" && to != "" {
		c.open(r, rule, []string{from + "-" + to})
	}
}

func (c *cloud) azureRule(r resource, rule value) {
	get := func(key string) value { return c.resolve(r.folder, rule.get(key)) }
	from := c.anyone(r, get("source_address_prefix")) || c.anyone(r, get("source_address_prefixes"))
	if !strings.EqualFold(get("direction").text, "Inbound") || !strings.EqualFold(get("access").text, "Allow") || !from || !tcp(strings.ToLower(get("protocol").text)) {
		return
	}
	if ports := append(get("destination_port_range").strings(), get("destination_port_ranges").strings()...); slices.Contains(ports, "*") {
		c.open(r, rule, nil)
	} else if len(ports) > 0 {
		c.open(r, rule, ports)
	}
}

// open adds the ways in; no ports at all is every port.
func (c *cloud) open(r resource, rule value, ports []string) {
	at := rule.at
	if at.Line == 0 || at.Path == "" {
		at = r.at
	}
	way := sbom.Exposure{Name: r.name, Kind: "firewall", Public: sbom.Yes, Auth: sbom.Unstated, TLS: sbom.Unstated, At: at}
	if len(ports) == 0 {
		ports = []string{"0-" + strconv.Itoa(lastPort)}
	}
	for _, text := range ports {
		first, last, ok := strings.Cut(text, "-")
		if !ok {
			last = first
		}
		from, err := strconv.Atoi(strings.TrimSpace(first))
		to, err2 := strconv.Atoi(strings.TrimSpace(last))
		if err != nil || err2 != nil || from > to || to > lastPort {
			continue
		}
		if to-from >= maxFirewallPorts {
			wide := way
			wide.Kind, wide.Ports = "firewall_range", []int{from, to}
			c.inv.Exposures = append(c.inv.Exposures, wide)
			continue
		}
		for port := from; port <= to; port++ {
			way.Ports = append(way.Ports, port)
		}
	}
	if len(way.Ports) > 0 {
		c.inv.Exposures = append(c.inv.Exposures, way)
	}
}
