package references

import (
	"strings"
	"testing"
)

// TestWrittenElsewhere loads what another script of the source saves.
func TestWrittenElsewhere(t *testing.T) {
	t.Parallel()
	inv := collectAll(t, map[string]string{
		"train.py": "model.save_pretrained(\"qa-model\")\n",
		"infer.py": "AutoModel.from_pretrained(\"qa-model\")\nAutoModel.from_pretrained(\"your-model2\")\nAutoModel.from_pretrained(\"gpt2\")\n",
	})
	hosts := map[string]string{}
	for _, r := range inv.References {
		if r.Role != "output" {
			hosts[r.Name] = r.Host
		}
	}
	if hosts["qa-model"] != "local" || hosts["gpt2"] != "huggingface" {
		t.Errorf("hosts are %v", hosts)
	}
}

// TestWrittenFolderIsNoHubName loads what a run wrote under a bare name: a folder. A name
// of the hub's shape under the same option stays one.
func TestWrittenFolderIsNoHubName(t *testing.T) {
	t.Parallel()
	const text = "p.add_argument(\"--output_dir\", default=\"NAME\")\nargs = p.parse_args()\npipeline.load_lora_weights(args.output_dir)\n"
	for name, host := range map[string]string{"flux-lora": "local", "org/flux-lora": "huggingface"} {
		inv := collectAll(t, map[string]string{"a.py": strings.Replace(text, "NAME", name, 1)})
		if len(inv.References) != 1 || inv.References[0].Host != host {
			t.Errorf("%s: %+v, want one of host %s", name, inv.References, host)
		}
	}
}
