package references

import (
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// setHost says that a reference is to what a host calls so.
func setHost(ref *sbom.Reference, host, name string) {
	ref.Host, ref.URI = host, host+"://"+name
}

// Normalise returns the URI and the host of a name in a loader position of the given
// reference kind. Both are "" when the name is none.
func Normalise(kind, name string) (uri, host string) {
	switch KindOf(name) {
	case NameHub, NameBare:
		if host := serviceOf(name); host != "" && kind == "model" {
			return host + "://" + name, host
		}
		if KindOf(name) == NameBare && (kind == "adapter" || folderName(name)) { // the hub has no adapter without an owner
			return "./" + name, "local"
		}
		id, _ := HubID(name)
		if kind == "dataset" {
			return "hf://datasets/" + id, "huggingface"
		}
		return "hf://" + id, "huggingface"
	case NameLocal:
		name = strings.TrimPrefix(name, "file://")
		if path.IsAbs(name) || strings.HasPrefix(name, "~") || strings.Contains(name, "\\") {
			return name, "local"
		}
		return "./" + strings.TrimPrefix(path.Clean(name), "./"), "local"
	case NameURL:
		if id, isDataset := HubID(name); id != "" {
			if isDataset {
				return "hf://datasets/" + id, "huggingface"
			}
			return "hf://" + id, "huggingface"
		}
		return name, "url"
	case NameBucket:
		scheme, _, _ := strings.Cut(strings.ToLower(name), ":")
		return name, bucketSchemes[scheme]
	case NameRegistry:
		if strings.HasPrefix(name, "wandb") {
			return name, "wandb"
		}
		if host := hostedProvider(strings.ToLower(name)); host != "" {
			rest := strings.TrimPrefix(name[strings.IndexAny(name, "/:")+1:], "/")
			if bedrockModel(name) != "" {
				rest = name
			}
			if host == "huggingface" {
				return Normalise(kind, rest)
			}
			return host + "://" + rest, host
		}
		return name, "mlflow"
	case NameOllama:
		return "ollama://" + strings.TrimPrefix(name, "ollama://"), "ollama"
	case NameImage:
		return "oci://" + strings.TrimPrefix(name, "docker://"), "oci"
	}
	return "", ""
}

// HubID takes the repository id out of a hub name, hf:// URI or huggingface.co URL and
// tells whether it is one of a dataset. It is "" for anything else.
func HubID(name string) (id string, dataset bool) {
	rest := name
	if i := strings.Index(rest, "://"); i >= 0 {
		switch scheme := strings.ToLower(rest[:i]); scheme {
		case "hf", "huggingface":
			rest = rest[i+3:]
		case "http", "https":
			host, tail, _ := strings.Cut(rest[i+3:], "/")
			if at := strings.LastIndexByte(host, '@'); at >= 0 { // git clone https://user:token@huggingface.co
				host = host[at+1:]
			}
			if host != "huggingface.co" && host != "www.huggingface.co" && host != "hf.co" {
				return "", false
			}
			rest = tail
		default:
			return "", false
		}
	} else {
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "huggingface.co/"), "hf.co/")
	}
	if strings.HasPrefix(rest, "spaces/") || strings.HasPrefix(rest, "docs/") || strings.HasPrefix(rest, "papers/") || strings.HasPrefix(rest, "blog/") || strings.HasPrefix(rest, "api/") {
		return "", false
	}
	if tail, ok := strings.CutPrefix(rest, "datasets/"); ok {
		rest, dataset = tail, true
	}
	rest, _, _ = strings.Cut(rest, "?")
	segments := strings.SplitN(rest, "/", 3)
	if len(segments) == 3 && (segments[1] == "resolve" || segments[1] == "blob" || segments[1] == "tree" || segments[1] == "raw") {
		segments = segments[:1] // a legacy one-segment id
	}
	for i, s := range segments[:min(2, len(segments))] {
		s, _, _ = strings.Cut(s, "@")
		if segments[i] = strings.TrimSuffix(s, ".git"); !validSegment(segments[i]) {
			return "", false
		}
	}
	return strings.Join(segments[:min(2, len(segments))], "/"), dataset
}

// HubRevision is the revision inside a huggingface.co URL (…/resolve/REV/…) or behind
// an '@' of a hub id, "" when there is none.
func HubRevision(name string) string {
	for _, mark := range []string{"/resolve/", "/blob/", "/tree/", "/raw/"} {
		if _, rest, ok := strings.Cut(name, mark); ok {
			rev, _, _ := strings.Cut(rest, "/")
			rev, _, _ = strings.Cut(rev, "?")
			return strings.ReplaceAll(rev, "%2F", "/")
		}
	}
	if !strings.Contains(name, "://") || strings.HasPrefix(name, "hf://") {
		if _, rev, ok := strings.Cut(name, "@"); ok {
			segments := strings.Split(rev, "/")
			if len(segments) >= 3 && segments[0] == "refs" { // refs/pr/3, refs/convert/parquet
				return strings.Join(segments[:3], "/")
			}
			return strings.ReplaceAll(segments[0], "%2F", "/")
		}
	}
	return ""
}

const (
	sha1Hex   = 40 // a git commit
	sha256Hex = 64 // a git commit in a SHA-256 repository, or a digest
)

// RevisionKind classifies a revision. Only a full commit is immutable: a tag can be
// moved, and an abbreviated hash can be a branch of that name.
func RevisionKind(rev string) string {
	switch {
	case rev == "":
		return sbom.RevisionNone
	case (len(rev) == sha1Hex || len(rev) == sha256Hex) && isHex(rev):
		return sbom.RevisionCommit
	case strings.HasPrefix(rev, "refs/pr/") || strings.HasPrefix(rev, "refs/pull/"):
		return sbom.RevisionPull
	case strings.ContainsAny(rev, "${}<> "):
		return sbom.RevisionUnresolved
	case strings.HasPrefix(rev, "refs/tags/") || isVersion(rev):
		return sbom.RevisionTag
	}
	return sbom.RevisionBranch
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// isVersion tells v1, 1.0, v2.1-rc1 from a branch name.
func isVersion(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "v"), "V")
	return s != "" && s[0] >= '0' && s[0] <= '9' && (strings.Contains(s, ".") || len(s) <= 3)
}

// SetRevision records the revision a loading place asks for.
func SetRevision(r *sbom.Reference, rev string) {
	if rev != "" {
		r.Revision, r.RevisionKind = rev, RevisionKind(rev)
	}
}
