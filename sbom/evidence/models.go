package evidence

import (
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

var (
	// hubName is org/name as the hub allows it.
	hubName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}$`)
	bareHub = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,95}$`) // gpt2, of servers that look there
	fullHex = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	digest  = regexp.MustCompile(`@(sha256:[0-9a-f]{64})$`)
	// unknownText is what a template or the run time fills in.
	unknownText = regexp.MustCompile(`\$|\{\{|<[^>]*>|\{[^}]*\}|^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)
)

// servedModel states a model by the value that names it, normalised as references are:
// hf://org/name, a URI, or a path.
func servedModel(value, revision string, at sbom.At) sbom.WorkloadModel {
	m := sbom.WorkloadModel{Name: value, Revision: revision, TrafficPercent: -1, TrustRemoteCode: sbom.Unstated, At: at}
	switch {
	case unknownText.MatchString(value):
		m.RevisionKind = sbom.RevisionUnresolved
		return m
	case strings.HasPrefix(value, "ollama://"):
		o := ollamaModel(strings.TrimPrefix(value, "ollama://"), at)
		o.TrustRemoteCode = sbom.Unstated
		return o
	case strings.HasPrefix(value, "hf://"):
		m.Name = strings.TrimPrefix(value, "hf://")
		for _, sep := range []string{"@", ":"} { // KServe writes org/name:revision
			if name, rev, ok := strings.Cut(m.Name, sep); ok {
				m.Name, m.Revision = name, rev
			}
		}
		m.URI = "hf://" + m.Name
	case strings.HasPrefix(value, "https://huggingface.co/"):
		parts := strings.Split(strings.TrimPrefix(value, "https://huggingface.co/"), "/")
		m.Name = strings.Join(parts[:min(2, len(parts))], "/")
		m.URI = "hf://" + m.Name
		if len(parts) > 3 && (parts[2] == "resolve" || parts[2] == "tree" || parts[2] == "blob") {
			m.Revision = parts[3]
		}
	case strings.Contains(value, "://"), strings.Contains(value, ":/"):
		m.URI = value
	case strings.HasPrefix(value, "/"), strings.HasPrefix(value, "."), strings.HasPrefix(value, "~"):
		m.URI = value
	case localHead.MatchString(value):
		m.URI = "./" + value
	case hubName.MatchString(value):
		m.URI = "hf://" + value
	default:
		m.URI = value
	}
	if d := digest.FindStringSubmatch(value); d != nil {
		m.Digest = d[1]
	}
	m.RevisionKind = revisionKind(m.Revision)
	return m
}

var (
	localHead = regexp.MustCompile(`^(models?|checkpoints?|weights|data|outputs?|artifacts|mnt|workspace|app)/`)
	modelFile = regexp.MustCompile(`\.(gguf|bin|safetensors|pt|pth|onnx|pkl|joblib|mar|engine|h5|tflite)$`)
)

// ollamaModel states a model of the Ollama library, where name:tag names moving bytes.
func ollamaModel(value string, at sbom.At) sbom.WorkloadModel {
	m := sbom.WorkloadModel{Name: value, TrafficPercent: -1, TrustRemoteCode: sbom.No, At: at, RevisionKind: sbom.RevisionNone}
	if unknownText.MatchString(value) {
		m.RevisionKind = sbom.RevisionUnresolved
		return m
	}
	m.URI = "ollama://" + value
	if _, tag, ok := strings.Cut(value, ":"); ok {
		m.Revision, m.RevisionKind = tag, sbom.RevisionTag
	}
	return m
}

// revisionKind classifies a revision; only a full commit cannot move.
func revisionKind(revision string) string {
	switch {
	case revision == "":
		return sbom.RevisionNone
	case fullHex.MatchString(revision):
		return sbom.RevisionCommit
	case unknownText.MatchString(revision):
		return sbom.RevisionUnresolved
	case strings.HasPrefix(revision, "refs/pr/"):
		return sbom.RevisionPull
	case versionRef.MatchString(revision):
		return sbom.RevisionTag
	}
	return sbom.RevisionBranch
}

func lowerName(name string) string { return strings.ToLower(name) }
