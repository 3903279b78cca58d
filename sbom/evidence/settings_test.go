package evidence

import (
	"fmt"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		"params.yaml":  "dedup:\n  threshold: 0.8\nfilters: [pii, toxic]\nlr: 0.1\nmax_api_token: secret\nsystem_prompt: " + strings.Repeat("be kind ", 20) + "\n",
		"clean.py":     "# MIN_SCORE = 1\nMIN_SCORE = 0.5\nx = keep(min_length=-3, name='a')\nFILTERS = {'a', b}\n",
		"deploy.yaml":  "apiVersion: v1\nkind: Deployment\nspec: {max_x: 1}\n",
		"web.json":     "{\"color\": 1}\n",
		"mlpolicy.hcl": "profile = \"strict\"\nwaiver \"a\" {\n  controls = [\"TRAIN-001\"]\n}\n",
	})
	got := map[string]string{}
	for _, d := range inv.Documents {
		content, _ := d.Content.(map[string]any)
		if d.Kind != "settings" && d.Kind != "mlpolicy" {
			continue
		}
		for key, v := range content {
			e := v.(map[string]any)
			got[d.Path+" "+key] = strings.ReplaceAll(fmt.Sprintf("%v%v %v", e["value"], e["text"], e["line"]), "<nil>", "")
		}
	}
	want := map[string]string{
		"params.yaml /dedup/threshold": "0.8 2", "params.yaml /filters": "[pii toxic] 3",
		"clean.py MIN_SCORE": "0.5 2", "clean.py keep/min_length": "-3 3",
		"mlpolicy.hcl profile": "profile = \"strict\" 1", "mlpolicy.hcl waiver a": "waiver \"a\" { controls = [\"TRAIN-001\"] } 2",
	}
	for key, w := range want {
		if got[key] != w {
			t.Errorf("%s is %q, want %q", key, got[key], w)
		}
		delete(got, key)
	}
	prompt := got["params.yaml /system_prompt"]
	if len(prompt) < 70 || prompt[:7] != "sha256:" {
		t.Errorf("a long prompt is kept as %q, want its digest", prompt)
	}
	delete(got, "params.yaml /system_prompt")
	if len(got) > 0 {
		t.Errorf("also kept %v", got)
	}
	broken := collectFiles(t, map[string]string{"mlpolicy.hcl": "a = \n"})
	if len(broken.Problems) != 1 || broken.Problems[0].Line == 0 {
		t.Errorf("problems %+v", broken.Problems)
	}
}
