package evidence

import (
	"bytes"
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// prometheusRules reads alerting rules: Prometheus rule files, PrometheusRule resources
// and rule groups inside other documents. Recording rules alert nobody and are left out.
var prometheusRules = sbom.Collector{
	Name:     "evidence/prometheus-rules",
	Families: []sbom.Family{sbom.FamilyAlerts},
	Match: func(f *sbom.File) bool {
		return f.Ext() == ".yml" || f.Ext() == ".yaml"
	},
	Collect: collectRules,
}

func collectRules(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	if !bytes.Contains(content, []byte("alert:")) && !bytes.Contains(content, []byte("receivers:")) {
		return nil
	}
	docs := tree.Of(f)
	if docs.Template {
		return nil // listed as a template by the workloads' collector
	}
	docs.Problem(f, sbom.FamilyAlerts, out)
	for _, doc := range docs.Docs {
		if receivers := doc.Get("receivers"); doc.Get("route") != nil && receivers != nil {
			alertmanager(f, doc, out)
			continue
		}
		doc.Walk(func(key string, n *tree.Node) bool {
			if key == "groups" && n.Kind == tree.List {
				for _, group := range n.Items {
					ruleGroup(f, group, out)
				}
				return false
			}
			return true
		})
	}
	return nil
}

func ruleGroup(f *sbom.File, group *tree.Node, out *sbom.Inventory) {
	rules := group.Get("rules")
	if rules == nil || rules.Kind != tree.List {
		return
	}
	for _, rule := range rules.Items {
		if rule.Get("alert") == nil || rule.Get("expr") == nil {
			continue
		}
		alert := sbom.Alert{
			Name: rule.Get("alert").Str(), Kind: "prometheus", Expression: rule.Get("expr").Str(),
			For: rule.Get("for").Str(), Labels: scalarMap(rule.Get("labels")),
			Settings: map[string]string{"group": group.Get("name").Str()}, At: rule.KeyAt(f.Path, "alert"),
		}
		if err := expressionFacts(&alert); err != nil {
			at := rule.Get("expr").At(f.Path)
			at.Offset = -1
			out.AddProblem(at, sbom.FamilyAlerts, "malformed", "alert "+alert.Name+": "+err.Error())
		}
		out.Alerts = append(out.Alerts, alert)
	}
}

// expressionFacts reads the PromQL expression: what it selects, with what it compares.
func expressionFacts(alert *sbom.Alert) error {
	expr, err := parser.ParseExpr(alert.Expression)
	if err != nil {
		return err
	}
	metrics, compares := map[string]bool{}, map[string]bool{}
	alert.Selectors = map[string]string{}
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			if name := metricName(n); name != "" {
				metrics[name] = true
			}
			for _, m := range n.LabelMatchers {
				if m.Name != nameLabel {
					alert.Selectors[m.Name] = m.Value
				}
			}
		case *parser.Call:
			if n.Func.Name == "absent" || n.Func.Name == "absent_over_time" {
				compares["absence"] = true
			}
		case *parser.BinaryExpr:
			comparison(n, alert, compares)
		}
		return nil
	})
	alert.Metrics = slices.Sorted(maps.Keys(metrics))
	alert.ComparesTo = slices.Sorted(maps.Keys(compares))
	alert.Topic = topic(alert)
	return nil
}

// nameLabel is the label that holds the name of a metric (Prometheus data model).
const nameLabel = "__name__"

func metricName(v *parser.VectorSelector) string {
	if v.Name != "" {
		return v.Name
	}
	for _, m := range v.LabelMatchers {
		if m.Name == nameLabel {
			return m.Value
		}
	}
	return ""
}

// comparison notes with what a comparison compares: a number is an absolute floor or
// ceiling; the past of the same series, however it is written, is a moving window that
// slow drift walks along with.
func comparison(b *parser.BinaryExpr, alert *sbom.Alert, compares map[string]bool) {
	if !b.Op.IsComparisonOperator() {
		return
	}
	number, ok := constant(b.RHS)
	if !ok {
		number, ok = constant(b.LHS)
	}
	switch {
	case ok && looksBack(b):
		// A ratio or difference against the past, compared with a number, still moves.
		compares["window"] = true
	case ok:
		compares["absolute"] = true
	case looksBack(b):
		compares["window"] = true
	default:
		compares["reference"] = true
	}
	if ok {
		alert.Operator, alert.Threshold = b.Op.String(), strconv.FormatFloat(number, 'g', -1, 64)
	}
}

