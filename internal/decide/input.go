package decide

import (
	"io"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// NewInput is the input document of a source before anybody adds statements to it.
func NewInput(inv *sbom.Inventory, now time.Time) *engine.Input {
	return &engine.Input{Schema: engine.InputSchema, Now: now.UTC().Format(time.RFC3339), Inventory: *inv}
}

// WriteInput writes the input document that `check` would evaluate.
func WriteInput(w io.Writer, inv *sbom.Inventory, now time.Time) error {
	b, err := NewInput(inv, now).JSON()
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
