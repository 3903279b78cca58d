package packages

import (
	"net/url"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// requirement parses one PEP 508 requirement, a direct URL or a path. ok is false for
// text that is none of them.
func requirement(text string) (p sbom.Package, ok bool) {
	text, p.Marker = cutMarker(strings.TrimSpace(text))
	if text == "" {
		return p, false
	}
	if isURLOrPath(text) {
		setURL(&p, text)
		return p, true
	}
	end := nameEnd(text)
	if end == 0 {
		return p, false
	}
	p.Name = Normalize(text[:end])
	rest := strings.TrimSpace(text[end:])
	if strings.HasPrefix(rest, "[") {
		extras, after, closed := strings.Cut(rest[1:], "]")
		if !closed {
			return p, false
		}
		p.Extras = fields(extras)
		rest = strings.TrimSpace(after)
	}
	if target, at := strings.CutPrefix(rest, "@"); at {
		setURL(&p, strings.TrimSpace(target))
		return p, p.URL != ""
	}
	rest = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(rest, "("), ")"))
	if rest != "" && !strings.ContainsRune("=<>!~", rune(rest[0])) {
		return p, false
	}
	setConstraint(&p, rest)
	return p, true
}

// nameEnd is the length of the PEP 508 identifier at the start of text.
func nameEnd(text string) int {
	end := 0
	for i := range len(text) {
		c := text[i]
		alnum := '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !alnum && (i == 0 || c != '-' && c != '_' && c != '.') {
			break
		}
		if alnum {
			end = i + 1
		}
	}
	return end
}

// setConstraint keeps the constraint and, when it admits one version only, the version
// (PEP 440, "Version matching" without a trailing .* and "Arbitrary equality").
func setConstraint(p *sbom.Package, constraint string) {
	p.Constraint = strings.Join(strings.Fields(constraint), " ")
	if strings.ContainsAny(p.Constraint, ",*") {
		return
	}
	for _, op := range []string{"===", "=="} {
		if v, ok := strings.CutPrefix(p.Constraint, op); ok {
			p.Version = strings.TrimSpace(v)
			return
		}
	}
}

// cutMarker splits at the semicolon that starts an environment marker. In a URL the
// semicolon needs a space before it (PEP 508, "Grammar").
func cutMarker(text string) (rest, marker string) {
	sep := ";"
	if strings.Contains(text, "://") {
		sep = " ;"
		if !strings.Contains(text, sep) {
			sep = "; "
		}
	}
	rest, marker, _ = strings.Cut(text, sep)
	return strings.TrimSpace(rest), strings.TrimSpace(marker)
}

func isURLOrPath(text string) bool {
	head, _, _ := strings.Cut(text, "@ ")
	if i := strings.Index(text, "://"); i > 0 && !strings.ContainsAny(text[:i], " @") {
		return true
	}
	if strings.HasPrefix(text, "file:") || strings.HasPrefix(text, "git+") {
		return true
	}
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~") {
		return true
	}
	base, _, _ := strings.Cut(strings.ToLower(head), "[")
	for _, ext := range []string{".whl", ".tar.gz", ".zip"} {
		if strings.HasSuffix(base, ext) {
			return true
		}
	}
	return false
}

// setURL reads a direct reference: git+https://host/x.git@rev#egg=name&subdirectory=d,
// https://host/x-1.0-py3-none-any.whl#sha256=…, or a path.
func setURL(p *sbom.Package, target string) {
	target, fragment, _ := strings.Cut(target, "#")
	for part := range strings.SplitSeq(fragment, "&") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "egg":
			value, extras, _ := strings.Cut(value, "[")
			if p.Name == "" && nameEnd(value) > 0 {
				p.Name, p.Extras = Normalize(value[:nameEnd(value)]), fields(strings.TrimSuffix(extras, "]"))
			}
		case "sha256", "sha384", "sha512", "md5", "sha1":
			p.Hashes = append(p.Hashes, key+":"+value)
		}
	}
	target = strings.TrimSpace(target)
	if isVCS(target) {
		target, p.Revision = cutRevision(target)
	} else {
		fromFileName(p, target)
	}
	p.URL = target
}

func isVCS(target string) bool {
	for _, vcs := range []string{"git+", "hg+", "svn+", "bzr+", "git://"} {
		if strings.HasPrefix(target, vcs) {
			return true
		}
	}
	return false
}

// cutRevision splits the revision off a VCS URL: what follows an @ in the path.
func cutRevision(target string) (rest, revision string) {
	start := 0
	if i := strings.Index(target, "://"); i >= 0 {
		start = i + 3
		if slash := strings.IndexByte(target[start:], '/'); slash >= 0 {
			start += slash
		} else {
			return target, ""
		}
	} else if i := strings.IndexByte(target, ':'); i >= 0 {
		start = i // git+git@host:path
	}
	if at := strings.LastIndexByte(target[start:], '@'); at >= 0 {
		return target[:start+at], target[start+at+1:]
	}
	return target, ""
}

// fromFileName takes name and version from a wheel's file name (PyPA, "Binary
// distribution format", file name convention).
func fromFileName(p *sbom.Package, target string) {
	base := path.Base(strings.ReplaceAll(target, "\\", "/"))
	if unescaped, err := url.PathUnescape(base); err == nil {
		base = unescaped
	}
	stem, isWheel := strings.CutSuffix(base, ".whl")
	parts := strings.Split(stem, "-")
	if !isWheel || len(parts) < 5 {
		return
	}
	if p.Name == "" {
		p.Name = Normalize(parts[0])
	}
	p.Version = parts[1]
}

// withoutCredentials drops user and password of a URL: a secret never leaves the
// reader. The user git is not one.
func withoutCredentials(target string) string {
	i := strings.Index(target, "://")
	if i < 0 {
		return target
	}
	rest := target[i+3:]
	authority := rest
	if slash := strings.IndexAny(rest, "/?#"); slash >= 0 {
		authority = rest[:slash]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 || authority[:at] == "git" {
		return target
	}
	return target[:i+3] + rest[at+1:]
}

// fields splits a comma-separated list.
func fields(list string) []string {
	var out []string
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