// constant is the value of a number, in parentheses or with a sign.
func constant(e parser.Expr) (float64, bool) {
	switch e := e.(type) {
	case *parser.NumberLiteral:
		return e.Val, true
	case *parser.ParenExpr:
		return constant(e.Expr)
	case *parser.UnaryExpr:
		v, ok := constant(e.Expr)
		if e.Op == parser.SUB {
			v = -v
		}
		return v, ok
	}
	return 0, false
}

// looksBack tells whether an expression relates a series to its own past: an offset, or
// two windows of different length over one metric.
func looksBack(e parser.Expr) bool {
	back := false
	ranges := map[string]map[string]bool{}
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			back = back || n.OriginalOffset != 0
		case *parser.SubqueryExpr:
			back = back || n.OriginalOffset != 0
		case *parser.MatrixSelector:
			if v, ok := n.VectorSelector.(*parser.VectorSelector); ok {
				name := metricName(v)
				if ranges[name] == nil {
					ranges[name] = map[string]bool{}
				}
				ranges[name][n.Range.String()] = true
				back = back || len(ranges[name]) > 1
			}
		case *parser.Call:
			back = back || n.Func.Name == "holt_winters" || n.Func.Name == "double_exponential_smoothing"
		}
		return nil
	})
	return back
}

// topicRules tell what an alert watches, by the words of its metric names first and of
// its own name second; the first that matches wins, so special topics come first.
var topicRules = []struct {
	topic   string
	pattern *regexp.Regexp
}{
	{"extraction", regexp.MustCompile(`(?i)extract|distill|scrap(e_abuse|ing)|query_volume|coverage_attack|(requests|tokens|queries).*(per|by)_?(user|key|identity|client)`)},
	{"drift", regexp.MustCompile(`(?i)drift|\bpsi\b|_psi|kl_div|divergence|wasserstein|shift|anomal|distribution`)},
	{"output", regexp.MustCompile(`(?i)toxic|refus|halluc|ground(ed|ing)|answer|quality|score|judge|relevan|semantic|guardrail|prompt_injection|jailbreak|accuracy|f1_|precision|recall|sentiment|prediction`)},
	{"data", regexp.MustCompile(`(?i)feature|freshness|null_rate|missing_values|data_quality|schema`)},
	{"security", regexp.MustCompile(`(?i)unauthori|forbidden|denied|intrusion|signature|digest|integrity`)},
	{"errors", regexp.MustCompile(`(?i)error|fail|5xx|status|exception|\bup\b|restart|unavailable|crash`)},
	{"latency", regexp.MustCompile(`(?i)latency|duration|seconds|time_to_first|ttft|tpot|slow`)},
	{"resources", regexp.MustCompile(`(?i)cpu|memory|gpu|cache|disk|queue|utili[sz]ation|throughput|tokens_total|requests_total|running|waiting|temperature`)},
}

func topic(alert *sbom.Alert) string {
	grouped := strings.Contains(alert.Expression, " by ") || strings.Contains(alert.Expression, "by(") || strings.Contains(alert.Expression, "by (")
	if grouped && identityLabel.MatchString(alert.Expression) && volumeMetric.MatchString(strings.Join(alert.Metrics, " ")) {
		return "extraction" // volume per identity is what an extraction shows in
	}
	for _, text := range []string{strings.Join(alert.Metrics, " "), alert.Name} {
		for _, rule := range topicRules {
			if rule.pattern.MatchString(text) {
				return rule.topic
			}
		}
	}
	return "other"
}

var (
	identityLabel = regexp.MustCompile(`by\s*\([^)]*\b(user|user_id|client|client_id|api_key|key|key_id|identity|subject|tenant|consumer|account|team|end_user)\b`)
	volumeMetric  = regexp.MustCompile(`(?i)request|token|quer|call|prompt`)
)

// scalarMap is a map's scalar entries as strings.
func scalarMap(n *tree.Node) map[string]string {
	m := map[string]string{}
	if n != nil {
		for _, p := range n.Pairs {
			m[p.Key] = p.Value.Str()
		}
	}
	return m
}
