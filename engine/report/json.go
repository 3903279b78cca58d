package report

import (
	"encoding/json"
	"io"

	"github.com/mlpolicy/mlpolicy/engine"
)

// JSON writes the decision as it is stored and replayed (schema mlpolicy.dev/decision/v1).
func JSON(w io.Writer, d *engine.Decision) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}
