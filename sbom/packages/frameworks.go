package packages

import (
	_ "embed"
	"strings"
	"sync"
)

// frameworks.txt lists the normalised names of ML frameworks and libraries, one a line.
//
//go:embed frameworks.txt
var frameworksText string

var frameworks = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(frameworksText) {
		if name := strings.TrimSpace(line); name != "" && name[0] != '#' {
			set[name] = true
		}
	}
	return set
})

// isFramework takes a normalised name.
func isFramework(name string) bool { return frameworks()[name] }
