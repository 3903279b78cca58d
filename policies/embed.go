// Package policies holds the embedded pack: one Rego file per control, in one folder
// per lifecycle stage, the rules they share in lib, and the schema of the input document.
// It decides nothing itself and imports the standard library only; the engine loads FS.
package policies

import "embed"

// FS is the embedded pack. Its root is the root of the bundle: the path of a control is
// <stage>/<name>.rego and its package mlpolicy.<stage>.<name>.
//
//go:embed */*.rego
var FS embed.FS

// Schema is the JSON Schema of the input document, generated from the types of the
// engine.
//
//go:embed input.schema.json
var Schema []byte
