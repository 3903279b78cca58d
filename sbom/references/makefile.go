package references

import (
	"regexp"
	"strings"
)

// makeAssignment is how a Makefile or a justfile gives a variable its value.
var makeAssignment = regexp.MustCompile(`^(?:export[ \t]+|override[ \t]+)*([A-Za-z_]\w*)[ \t]*(?:\?=|::?:?=|\+=|=)[ \t]*(.*)$`)

// makeVariable is how a Makefile uses one.
var makeVariable = regexp.MustCompile(`\$[({]([A-Za-z_]\w*)[)}]`)

// makefileShell writes a Makefile as the shell would see it, line by line: assignments
// without spaces, variables in braces, recipes without what make takes off.
func makefileShell(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.ReplaceAll(makeVariable.ReplaceAllString(line, "$${$1}"), "$$", "$")
		if recipe, ok := strings.CutPrefix(line, "\t"); ok {
			lines[i] = "\t" + strings.TrimLeft(recipe, "@-+ ")
			continue
		}
		lines[i] = assignmentShell(line)
	}
	return strings.Join(lines, "\n")
}

// assignmentShell writes NAME ?= value as NAME="value". A value that goes on in the next
// line, or has quotes of its own, stays as it is.
func assignmentShell(line string) string {
	m := makeAssignment.FindStringSubmatch(strings.TrimRight(line, "\r"))
	if m == nil {
		return line
	}
	value, _, _ := strings.Cut(m[2], " #")
	value = strings.TrimRight(value, " \t")
	if strings.ContainsAny(value, "\"'`") || strings.HasSuffix(value, "\\") {
		return m[1] + "=" + value
	}
	return m[1] + `="` + value + `"`
}

// justVariable is how a justfile uses a variable, justDefault what a recipe's parameter is
// when it is not given (just, "Recipe parameters").
var (
	justVariable = regexp.MustCompile(`\{\{[ \t]*([A-Za-z_]\w*)[ \t]*\}\}`)
	justDefault  = regexp.MustCompile(`[ \t]([A-Za-z_]\w*)=("[^"]*"|'[^']*')`)
)

// justfileShell writes a justfile in the same way.
func justfileShell(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = justVariable.ReplaceAllString(line, "$${$1}")
		switch {
		case strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"):
			lines[i] = "\t" + strings.TrimLeft(line, "@- \t")
		case strings.Contains(line, ":="):
			lines[i] = assignmentShell(line)
		default:
			var defaults []string
			for _, m := range justDefault.FindAllStringSubmatch(line, -1) {
				defaults = append(defaults, m[1]+"="+m[2])
			}
			lines[i] = strings.Join(defaults, " ")
		}
	}
	return strings.Join(lines, "\n")
}

func isMakefile(name string) bool {
	return name == "Makefile" || name == "makefile" || name == "GNUmakefile" || strings.HasPrefix(name, "Makefile.")
}

func isJustfile(name string) bool {
	return strings.EqualFold(name, "justfile") || name == ".justfile" || strings.HasSuffix(name, ".just")
}
