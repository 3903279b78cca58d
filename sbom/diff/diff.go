// Package diff says what changed between two inventories, in ML terms: a base model
// swapped, a revision moved, a dataset added, weights that became executable, a
// threshold relaxed, an alert removed. It compares facts with facts and judges none of
// them; a change that is no ML fact (a comment, a moved line) is no change.
//
// The changes are the section `change` of the input document. Positions are those of
// the head; what the head no longer has is at the path where it was.
package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// The kinds of change. They are part of the contract with policies.
const (
	BaseModelSwapped     = "base_model_swapped"
	ModelAdded           = "model_added"
	ModelRemoved         = "model_removed"
	RevisionMoved        = "revision_moved"
	DatasetAdded         = "dataset_added"
	DatasetRemoved       = "dataset_removed"
	DatasetDigestChanged = "dataset_digest_changed"
	WeightsAdded         = "weights_added"
	WeightsRemoved       = "weights_removed"
	WeightsChanged       = "weights_changed"
	WeightsExecutable    = "weights_became_executable"
	TrustRemoteCode      = "trust_remote_code_enabled"
	ThresholdRelaxed     = "threshold_relaxed"
	ThresholdTightened   = "threshold_tightened"
	ThresholdChanged     = "threshold_changed" // its name does not say which way is weaker
	FilterWeakened       = "filter_weakened"
	StepRemoved          = "step_removed"
	AlertAdded           = "alert_added"
	AlertRemoved         = "alert_removed"
	AlertChanged         = "alert_changed"
	AlertSilenced        = "alert_silenced"
	BehaviourChanged     = "behaviour_changed"
	CodeChanged          = "code_changed"
	PackageAdded         = "package_added"
	PackageRemoved       = "package_removed"
	PackageMoved         = "package_version_moved"
	PolicyChanged        = "policy_changed"
	WaiverChanged        = "waiver_changed"
	TrustRootChanged     = "trust_root_changed"
	PermissionsWidened   = "permissions_widened"
	GateWeakened         = "gate_weakened"
)

// maxShownBytes bounds before and after: they name a value, a text by its start.
const maxShownBytes = 200

// Changes compares two inventories. The result depends on them alone and is sorted by
// path, line and kind.
func Changes(base, head *sbom.Inventory) []sbom.Change {
	c := &comparison{base: base, head: head, areas: area.From(base, head), present: map[string]bool{}}
	for i := range head.Files {
		c.present[head.Files[i].Path] = true
	}
	if c.listed() {
		c.components()
	}
	if c.bom() {
		c.weights()
		c.packages()
		return sorted(c.out)
	}
	c.references()
	c.remoteCode()
	c.weights()
	c.digests()
	c.steps()
	c.settings()
	c.behaviour()
	c.alerts()
	c.packages()
	c.files()
	c.permissions()
	return sorted(c.out)
}

type comparison struct {
	base, head *sbom.Inventory
	areas      area.Areas
	present    map[string]bool // the files of the head
	out        []sbom.Change
}

// add appends a change; its area is that of its path unless it has one.
func (c *comparison) add(ch sbom.Change) {
	if ch.Area == "" {
		ch.Area = c.areas.Of(ch.At.Path)
	}
	if ch.Provenance == "" {
		ch.Provenance = sbom.Unstated
	}
	ch.Before, ch.After = shownPair(ch.Before, ch.After)
	c.out = append(c.out, ch)
}

// shown is the start of a value on one line.
func shown(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxShownBytes {
		s = strings.ToValidUTF8(s[:maxShownBytes], "") + "…"
	}
	return s
}

func sorted(changes []sbom.Change) []sbom.Change {
	slices.SortFunc(changes, func(a, b sbom.Change) int {
		return cmp.Or(
			strings.Compare(a.At.Path, b.At.Path), cmp.Compare(a.At.Line, b.At.Line), strings.Compare(a.Kind, b.Kind),
			strings.Compare(a.Subject, b.Subject), strings.Compare(a.Before, b.Before), strings.Compare(a.After, b.After),
			strings.Compare(a.At.Pointer, b.At.Pointer), cmp.Compare(a.At.Column, b.At.Column),
		)
	})
	return slices.CompactFunc(changes, func(a, b sbom.Change) bool {
		return a.Kind == b.Kind && a.Subject == b.Subject && a.Before == b.Before && a.After == b.After && a.At.Path == b.At.Path && a.At.Line == b.At.Line
	})
}

// group collects entries by key, in their order.
func group[T any](list []T, key func(*T) string) map[string][]*T {
	out := map[string][]*T{}
	for i := range list {
		if k := key(&list[i]); k != "" {
			out[k] = append(out[k], &list[i])
		}
	}
	return out
}

// keysOf is the sorted union of the keys of two maps.
func keysOf[A, B any](a map[string]A, b map[string]B) []string {
	keys := make([]string, 0, len(a)+len(b))
	for k := range a {
		keys = append(keys, k)
	}
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// gone is the place of something that the head no longer has: its path in the base.
func gone(at sbom.At) sbom.At { return sbom.At{Path: at.Path} }
