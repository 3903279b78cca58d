package evidence

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// grafanaAlerts reads alert rules of Grafana (Grafana, "Use configuration files to
// provision alerting resources"), as YAML or exported JSON.
var grafanaAlerts = sbom.Collector{
	Name:     "evidence/grafana-alerts",
	Families: []sbom.Family{sbom.FamilyAlerts},
	Match: func(f *sbom.File) bool {
		return (f.Ext() == ".yml" || f.Ext() == ".yaml" || f.Ext() == ".json") && f.Within(maxMonitorBytes)
	},
	MaxBytes: maxMonitorBytes,
	Collect:  collectGrafana,
}

// maxMonitorBytes bounds monitoring configuration; the largest export seen is 1 MiB. Larger
// JSON is data and no match; larger YAML is a Problem (see sbom.File.Within).
const maxMonitorBytes = 4 << 20

func collectGrafana(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	if !bytes.Contains(content, []byte("noDataState")) || !bytes.Contains(content, []byte("condition")) {
		return nil
	}
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyAlerts, out)
	for _, doc := range docs.Docs {
		groups := doc.Get("groups")
		if groups == nil || groups.Kind != tree.List {
			continue
		}
		for _, group := range groups.Items {
			rules := group.Get("rules")
			if rules == nil {
				continue
			}
			for _, rule := range rules.Items {
				if rule.Get("title") != nil && rule.Get("data") != nil {
					grafanaRule(f, rule, out)
				}
			}
		}
	}
	return nil
}

// grafanaRule reads one rule: queries in PromQL, and the threshold of the condition.
func grafanaRule(f *sbom.File, rule *tree.Node, out *sbom.Inventory) {
	alert := sbom.Alert{
		Name: rule.Get("title").Str(), Kind: "grafana", For: rule.Get("for").Str(), Labels: scalarMap(rule.Get("labels")),
		Receiver: rule.Get("notification_settings", "receiver").Str(), At: rule.KeyAt(f.Path, "title"),
		Settings: map[string]string{"no_data_state": rule.Get("noDataState").Str(), "exec_err_state": rule.Get("execErrState").Str()},
	}
	if rule.Get("isPaused").Tri() == sbom.Yes {
		alert.Settings["disabled"] = "true"
	}
	var compares []string
	for _, query := range rule.Get("data").Items {
		model := query.Get("model")
		if expr := model.Get("expr").Str(); expr != "" {
			one := sbom.Alert{Name: alert.Name, Expression: expr}
			if expressionFacts(&one) == nil {
				alert.Metrics = append(alert.Metrics, one.Metrics...)
				alert.Selectors = one.Selectors
				compares = append(compares, one.ComparesTo...)
			}
			alert.Expression = strings.TrimPrefix(alert.Expression+"; "+expr, "; ")
		}
		if conditions := model.Get("conditions"); conditions != nil && len(conditions.Items) > 0 {
			evaluator := conditions.Items[0].Get("evaluator")
			if params := evaluator.Get("params").Strings(); len(params) > 0 {
				alert.Threshold = params[0]
				alert.Operator = map[string]string{"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "outside_range": "outside", "within_range": "within"}[evaluator.Get("type").Str()]
				compares = append(compares, "absolute")
			}
		}
	}
	alert.Metrics, alert.ComparesTo = unique(alert.Metrics), unique(compares)
	alert.Topic = topic(&alert)
	out.Alerts = append(out.Alerts, alert)
}

// expectationSuite reads a suite of Great Expectations (GX, "ExpectationSuite" JSON).
var expectationSuite = sbom.Collector{
	Name:     "evidence/great-expectations",
	Families: []sbom.Family{sbom.FamilyAlerts},
	Match:    func(f *sbom.File) bool { return f.Size <= maxMonitorBytes && f.Ext() == ".json" },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if !bytes.Contains(content, []byte("expectations")) || !bytes.Contains(content, []byte("expect_")) {
			return nil
		}
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyAlerts, out)
		list := docs.Root().Get("expectations")
		if list == nil || list.Kind != tree.List {
			return nil
		}
		for _, e := range list.Items {
			kind := firstOf(e, "expectation_type", "type")
			if !strings.HasPrefix(kind, "expect_") {
				continue
			}
			kwargs := e.Get("kwargs")
			alert := sbom.Alert{
				Name: strings.TrimSuffix(kind+" "+kwargs.Get("column").Str(), " "), Kind: "great_expectations", Topic: "data", ComparesTo: []string{"absolute"},
				Columns: append(kwargs.Get("column_list").Strings(), nonEmpty(kwargs.Get("column").Str())...), At: e.KeyAt(f.Path, "kwargs"),
				Settings: map[string]string{"suite": firstOf(docs.Root(), "expectation_suite_name", "name")},
			}
			// The least share of rows that must meet it ("mostly"); the bounds say themselves.
			for _, bound := range []struct{ key, operator string }{{"mostly", "<"}, {"min_value", "<"}, {"max_value", ">"}} {
				if v := kwargs.Get(bound.key).Str(); v != "" {
					alert.Threshold, alert.Operator = v, bound.operator
					alert.Settings["threshold_name"] = bound.key
					break
				}
			}
			out.Alerts = append(out.Alerts, alert)
		}
		return nil
	},
}

