// Package policies holds the embedded pack: one Rego file per control, in one folder
// per lifecycle stage, and the rules they share in lib. It decides nothing itself and
// imports the standard library only; the engine loads FS.
package policies

import "embed"

// FS is the embedded pack. Its root is the root of the bundle: the path of a control is
// <stage>/<name>.rego and its package mlpolicy.<stage>.<name>.
//
//go:embed */*.rego
var FS embed.FS
