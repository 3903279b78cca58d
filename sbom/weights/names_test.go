package weights

import "testing"

func TestFormatOfName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a/model.pt": "torch", "model.pkl.gz": "pickle", "m.NEMO": "nemo", "frozen_graph.pb": "tensorflow", "graph.pbtxt": "tensorflow", "saved_model.pbtxt": "tensorflow",
		"event.pb": "", "fingerprint.pb": "", "tokenizer.model": "", "models/llama/config.pbtxt": "", "schema.pbtxt": "", "label_map.pbtxt": "", "docker/Dockerfile.ci.nemo": "", "notes.txt": "",
	} {
		if got := formatOfName(name); got != want {
			t.Errorf("formatOfName(%q) = %q, want %q", name, got, want)
		}
	}
}
