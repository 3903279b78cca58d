// Package workbench is what security teams write policies with: it runs their tests,
// measures coverage per control, mutates policies to see whether a test notices, explains
// why a control fired, keeps a log of decisions and replays it under other policies.
package workbench