// pythonMonitors reads drift monitors in code: Evidently reports and tests, whylogs
// comparisons, NannyML and alibi-detect detectors.
var pythonMonitors = sbom.Collector{
	Name:     "evidence/python-monitors",
	Families: []sbom.Family{sbom.FamilyAlerts},
	Match:    func(f *sbom.File) bool { return python.Reads(f) },
	MaxBytes: maxPythonBytes, // a notebook has its pictures inside
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		kind := monitorLibrary(content)
		if kind == "" {
			return nil
		}
		m := python.Of(f)
		r := &monitorReader{module: m, kind: kind, names: map[string]python.Expr{}}
		python.InspectBody(m.Body, func(n python.Node) bool {
			if a, ok := n.(*python.Assign); ok && len(a.Targets) == 1 {
				if name := dottedName(a.Targets[0]); name != "" {
					r.names[name] = a.Value
				}
			}
			return true
		})
		python.InspectBody(m.Body, func(n python.Node) bool {
			if call, ok := n.(*python.Call); ok {
				r.call(call, out)
			}
			return true
		})
		return nil
	},
}

// monitorImports are the libraries whose calls are monitors.
var monitorImports = regexp.MustCompile(`(?m)^[^#\n]*\b(?:from|import)\s+(evidently|whylogs|nannyml|alibi_detect|deepchecks)\b`)

var monitorLibraries = [][]byte{[]byte("evidently"), []byte("whylogs"), []byte("nannyml"), []byte("alibi_detect"), []byte("deepchecks")}

func monitorLibrary(content []byte) string {
	if !slices.ContainsFunc(monitorLibraries, func(name []byte) bool { return bytes.Contains(content, name) }) {
		return "" // most files, without the cost of the expression
	}
	m := monitorImports.FindSubmatch(content)
	if m == nil {
		return ""
	}
	return string(m[1])
}

type monitorReader struct {
	module *python.Module
	kind   string
	names  map[string]python.Expr // last assignment of a name
}

// comparisons are the calls that compare current data with a reference, and the
// arguments that name it.
var (
	monitorCalls   = regexp.MustCompile(`(^|\.)(run|Report|TestSuite|calculate_drift|calculate_drift_scores|summary_drift_report|set_profiles|add_reference_profile|fit|KSDrift|MMDDrift|TabularDrift|ChiSquareDrift|LSDDDrift|ClassifierDrift|UnivariateDriftCalculator|train_test_validation)$`)
	referenceNames = map[string]bool{"reference_data": true, "reference": true, "reference_view": true, "reference_profile_view": true, "x_ref": true, "reference_df": true}
	columnNames    = map[string]bool{"columns": true, "column_names": true, "numerical_features": true, "categorical_features": true, "numerical_columns": true, "categorical_columns": true, "text_columns": true, "feature_column_names": true}
)

func (r *monitorReader) call(call *python.Call, out *sbom.Inventory) {
	callee := dottedName(call.Func)
	if a, ok := call.Func.(*python.Attribute); ok && callee == "" {
		callee = "." + a.Attr // Report(…).run(…)
	}
	alert := sbom.Alert{Name: strings.TrimPrefix(callee, "."), Kind: r.kind, Topic: "drift", ComparesTo: []string{"reference"},
		Settings: map[string]string{}, At: r.module.AtNode(call)}
	monitors := false
	for _, k := range call.Keywords {
		switch {
		case referenceNames[k.Name]:
			monitors = true
			r.reference(&alert, k.Value, 0)
		case columnNames[k.Name]:
			if list, ok := pyLiteral(r.resolve(k.Value)); ok {
				if items, ok := list.([]any); ok {
					for _, item := range items {
						if s, ok := item.(string); ok {
							alert.Columns = append(alert.Columns, s)
						}
					}
				}
			}
		case strings.Contains(k.Name, "threshold") || k.Name == "drift_share" || k.Name == "p_val" || k.Name == "stattest_threshold":
			if v, ok := pyLiteral(r.resolve(k.Value)); ok {
				alert.Threshold, alert.Settings["threshold_name"] = textOf(v), k.Name
			}
		}
	}
	if strings.HasSuffix(callee, "DataDefinition") || strings.HasSuffix(callee, "ColumnMapping") {
		if len(alert.Columns) > 0 {
			alert.ComparesTo, alert.Settings["definition"] = nil, "columns"
			out.Alerts = append(out.Alerts, alert)
		}
		return
	}
	if monitors && monitorCalls.MatchString(callee) || len(alert.Columns) > 0 && strings.HasSuffix(callee, "Preset") || alert.Threshold != "" && monitorPreset.MatchString(callee) {
		out.Alerts = append(out.Alerts, alert)
	}
}

