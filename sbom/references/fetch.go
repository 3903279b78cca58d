package references

import (
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// fetch reads commands that load or download something by name.
func (s *shell) fetch(words []word) {
	name := path.Base(words[0].text)
	args := positionals(words[1:])
	second := ""
	if len(args) > 0 {
		second = args[0].text
	}
	switch {
	case (name == "huggingface-cli" || name == "hf") && second == "download" && len(args) > 1:
		s.hubDownload(words, repository(args[1:]))
	case name == "litgpt" && litgptCommands[second] && len(args) > 1:
		s.model(position{"model", "base", false}, args[1], "litgpt "+second, false)
	case name == "tune" && second == "download" && len(args) > 1:
		s.model(position{"model", "base", false}, args[1], "tune download", false)
	case name == "modelscope" && second == "download":
		if len(args) > 1 {
			s.model(position{"model", "base", false}, args[1], "modelscope download", false)
		}
	case name == "ollama" && (second == "pull" || second == "run") && len(args) > 1:
		s.model(position{"model", "serve", false}, args[1], "ollama "+second, true)
	case name == "vllm" && second == "serve":
		if model, ok := follows(words, "serve"); ok {
			s.model(position{"model", "serve", false}, model, "vllm serve", false)
		}
	case (name == "spacy" || strings.HasPrefix(name, "python") && second == "spacy") && len(args) > 1:
		s.spacy(args)
	case name == "git" && second == "clone" && len(args) > 1:
		s.call("git clone", args[1], words)
		s.url(args[1], "git clone")
	case name == "git" && second == "lfs" && len(args) > 2 && args[1].text == "clone":
		s.url(args[2], "git clone")
	case name == "curl" || name == "wget" || name == "aria2c":
		for _, a := range words[1:] {
			if KindOf(a.text) == NameURL {
				s.call(name, a, words)
				s.url(a, name)
			}
		}
	case strings.HasPrefix(name, "pip") && second == "install":
		s.call("pip install", word{}, words)
	default:
		s.served(args)
	}
}

// modelscope says of what was found from number n on that it lies on that hub.
func (s *shell) modelscope(n int) {
	for i := n; i < len(s.out.References); i++ {
		if r := &s.out.References[i]; r.Host == "huggingface" {
			r.Host, r.URI = "modelscope", "modelscope://"+r.Name
		}
	}
}

// spacy reads spacy download NAME, with or without python -m before it.
func (s *shell) spacy(args []word) {
	for i := 0; i+1 < len(args); i++ {
		if w := args[i+1]; args[i].text == "download" && w.known && KindOf(w.text) == NameBare {
			s.add(position{"model", "base", false}, w.text, w.literal(), w.at, "spacy download")
			r := &s.out.References[len(s.out.References)-1]
			r.Host, r.URI = "spacy", "spacy://"+w.text
		}
	}
}

// follows is the argument right after a subcommand. Which flags take a value is not
// known for every server, so a later word may be the value of one: vllm serve --log-level
// warning --model org/name.
func follows(words []word, command string) (word, bool) {
	for i := 0; i+1 < len(words); i++ {
		if words[i].text == command {
			return words[i+1], !strings.HasPrefix(words[i+1].text, "-")
		}
	}
	return word{}, false
}

// served reads PROGRAM serve org/name, whichever server it is.
func (s *shell) served(args []word) {
	for i := 0; i+1 < len(args); i++ {
		switch args[i].text {
		case "serve", "api_server", "download-weights":
			if KindOf(args[i+1].text) == NameHub {
				s.model(position{"model", "serve", true}, args[i+1], args[i].text, false)
				return
			}
		}
	}
}

// litgptCommands take the model as their first argument (litgpt, __main__).
var litgptCommands = set("download", "finetune", "finetune_lora", "finetune_full", "finetune_adapter", "finetune_adapter_v2", "chat", "generate", "serve", "evaluate")

// valueFlags of the commands above take a value that is no argument of its own.
var valueFlags = map[string]bool{
	"--revision": true, "--local-dir": true, "--cache-dir": true, "--include": true, "--exclude": true, "--token": true, "--repo-type": true,
	"--branch": true, "-b": true, "--depth": true, "-C": true, "--port": true, "--host": true, "-c": true,
}

func positionals(words []word) []word {
	var out []word
	for i := 0; i < len(words); i++ {
		if strings.HasPrefix(words[i].text, "-") {
			if valueFlags[words[i].text] {
				i++
			}
			continue
		}
		out = append(out, words[i])
	}
	return out
}

// repository is the one of the arguments that has an owner, since flags that are not
// known may have left their values among them, and the first one when none has.
func repository(args []word) word {
	for _, a := range args {
		if KindOf(a.text) == NameHub {
			return a
		}
	}
	return args[0]
}

func (s *shell) hubDownload(words []word, repo word) {
	pos := position{"model", "base", false}
	if flagValue(words, "--repo-type") == "dataset" {
		pos = position{"dataset", "train", false}
	}
	before := len(s.out.References)
	s.model(pos, repo, "huggingface-cli download", false)
	if len(s.out.References) > before {
		SetRevision(&s.out.References[before], flagValue(words, "--revision"))
	}
}

func flagValue(words []word, flag string) string {
	for i, w := range words {
		if v, ok := strings.CutPrefix(w.text, flag+"="); ok {
			return v
		}
		if w.text == flag && i+1 < len(words) {
			return words[i+1].text
		}
	}
	return ""
}

func (s *shell) model(pos position, w word, loader string, ollama bool) {
	if !pos.accepts(w.text) {
		return
	}
	s.add(pos, w.text, w.literal(), w.at, loader)
	if r := &s.out.References[len(s.out.References)-1]; ollama && r.State == sbom.StateResolved && r.Host == "huggingface" && !strings.HasPrefix(w.text, "hf.co/") {
		r.Host, r.URI = "ollama", "ollama://"+w.text
	}
}

// url records a hub repository or a model file that is fetched by its address. Other
// addresses are calls, not references.
func (s *shell) url(w word, loader string) {
	id, dataset := HubID(w.text)
	pos := position{"model", "base", false}
	if dataset {
		pos = position{"dataset", "train", false}
	}
	if id == "" && !modelFile(w.text) || !pos.accepts(w.text) {
		return
	}
	s.add(pos, w.text, w.literal(), w.at, loader)
}

func modelFile(name string) bool {
	name, _, _ = strings.Cut(name, "?")
	switch strings.ToLower(extOf(name)) {
	case ".safetensors", ".gguf", ".ggml", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".keras", ".tflite", ".pkl", ".joblib", ".nemo", ".mar":
		return true
	}
	return false
}

// call records a fetch with the flags that decide whether it can be believed.
func (s *shell) call(callee string, url word, words []word) {
	c := sbom.Call{Callee: callee, Args: map[string]string{}, ChecksHash: sbom.No, At: words[0].at}
	if url.text != "" {
		c.Args["url"] = url.text
		if !url.known {
			c.Unresolved = append(c.Unresolved, "url")
		}
	}
	for _, w := range words {
		switch w.text {
		case "-k", "--insecure", "--no-check-certificate":
			c.Args["insecure"], c.Args["verify"] = "True", "False"
		case "--trusted-host":
			c.Args["insecure"] = "True"
		case "--require-hashes":
			c.ChecksHash = sbom.Yes
		}
		if strings.HasPrefix(w.text, "--checksum=") {
			c.ChecksHash = sbom.Yes
		}
	}
	s.calls = append(s.calls, len(s.out.Calls))
	s.out.Calls = append(s.out.Calls, c)
}
