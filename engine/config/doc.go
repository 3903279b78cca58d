// Package config reads mlpolicy.hcl: packs, stages, levels, waivers, trust and
// environments. Every mistake is a diagnostic with file, line and the source it is about.
// It reads no other file: sources, keys and paths are returned as written.
package config

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// Error is everything that is wrong with one configuration file.
type Error struct {
	Diagnostics hcl.Diagnostics
	files       map[string]*hcl.File
}

// diagnosticWidth wraps the text of diagnostics; wide enough for paths.
const diagnosticWidth = 100

// Error writes the diagnostics with the lines they are about.
func (e *Error) Error() string {
	var b bytes.Buffer
	w := hcl.NewDiagnosticTextWriter(&b, e.files, diagnosticWidth, false)
	if err := w.WriteDiagnostics(e.Diagnostics); err != nil {
		return fmt.Sprintf("%s\n%v", e.Diagnostics.Error(), err)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
