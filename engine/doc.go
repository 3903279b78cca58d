// Package engine turns an input document and policies into a decision. It holds the
// input document and its schema, loads and type-checks packs, evaluates every control
// once, and makes a decision of the outcomes with levels, a baseline and waivers.
//
// It walks no source, opens no connection and reads no clock: files come as fs.FS of
// packs, facts come in Input, time comes in Input.Now. A decision is a function of the
// input, the policies, the configuration, the baseline and the selected stages.
package engine

//go:generate env UPDATE=1 go test -run TestSchemaIsCurrent .
