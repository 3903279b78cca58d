package evidence

import (
	"slices"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// alertOf is the one alert of a kind and name.
func alertOf(t *testing.T, inv *sbom.Inventory, kind, name string) sbom.Alert {
	t.Helper()
	for _, a := range inv.Alerts {
		if a.Kind == kind && (name == "" || a.Name == name) {
			return a
		}
	}
	t.Fatalf("no %s alert %q among %+v", kind, name, inv.Alerts)
	return sbom.Alert{}
}

func TestAlertmanagerSaysWhatReachesNobody(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{"alertmanager.yml": `route:
  receiver: pager
  group_by: [alertname]
  routes:
    - receiver: "null"
      matchers: ['team="ml"']
    - matchers: ['severity="low"']
      mute_time_intervals: [weekends]
receivers:
  - name: pager
    pagerduty_configs: [{routing_key_file: /k}]
  - name: "null"
inhibit_rules:
  - source_matchers: ['severity="page"']
    target_matchers: ['team="ml"']
`})
	if got := alertOf(t, inv, "alertmanager", "route pager").Settings; got["silence"] != "" || got["group_by"] != "alertname" {
		t.Errorf("pager: %v", got)
	}
	null := alertOf(t, inv, "alertmanager", `route null of team="ml"`)
	if null.Settings["silence"] != "null_receiver" || null.At.Line != 5 {
		t.Errorf("null: %+v", null)
	}
	if got := alertOf(t, inv, "alertmanager", `route pager of severity="low"`).Settings["mute_time_intervals"]; got != "weekends" {
		t.Errorf("muted: %q", got)
	}
	if got := alertOf(t, inv, "alertmanager", `inhibit team="ml" by severity="page"`).Settings["silence"]; got != "inhibit" {
		t.Errorf("inhibit: %q", got)
	}
}

func TestGrafanaAlerts(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{"grafana/alerts.yaml": `apiVersion: 1
groups:
  - name: llm
    rules:
      - title: Answer quality
        condition: C
        for: 10m
        noDataState: OK
        isPaused: true
        data:
          - refId: A
            model: {expr: 'avg(answer_score{model="m"})'}
          - refId: C
            model: {conditions: [{evaluator: {type: lt, params: [0.7]}}]}
`})
	a := alertOf(t, inv, "grafana", "Answer quality")
	if a.Operator != "<" || a.Threshold != "0.7" || a.Topic != "output" || a.Selectors["model"] != "m" || a.Settings["disabled"] != "true" || a.At.Line != 5 {
		t.Errorf("%+v", a)
	}
	if !slices.Equal(a.ComparesTo, []string{"absolute"}) || !slices.Equal(a.Metrics, []string{"answer_score"}) {
		t.Errorf("compares %v, metrics %v", a.ComparesTo, a.Metrics)
	}
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{"gx/expectations/train.json": `{"expectation_suite_name": "train", "expectations": [
 {"expectation_type": "expect_column_values_to_not_be_null", "kwargs": {"column": "label", "mostly": 0.99}},
 {"type": "expect_table_row_count_to_be_between", "kwargs": {"max_value": 5}}]}`})
	a := alertOf(t, inv, "great_expectations", "expect_column_values_to_not_be_null label")
	if a.Threshold != "0.99" || a.Operator != "<" || !slices.Equal(a.Columns, []string{"label"}) || a.Settings["suite"] != "train" || a.At.Line != 2 {
		t.Errorf("%+v", a)
	}
	if b := alertOf(t, inv, "great_expectations", "expect_table_row_count_to_be_between"); b.Operator != ">" || b.Threshold != "5" {
		t.Errorf("%+v", b)
	}
}

const driftCode = `
import pandas as pd
from evidently import Report, DataDefinition
from evidently.presets import DataDriftPreset
COLUMNS = ["age", "income"]
reference = pd.read_parquet("s3://bucket/reference.parquet").sample(frac=0.1, random_state=42)
report = Report([DataDriftPreset(drift_share=0.7)])
definition = DataDefinition(numerical_columns=COLUMNS)
result = report.run(current_data=current, reference_data=reference)
`

func TestPythonMonitors(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{"monitor/drift.py": driftCode, "other.py": "report.run(reference_data=read('x'))\n", "comment.py": "# import evidently\nreport.run(reference_data=read('x'))\n"})
	if len(inv.Alerts) != 3 {
		t.Fatalf("got %d alerts, want 3: %+v", len(inv.Alerts), inv.Alerts)
	}
	run := alertOf(t, inv, "evidently", "report.run")
	if run.Reference != "s3://bucket/reference.parquet" || run.Settings["reference_seed"] != "42" || run.Settings["reference_sample"] != "0.1" || run.At.Line != 9 {
		t.Errorf("run %+v", run)
	}
	if p := alertOf(t, inv, "evidently", "DataDriftPreset"); p.Threshold != "0.7" || p.Settings["threshold_name"] != "drift_share" {
		t.Errorf("preset %+v", p)
	}
	if d := alertOf(t, inv, "evidently", "DataDefinition"); !slices.Equal(d.Columns, []string{"age", "income"}) {
		t.Errorf("definition %+v", d)
	}
}

func TestTelemetry(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		"otel.yaml": "processors:\n  probabilistic_sampler:\n    sampling_percentage: 0.5\n",
		"loki.yaml": "auth_enabled: false\nschema_config: {configs: []}\nlimits_config:\n  retention_period: 72h\ncompactor: {retention_enabled: true}\n",
		"keep.yaml": "schema_config: {configs: []}\nlimits_config: {}\n",
	})
	if a := alertOf(t, inv, "otel", ""); a.Settings["sample_ratio"] != "0.005" || a.At.Line != 3 {
		t.Errorf("%+v", a)
	}
	if len(inv.Stores) != 2 || inv.Stores[0].Retention != "forever" || inv.Stores[1].Retention != "72h" || inv.Stores[1].Auth != sbom.No || inv.Stores[1].At.Line != 4 {
		t.Errorf("%+v", inv.Stores)
	}
}

func TestBaselines(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		"monitoring/baseline.json":     `{"metadata": {"model_name": "support", "model_version": 3}, "features": {"age": {"mean": 41}}}`,
		"monitoring/old_baseline.yaml": "features:\n  age: {mean: 41}\n",
		"eslint-baseline.json":         `{"rules": {"semi": 3}}`,
	})
	got := map[string]any{}
	for _, d := range inv.Documents {
		if d.Kind == "baseline" {
			got[d.Path] = d.Content.(map[string]any)["model_version"]
		}
	}
	if len(got) != 2 || got["monitoring/baseline.json"] != "3" || got["monitoring/old_baseline.yaml"] != "" {
		t.Errorf("baselines %v", got)
	}
}
