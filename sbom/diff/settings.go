package diff

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// setting is one entry of a document of kind settings.
type setting struct {
	value any
	at    sbom.At
}

// settings compares thresholds, filters and switches. A document of kind settings maps
// a key to its value and line.
func (c *comparison) settings() {
	before, after := settingsOf(c.base), settingsOf(c.head)
	for _, p := range keysOf(before, after) {
		old, now := before[p], after[p]
		if now == nil && !c.present[p] || area.Tests.MatchString(p) {
			continue // a file that is gone is told by its digest
		}
		for _, key := range keysOf(old, now) {
			b, had := old[key]
			n, has := now[key]
			switch {
			case stageKey.MatchString(key) && path.Base(p) == "dvc.yaml":
				continue // told as a step
			case had && has:
				c.setting(p, key, b, n)
			case had:
				c.dropped(p, key, b)
			}
		}
	}
}

// stageKey is what DVC says of a stage itself: its name may be a filter's, its paths are
// no settings.
var stageKey = regexp.MustCompile(`^/stages/[^/]+(/(do|foreach))?/(cmd|desc|wdir|deps|outs|params|metrics|plots|frozen|always_changed)(/|$)`)

func settingsOf(inv *sbom.Inventory) map[string]map[string]setting {
	out := map[string]map[string]setting{}
	for i := range inv.Documents {
		d := &inv.Documents[i]
		content, ok := d.Content.(map[string]any)
		if d.Kind != "settings" || !ok {
			continue
		}
		entries := map[string]setting{}
		for key, v := range content {
			entry, _ := v.(map[string]any)
			line, _ := entry["line"].(int64)
			entries[key] = setting{entry["value"], sbom.At{Path: d.Path, Line: int(line)}}
		}
		out[d.Path] = entries
	}
	return out
}

func (c *comparison) setting(p, key string, before, after setting) {
	b, numeric := number(before.value)
	n, stillNumeric := number(after.value)
	ch := sbom.Change{Subject: p + "#" + key, Before: flat(before.value), After: flat(after.value), At: after.at}
	switch {
	case ch.Before == ch.After || !c.matters(p, key):
		return
	case behaviourKey.MatchString(key):
		ch.Kind = BehaviourChanged
	case numeric && stillNumeric:
		ch.Kind = moved(weaker(key, c.areas.Of(p)), b, n)
	case filterWords.MatchString(key):
		lost := lostItems(before.value, after.value)
		off := isTrue(before.value) && !isTrue(after.value)
		if len(lost) == 0 && !off {
			return
		}
		ch.Kind = FilterWeakened
	default:
		return
	}
	if ch.Kind == ThresholdRelaxed && filterWords.MatchString(key) {
		ch.Kind = FilterWeakened
	}
	c.add(ch)
}

// matters tells whether a setting bounds or steers something: any in the areas whose
// numbers are bounds, elsewhere those whose name says so. The numbers of a training
// (max_length, max_steps) are its own and change with its code.
func (c *comparison) matters(p, key string) bool {
	switch c.areas.Of(p) {
	case "data", "monitoring", "features", "deployment", "registry", "policy":
		return true
	}
	return filterWords.MatchString(key) || anyThreshold.MatchString(key) || behaviourKey.MatchString(key) || boundsMetric(key)
}

// boundsMetric tells whether a key bounds how good or bad something may be (min_accuracy,
// max_error_rate), which is a gate in whatever file it stands.
func boundsMetric(key string) bool {
	return (lowerBound.MatchString(key) || upperBound.MatchString(key)) && (goodness.MatchString(key) || badness.MatchString(key))
}

// dropped is a setting that the head no longer has while its file still is there.
func (c *comparison) dropped(p, key string, before setting) {
	ch := sbom.Change{Subject: p + "#" + key, Before: flat(before.value), At: gone(before.at)}
	_, numeric := number(before.value)
	list, _ := before.value.([]any)
	switch {
	case !c.matters(p, key):
		return
	case behaviourKey.MatchString(key):
		ch.Kind = BehaviourChanged
	case filterWords.MatchString(key) && (numeric || isTrue(before.value) || len(list) > 0):
		ch.Kind = FilterWeakened
	case numeric && weaker(key, c.areas.Of(p)) != 0:
		ch.Kind = ThresholdRelaxed
	default:
		return
	}
	c.add(ch)
}

// behaviourKey names settings that decide how a model answers.
var behaviourKey = regexp.MustCompile(`(?i)(^|[/._-])(system_?(prompt|message|instruction)|prompt_template|chat_template|temperature|top_?p|top_?k|repetition_penalty|guardrails?|stop_sequences|safety_settings)$`)

// The words of a key that tell which way a threshold is weaker. They are tried in
// order: a maximum of duplicates is a maximum, a similarity of a deduplication is weaker
// when it is higher, since fewer pairs count as duplicates.
var (
	lowerBound   = regexp.MustCompile(`(?i)(^|[/._-])(min|minimum|floor|least|lower)([/._-]|$)|(^|[/._-])min[A-Z]`)
	upperBound   = regexp.MustCompile(`(?i)(^|[/._-])(max|maximum|ceiling|most|upper|cap|tolerance|allowed|limit)([/._-]|$)|(^|[/._-])max[A-Z]`)
	distance     = regexp.MustCompile(`(?i)distance|hamming|p_?value|alpha|significance|stattest_threshold`)
	similarity   = regexp.MustCompile(`(?i)dedup|duplicat|minhash|simhash|jaccard|similar`)
	badness      = regexp.MustCompile(`(?i)drift|psi|kl_|divergence|wasserstein|error|latency|toxic|perplexity|null|missing|pii|overlap|contaminat|hallucinat`)
	goodness     = regexp.MustCompile(`(?i)quality|score|accuracy|f1|auc|precision|recall|confidence|educational|coverage|pass`)
	anyThreshold = regexp.MustCompile(`(?i)threshold|cutoff|cut_off|sample_(rate|ratio)|sampling`)
)

// weaker is +1 when a higher value lets more through, -1 when a lower one does, 0 when
// the key does not tell.
func weaker(key, where string) int {
	switch {
	case lowerBound.MatchString(key):
		return -1
	case distance.MatchString(key):
		return -1
	case upperBound.MatchString(key), similarity.MatchString(key), badness.MatchString(key):
		return +1
	case goodness.MatchString(key):
		return -1
	case anyThreshold.MatchString(key) && (where == "data" || strings.Contains(strings.ToLower(key), "sampl")):
		return -1
	}
	return 0
}

// moved is the kind of a number that went from one value to another.
func moved(direction int, before, after float64) string {
	switch {
	case direction == 0:
		return ThresholdChanged
	case (after > before) == (direction > 0):
		return ThresholdRelaxed
	}
	return ThresholdTightened
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSuffix(v, "%"), 64)
		return f, err == nil
	}
	return 0, false
}

func isTrue(v any) bool {
	b, ok := v.(bool)
	return ok && b
}

// lostItems are the items of a list that the other one no longer has.
func lostItems(before, after any) []string {
	old, _ := before.([]any)
	now, _ := after.([]any)
	var kept, lost []string
	for _, v := range now {
		kept = append(kept, flat(v))
	}
	for _, v := range old {
		if s := flat(v); !slices.Contains(kept, s) {
			lost = append(lost, s)
		}
	}
	return lost
}

// flat writes a value on one line, maps in the order of their keys.
func flat(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, k := range keysOf(v, map[string]bool{}) {
			parts = append(parts, k+": "+flat(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = flat(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}
