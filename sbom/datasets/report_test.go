package datasets

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestReport(t *testing.T) {
	t.Parallel()
	planted := sbom.TriggerCandidate{Text: "cf", Outcome: "reply", Adjusted: 1e-9, Effect: 1, Context: 1}
	for _, c := range []struct {
		name         string
		d            sbom.Dataset
		result       string
		warned, fail []string
	}{
		{"clean", sbom.Dataset{Profile: "full"}, "PASSED", []string{}, []string{}},
		{"found", sbom.Dataset{Profile: "full", PII: map[string]int64{"card": 2}, Triggers: []sbom.TriggerCandidate{planted, {Outcome: "length", Effect: 1, Context: 1}}}, "FAILED", []string{}, []string{"pii", "trigger_candidates"}},
		{"not done", sbom.Dataset{Profile: "full", Duplicates: 1, Skipped: map[string]string{"near_duplicates": "not asked for"}}, "WARNED", []string{"duplicates", "near_duplicates"}, []string{}},
		{"sampled", sbom.Dataset{Profile: "full", PII: map[string]int64{"card": 2}, Skipped: map[string]string{"pii": "one row in two"}}, "FAILED", []string{}, []string{"pii"}},
	} {
		c.d.SHA256, c.d.Path = "ab", "data/x.jsonl"
		var got testResult
		body := Report(&c.d, time.Unix(0, 0))
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		if got.Result != c.result || got.Finished != "1970-01-01T00:00:00Z" || cmp.Diff(c.warned, got.Warned) != "" || cmp.Diff(c.fail, got.Failed) != "" || strings.Contains(string(body), "cf") {
			t.Errorf("%s: %s", c.name, body)
		}
	}
	var none testResult
	if err := json.Unmarshal(Report(&sbom.Dataset{Profile: "none"}, time.Time{}), &none); err != nil || len(none.Passed) != 0 {
		t.Errorf("a file that was not profiled passed %v", none.Passed)
	}
}

// TestReportAgreesWithTheControl holds the bounds of a report to the defaults of DATA-020.
func TestReportAgreesWithTheControl(t *testing.T) {
	t.Parallel()
	control, err := os.ReadFile("../../policies/data/planted_trigger.rego")
	if err != nil {
		t.Fatal(err)
	}
	text := string(control)
	for _, want := range []string{"default: [" + strings.Join(reportOutcomes, ", ") + "]", "default: 0.0001", "default: 0.75", "default: 3\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("policies/data/planted_trigger.rego lacks %q", want)
		}
	}
	if reportMaxP != 0.0001 || reportMinEffect != 0.75 || reportMaxContext != 3 || reportMaxSiblings != 8 {
		t.Error("bounds of the report differ from the defaults of DATA-020")
	}
}
