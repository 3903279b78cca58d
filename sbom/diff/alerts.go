package diff

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// alerts compares alert rules by kind and name: one that is gone, sends to nobody, or
// needs more before it fires.
func (c *comparison) alerts() {
	base, head := group(c.base.Alerts, alertKey), group(c.head.Alerts, alertKey)
	for _, key := range keysOf(base, head) {
		before, after := base[key], head[key]
		for i := range max(len(before), len(after)) {
			switch {
			case i >= len(before):
				c.newAlert(after[i])
			case i >= len(after):
				c.lostAlert(before[i])
			default:
				c.alert(before[i], after[i])
			}
		}
	}
}

// alertKey is the identity of an alert; its file is no part of it, since rules are moved
// between files.
func alertKey(a *sbom.Alert) string { return a.Kind + "\x00" + a.Name }

// silences names the settings of an alert that keep it from reaching anybody.
var silences = []string{"silence", "disabled", "mute_time_intervals", "null_receiver", "no_data_state", "exec_err_state"}

func silenced(a *sbom.Alert) string {
	for _, name := range silences {
		value := a.Settings[name]
		if strings.HasSuffix(name, "_state") && !strings.EqualFold(value, "ok") && !strings.EqualFold(value, "keeplast") {
			continue
		}
		if value != "" && value != "false" && value != "no" {
			return name + " " + value
		}
	}
	return ""
}

func (c *comparison) newAlert(a *sbom.Alert) {
	ch := sbom.Change{Kind: AlertAdded, Subject: a.Name, After: described(a), Area: "monitoring", At: a.At}
	if s := silenced(a); s != "" && a.Kind == "alertmanager" {
		ch.Kind, ch.After = AlertSilenced, s
	}
	c.add(ch)
}

func (c *comparison) lostAlert(a *sbom.Alert) {
	if a.Kind == "alertmanager" {
		if silenced(a) != "" {
			return // a silence that ended
		}
		c.add(sbom.Change{Kind: AlertChanged, Subject: a.Name, Before: described(a), Area: "monitoring", At: gone(a.At)})
		return
	}
	c.add(sbom.Change{Kind: AlertRemoved, Subject: a.Name, Before: described(a), Area: "monitoring", At: gone(a.At)})
}

func described(a *sbom.Alert) string {
	if a.Expression != "" {
		return a.Expression
	}
	return strings.TrimSpace(a.Operator + " " + a.Threshold)
}

func (c *comparison) alert(before, after *sbom.Alert) {
	if s := silenced(after); s != "" && silenced(before) != s {
		c.add(sbom.Change{Kind: AlertSilenced, Subject: after.Name, Before: silenced(before), After: s, Area: "monitoring", At: after.At})
	}
	if was, is := before.Labels["severity"], after.Labels["severity"]; was != is {
		c.add(sbom.Change{Kind: AlertChanged, Subject: after.Name + " severity", Before: was, After: is, Area: "monitoring", At: after.At})
	}
	b, okBefore := number(before.Threshold)
	n, okAfter := number(after.Threshold)
	numbers := okBefore && okAfter && b != n
	if numbers {
		c.add(sbom.Change{Kind: alertMoved(after, b, n), Subject: after.Name, Before: before.Threshold, After: after.Threshold, Area: "monitoring", At: after.At})
	}
	if d, old := duration(after.For), duration(before.For); d != old {
		kind := ThresholdRelaxed
		if d < old {
			kind = ThresholdTightened
		}
		c.add(sbom.Change{Kind: kind, Subject: after.Name + " for", Before: before.For, After: after.For, Area: "monitoring", At: after.At})
	}
	if gone := lostStrings(before.Columns, after.Columns); len(gone) > 0 && len(after.Columns) > 0 {
		c.add(sbom.Change{Kind: ThresholdRelaxed, Subject: after.Name + " columns", Before: strings.Join(gone, ", "), Area: "monitoring", At: after.At})
	}
	if anchored(before) && !anchored(after) && !slices.Contains(after.ComparesTo, "absence") {
		c.add(sbom.Change{Kind: ThresholdRelaxed, Subject: after.Name, Before: before.Expression, After: after.Expression, Area: "monitoring", At: after.At})
		return
	}
	if !numbers && before.Expression != after.Expression || before.Reference != after.Reference {
		ch := sbom.Change{Kind: AlertChanged, Subject: after.Name, Before: before.Expression, After: after.Expression, Area: "monitoring", At: after.At}
		if before.Reference != after.Reference {
			ch.Before, ch.After = before.Reference, after.Reference
		}
		c.add(ch)
	}
}

// anchored tells whether an alert compares with something that does not move with the
// series.
func anchored(a *sbom.Alert) bool {
	return slices.Contains(a.ComparesTo, "absolute") || slices.Contains(a.ComparesTo, "reference")
}

// alertMoved tells what a new threshold means: an alert over a ceiling is weaker with a
// higher one, an alert under a floor with a lower one. Other kinds of monitor tell by
// the name of what they bound.
func alertMoved(a *sbom.Alert, before, after float64) string {
	switch a.Operator {
	case ">", ">=":
		return moved(+1, before, after)
	case "<", "<=":
		return moved(-1, before, after)
	}
	return moved(weaker(a.Name+"_"+a.Settings["threshold_name"], "monitoring"), before, after)
}

// duration reads a Prometheus duration (5m, 1h30m, 2d); an absent one is 0.
func duration(s string) time.Duration {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour, 'y': 365 * 24 * time.Hour}
	total, digits := time.Duration(0), 0
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			continue
		}
		n, err := strconv.Atoi(s[digits:i])
		unit := units[s[i]]
		if strings.HasPrefix(s[i:], "ms") {
			unit, i = time.Millisecond, i+1
		}
		if err != nil || unit == 0 || n > 1<<20 {
			return 0
		}
		total, digits = total+time.Duration(n)*unit, i+1
	}
	return total
}

func lostStrings(before, after []string) []string {
	kept := map[string]bool{}
	for _, s := range after {
		kept[s] = true
	}
	var lost []string
	for _, s := range before {
		if !kept[s] {
			lost = append(lost, s)
		}
	}
	return lost
}