// monitorPreset are metrics and tests that have a threshold of their own.
var monitorPreset = regexp.MustCompile(`(^|\.)(DataDriftPreset|DataDriftTable|ColumnDriftMetric|ValueDrift|TestShareOfDriftedColumns|TestColumnDrift|DriftedColumnsCount|DatasetDriftMetric|KSDrift|MMDDrift|TabularDrift|ChiSquareDrift|LSDDDrift)$`)

func (r *monitorReader) resolve(e python.Expr) python.Expr {
	if name := dottedName(e); name != "" && r.names[name] != nil {
		return r.names[name]
	}
	return e
}

// maxReferenceSteps bounds the assignments followed to the file a reference comes from.
const maxReferenceSteps = 8

// reference follows the value to the file it is read from and notes a sample that is
// drawn with a fixed seed on the way.
func (r *monitorReader) reference(alert *sbom.Alert, e python.Expr, depth int) {
	if depth > maxReferenceSteps || e == nil {
		return
	}
	if v := r.resolve(e); v != e {
		r.reference(alert, v, depth+1)
		return
	}
	call, ok := e.(*python.Call)
	if !ok {
		return
	}
	callee := dottedName(call.Func)
	if a, isAttribute := call.Func.(*python.Attribute); isAttribute {
		callee = a.Attr
		if callee == "sample" {
			for _, k := range call.Keywords {
				if v, known := pyLiteral(k.Value); known && (k.Name == "random_state" || k.Name == "seed") {
					alert.Settings["reference_seed"] = textOf(v)
				}
				if v, known := pyLiteral(k.Value); known && (k.Name == "frac" || k.Name == "n") {
					alert.Settings["reference_sample"] = textOf(v)
				}
			}
			r.reference(alert, a.X, depth+1)
			return
		}
	}
	for _, arg := range call.Args {
		if s, isText := r.resolve(arg).(*python.Str); isText {
			if strings.HasPrefix(callee, "read_") || strings.Contains(callee, "load") || strings.Contains(callee, "read") {
				alert.Reference = s.Value
				return
			}
		}
		r.reference(alert, arg, depth+1)
	}
	if a, isAttribute := call.Func.(*python.Attribute); isAttribute && alert.Reference == "" {
		r.reference(alert, a.X, depth+1)
	}
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return strings.Trim(numberText(v), " ")
}

// telemetry reads what part of the traffic is kept: the OpenTelemetry collector's
// samplers (otelcol, processors) and Loki's retention (Grafana Loki, "Retention").
var telemetry = sbom.Collector{
	Name:     "evidence/telemetry",
	Families: []sbom.Family{sbom.FamilyAlerts, sbom.FamilyStores},
	Match: func(f *sbom.File) bool {
		return (f.Ext() == ".yml" || f.Ext() == ".yaml") && f.Within(maxMonitorBytes)
	},
	MaxBytes: maxMonitorBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		loki := bytes.Contains(content, []byte("schema_config:")) && bytes.Contains(content, []byte("limits_config:"))
		if !loki && !bytes.Contains(content, []byte("sampling_percentage:")) {
			return nil
		}
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyAlerts, out)
		for _, doc := range docs.Docs {
			if loki {
				lokiStore(f, doc, out)
			}
			doc.Walk(func(key string, n *tree.Node) bool {
				if percent := n.Get("sampling_percentage"); percent != nil {
					out.Alerts = append(out.Alerts, sbom.Alert{Name: "sampler " + path.Base(n.Pointer), Kind: "otel", Topic: "other",
						Settings: map[string]string{"sample_ratio": ratioOfPercent(percent.Str())}, At: n.KeyAt(f.Path, "sampling_percentage")})
				}
				return true
			})
		}
		return nil
	},
}

// lokiStore states the retention of a Loki: without the compactor's switch nothing is
// deleted, and a period of 0 keeps everything.
func lokiStore(f *sbom.File, doc *tree.Node, out *sbom.Inventory) {
	if doc.Get("schema_config") == nil {
		return
	}
	store := emptyStore("logs", "loki", doc.KeyAt(f.Path, "limits_config"))
	store.Purpose = "logs"
	store.Auth = doc.Get("auth_enabled").Tri()
	store.Retention = doc.Get("limits_config", "retention_period").Str()
	if n := doc.Get("limits_config"); n.Has("retention_period") {
		store.At = n.KeyAt(f.Path, "retention_period")
	}
	if doc.Get("compactor", "retention_enabled").Tri() != sbom.Yes && store.Retention == "" {
		store.Retention = "forever"
	}
	out.Stores = append(out.Stores, store)
}

// ratioOfPercent turns 15 into 0.15, "" when it is no number.
func ratioOfPercent(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return ""
	}
	return strconv.FormatFloat(v/100, 'g', 6, 64)
}

func numberText(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return ""
}
