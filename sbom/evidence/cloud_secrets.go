package evidence

import (
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// passwordName matches names of arguments and variables of infrastructure code whose
// value is a credential. A plain "secret" or "credentials" names an object there.
var passwordName = regexp.MustCompile(`(?i)(^|[_.-])(password|passwd|passphrase|token|api_?key|access_?key|secret_?key|private_?key|auth_?key|master_?key)$`)

// passwords states the passwords that infrastructure code spells out, as the value of an
// argument or as the default of a variable. What has the mark of an issuer is found in
// every file (see secretRules) and not stated twice.
func (c *cloud) passwords(r resource) {
	switch r.mode {
	case "variable":
		_, name, ok := strings.Cut(r.name, ".") // parameters.x of a template
		if !ok {
			name = r.name
		}
		c.password(name, r.config, r.at)
	case "resource":
		c.passwordsOf(r.config, r.at, 0)
	}
}

func (c *cloud) passwordsOf(v value, at sbom.At, depth int) {
	if depth > maxValueDepth {
		return
	}
	for _, item := range v.list {
		c.passwordsOf(item, at, depth+1)
	}
	for _, key := range sortedKeys(v.fields) {
		field := v.fields[key]
		if field.text != "" {
			c.password(key, field, at)
		} else {
			c.passwordsOf(field, at, depth+1)
		}
	}
}

// password states one; at is the place of what it is in, for values without their own.
func (c *cloud) password(name string, v value, at sbom.At) {
	if !v.known || !passwordName.MatchString(snake(name)) || named.MatchString(v.text) || !isSecret(snake(name), v.text) {
		return
	}
	for _, rule := range secretRules {
		if rule.pattern.MatchString(v.text) {
			return
		}
	}
	if v.at.Line > 0 && v.at.Path != "" {
		at = v.at
	}
	c.inv.Secrets = append(c.inv.Secrets, sbom.Secret{Rule: "password", Context: "infrastructure", At: at})
}
